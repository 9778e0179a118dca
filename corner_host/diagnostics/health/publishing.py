"""Handing health reports out now and then, to whoever wants them without asking: a monitor, a file, a log.

Order of a round: the checks run; each publisher gets the report, side by side with the others. One that fails or runs out
of time is logged, and keeps nobody else from the report.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol, final

import anyio

from corner_host.primitives import CancellationToken, Clock, Duration, SystemClock, name_of, seconds

from . import log
from .errors import HealthCheckError
from .registration import HealthCheckRegistration
from .report import HealthReport
from .service import HealthCheckService

_SHORTEST_PERIOD = 1.0


class HealthPublisher(Protocol):
    """Takes health reports somewhere."""

    async def publish(self, report: HealthReport) -> None:
        """Take *report*; cancelled when the time for that is up, or the host stops."""
        ...


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class HealthPublisherOptions:
    """When publishers get reports. Durations are float seconds or ``timedelta``.

    Args:
        delay: From the start of the host to the first round, at least 0.
        period: From one round to the next, at least 1; checks with a period of their own have rounds of their own.
        timeout: How long a publisher may take for one report, above 0, infinite for no limit.
        predicate: Picks the checks.

    Raises:
        HealthCheckError: A duration is out of range.
    """

    delay: Duration = 5.0
    period: Duration = 30.0
    timeout: Duration = 30.0
    predicate: Callable[[HealthCheckRegistration], bool] = lambda _: True

    def __post_init__(self) -> None:
        delay, period = _finite(self.delay, "delay"), _finite(self.period, "period")
        if delay < 0 or period < _SHORTEST_PERIOD:
            raise HealthCheckError(
                f"A delay is at least 0 s, and a period at least {_SHORTEST_PERIOD:g} s; not {delay:g} and {period:g}."
            )
        seconds(self.timeout, "timeout", above=0.0)


def _finite(duration: Duration, name: str) -> float:
    length = seconds(duration, name)
    if not math.isfinite(length):
        raise HealthCheckError(f"The {name} of health publishers must come to an end.")
    return length


@final
class HealthPublisherService:
    """Runs health checks now and then, and hands the reports out. A background service by its shape.

    Args:
        checks: The checks.
        publishers: Who gets the reports; without any, nothing is run.
        options: When.
        clock: What lets the time between pass; None: the machine's.
    """

    def __init__(
        self,
        checks: HealthCheckService,
        publishers: list[HealthPublisher],
        options: HealthPublisherOptions | None = None,
        clock: Clock | None = None,
    ) -> None:
        self._checks = checks
        self._publishers = tuple(publishers)
        self._options = options or HealthPublisherOptions()
        self._clock = clock or SystemClock()

    async def execute(self, stopping: CancellationToken) -> None:
        """Publish until *stopping*."""
        with stopping.cancel_scope():
            async with anyio.create_task_group() as group:
                for period in self._periods() if self._publishers else ():
                    group.start_soon(self._publish_every, period)
                await stopping.wait()

    def _periods(self) -> set[float | None]:
        chosen = [each for each in self._checks.registrations if self._options.predicate(each)]
        return {each.period for each in chosen} or {None}

    async def _publish_every(self, period: float | None) -> None:
        await self._clock.sleep(seconds(self._options.delay, "delay"))
        while True:
            report = await self._checks.check(lambda each: each.period == period and self._options.predicate(each))
            async with anyio.create_task_group() as group:
                for publisher in self._publishers:
                    group.start_soon(self._publish, publisher, report)
            await self._clock.sleep(seconds(self._options.period, "period") if period is None else period)

    async def _publish(self, publisher: HealthPublisher, report: HealthReport) -> None:
        timeout = seconds(self._options.timeout, "timeout")
        try:
            with anyio.fail_after(timeout if math.isfinite(timeout) else None):
                await publisher.publish(report)
        except Exception as error:  # noqa: BLE001 - logged; the others get the report, and the next round comes
            log.publisher_failed(name_of(type(publisher)), error)
