"""The host as OpenTelemetry instruments; loaded where the program has set a meter provider before it starts its host.

Instruments: ``corner_host.service.state``, ``.restarts``, ``.start.duration``, ``.stop.duration``;
``corner_host.event_loop.lag``; ``corner_host.thread_pool.in_use``, ``.limit``; ``corner_host.shutdown.duration``,
``.abandoned``; ``corner_host.config.reloads``; ``corner_host.build.info``.
"""

import math
import platform
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from importlib.metadata import PackageNotFoundError, version
from time import perf_counter
from typing import Any, Final, final
from weakref import WeakSet

import anyio
from anyio.abc import TaskGroup
from anyio.to_thread import current_default_thread_limiter

from corner_host.configuration import Configuration, ConfigurationRoot
from corner_host.diagnostics.metrics import DURATION_BUCKETS, Instruments
from corner_host.primitives import LoopHandle

from .hosted_services import HostedServices
from .report import ShutdownReport, StopOutcome
from .status import HostedServiceState, HostedServiceStatus

LAG_SECONDS: Final = 0.5
"""How often the lag of the event loop is measured."""

_STATES: Final = tuple(HostedServiceState)
_LOST: Final = {StopOutcome.CANCELLED, StopOutcome.ABANDONED}


@final
class HostTelemetry:
    """Tells a meter about hosts: one set of instruments, since none can be taken back."""

    def __init__(self, meter: Any) -> None:
        def histogram(name: str, description: str) -> Any:
            return meter.create_histogram(
                f"corner_host.{name}",
                unit="s",
                description=description,
                explicit_bucket_boundaries_advisory=DURATION_BUCKETS,
            )

        self._hosts: WeakSet[HostedServices] = WeakSet()
        self._threads: WeakSet[anyio.CapacityLimiter] = WeakSet()
        self._configurations: WeakSet[ConfigurationRoot] = WeakSet()
        self._backends: dict[str, None] = {}
        self._lag = histogram("event_loop.lag", "How late the event loop woke up a task that slept.")
        self._start = histogram("service.start.duration", "How long a service took to start.")
        self._stop = histogram("service.stop.duration", "How long a service took to stop.")
        self._shutdown = histogram("shutdown.duration", "How long a host took to stop.")
        self._abandoned = meter.create_counter(
            "corner_host.shutdown.abandoned", unit="{service}", description="Services that a stop did not wait for."
        )
        meter.create_observable_gauge("corner_host.service.state", [self._observer(_state)])
        meter.create_observable_counter("corner_host.service.restarts", [self._observer(_restarts)], unit="{restart}")
        meter.create_observable_counter("corner_host.config.reloads", [self._reloads], unit="{reload}")
        meter.create_observable_gauge("corner_host.build.info", [self._build_info])
        for name, count in (("in_use", _borrowed), ("limit", _total)):
            meter.create_observable_gauge(
                f"corner_host.thread_pool.{name}", [self._threads_observer(count)], unit="{thread}"
            )

    @contextmanager
    def telling(
        self,
        group: TaskGroup,
        services: HostedServices,
        configuration: Configuration,
        report: Callable[[], ShutdownReport | None],
    ) -> Generator[Callable[[], object]]:
        """Tell of a host while it lives, in a task of *group*; and at the end how it stopped.

        Gives what is to be called once it has started, and tells how.
        """
        told: set[str] = set()

        def tell_start() -> None:
            for each in services:
                if each.start_seconds is not None and each.name not in told:
                    told.add(each.name)
                    self._start.record(each.start_seconds, {"service": each.name})

        scope = anyio.CancelScope()
        group.start_soon(self._measure_lag, scope)
        self._hosts.add(services)
        self._threads.add(current_default_thread_limiter())
        self._backends[LoopHandle.current().backend] = None
        if isinstance(configuration, ConfigurationRoot):
            self._configurations.add(configuration)
        try:
            yield tell_start
        finally:
            scope.cancel()
            tell_start()  # also where not all have
            self._tell_end(services, report())

    async def _measure_lag(self, scope: anyio.CancelScope) -> None:
        with scope:
            while True:
                expected = perf_counter() + LAG_SECONDS
                await anyio.sleep(LAG_SECONDS)
                self._lag.record(max(0.0, perf_counter() - expected))

    def _tell_end(self, services: HostedServices, report: ShutdownReport | None) -> None:
        for each in services:
            if each.stop_seconds is not None:
                self._stop.record(each.stop_seconds, {"service": each.name})
        if report is not None:
            self._shutdown.record(report.seconds)
            self._abandoned.add(sum(each.outcome in _LOST for each in report.services))

    def _threads_observer(self, count: Callable[[anyio.CapacityLimiter], float]) -> Callable[[Any], Iterator[Any]]:
        def observe(_options: Any) -> Iterator[Any]:
            from opentelemetry.metrics import Observation  # noqa: PLC0415 - where it is in use already

            total = sum(count(limiter) for limiter in list(self._threads))
            if total < math.inf:  # a limit may be
                yield Observation(total)

        return observe

    def _reloads(self, _options: Any) -> Iterator[Any]:
        from opentelemetry.metrics import Observation  # noqa: PLC0415 - where it is in use already

        counts = [each.reloads for each in list(self._configurations)]
        yield Observation(sum(each.completed for each in counts), {"outcome": "completed"})
        yield Observation(sum(each.failed for each in counts), {"outcome": "failed"})

    def _build_info(self, _options: Any) -> Iterator[Any]:
        from opentelemetry.metrics import Observation  # noqa: PLC0415 - where it is in use already

        try:
            own = version("corner-host")
        except PackageNotFoundError:  # run from a copy that was not installed
            own = ""
        for backend in list(self._backends):
            yield Observation(1, {"version": own, "python": platform.python_version(), "backend": backend})

    def _observer(
        self, read: Callable[[HostedServiceStatus], Iterable[tuple[int, dict[str, str]]]]
    ) -> Callable[[Any], Iterator[Any]]:
        def observe(_options: Any) -> Iterator[Any]:
            from opentelemetry.metrics import Observation  # noqa: PLC0415 - where it is in use already

            for services in list(self._hosts):
                for status in services:
                    for value, attributes in read(status):
                        yield Observation(value, {"service": status.name, **attributes})

        return observe


def _borrowed(limiter: anyio.CapacityLimiter) -> float:
    return limiter.borrowed_tokens


def _total(limiter: anyio.CapacityLimiter) -> float:
    return limiter.total_tokens


def _state(status: HostedServiceStatus) -> Iterable[tuple[int, dict[str, str]]]:
    return ((int(status.state is each), {"state": each.value}) for each in _STATES)


def _restarts(status: HostedServiceStatus) -> Iterable[tuple[int, dict[str, str]]]:
    asked = status.asked_restarts
    return [(status.restarts - asked, {"reason": "faulted"}), (asked, {"reason": "requested"})]


def _tell_nothing() -> None:
    """Nobody exports."""


_INSTRUMENTS: Final = Instruments(HostTelemetry)


def telling(
    group: TaskGroup,
    services: HostedServices,
    configuration: Configuration,
    report: Callable[[], ShutdownReport | None],
) -> AbstractContextManager[Callable[[], object]]:
    """Tell the program's meter, if it has set a provider, of a host; see `HostTelemetry.telling`."""
    telemetry = _INSTRUMENTS.find()
    return (
        nullcontext(_tell_nothing) if telemetry is None else telemetry.telling(group, services, configuration, report)
    )
