"""The meter ``corner_host``, by OpenTelemetry's API where the program uses it.

Never imports OpenTelemetry: a program that exports metrics has imported it and set a meter provider; any other pays
nothing.

Names of our own are stable. What OpenTelemetry's conventions for messaging call the same is recorded beside them where
the environment asks for it, ``OTEL_SEMCONV_STABILITY_OPT_IN=messaging``, since those may still change.

Source: https://opentelemetry.io/docs/specs/semconv/messaging/messaging-metrics/
"""

import os
import sys
from collections import defaultdict
from collections.abc import Callable, Iterable
from itertools import chain
from threading import RLock
from typing import Any, Final, Generic, TypeVar, final
from weakref import WeakKeyDictionary

T = TypeVar("T")

_API = "opentelemetry.metrics"
_INACTIVE = {"_ProxyMeterProvider", "NoOpMeterProvider"}

DURATION_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0, 900.0, 3600.0)
"""Bounds for histograms of seconds: those of the semantic conventions, extended for jobs."""


def find_meter() -> Any | None:
    """Return the meter ``corner_host``, or None when the program has set no meter provider by now."""
    api: Any = sys.modules.get(_API)
    if api is None or type(api.get_meter_provider()).__name__ in _INACTIVE:
        return None
    return api.get_meter("corner_host")


@final
class Instruments(Generic[T]):
    """One set of instruments for each meter: OpenTelemetry cannot take an instrument back.

    Args:
        make: Creates the set with a meter.
    """

    def __init__(self, make: Callable[[Any], T]) -> None:
        self._make = make
        self._by_meter: WeakKeyDictionary[Any, T] = WeakKeyDictionary()

    def of(self, meter: Any) -> T:
        """Return those of *meter*."""
        found = self._by_meter.get(meter)
        if found is None:
            found = self._by_meter[meter] = self._make(meter)
        return found

    def find(self) -> T | None:
        """Return those of the program's meter; None when it has set no meter provider by now."""
        meter = find_meter()
        return None if meter is None else self.of(meter)


_observers: WeakKeyDictionary[Any, dict[str, list[Callable[[Any], Iterable[Any]]]]] = WeakKeyDictionary()


def observe(meter: Any, name: str, read: Callable[[Any], Iterable[Any]], *, unit: str) -> None:
    """Have *read* asked at each collection for observations of the gauge *name*.

    The queue in memory and the queues of jobs report the same gauges. OpenTelemetry keeps the first instrument of a name and
    leaves out the callbacks of those that come later, so there is one that asks all.
    """
    observers = _observers.setdefault(meter, {})
    if name in observers:
        observers[name].append(read)
        return
    readers = observers[name] = [read]

    def ask_all(options: Any) -> Iterable[Any]:
        return chain.from_iterable(each(options) for each in readers)

    meter.create_observable_gauge(name, [ask_all], unit=unit)


@final
class WorkInstruments:
    """What all that works something off records, under the same names: the background queue and durable jobs.

    Instruments: ``corner_host.queue.enqueued``, ``.wait``; ``corner_host.job.completed``, ``.duration``; if opted in,
    ``messaging.client.sent.messages``, ``messaging.process.duration``.
    """

    def __init__(self, meter: Any) -> None:
        def histogram(name: str, description: str) -> Any:
            return meter.create_histogram(
                name, unit="s", description=description, explicit_bucket_boundaries_advisory=DURATION_BUCKETS
            )

        self._sent: defaultdict[tuple[str, str], int] = defaultdict(int)
        self._lock = RLock()  # re-entrant, because a signal handler may queue work
        self._wait = histogram("corner_host.queue.wait", "How long items waited.")
        self._duration = histogram("corner_host.job.duration", "How long items ran.")
        self._completed = meter.create_counter(
            "corner_host.job.completed", unit="{item}", description="Items that ended."
        )
        meter.create_observable_counter(
            "corner_host.queue.enqueued", [self._enqueued], unit="{item}", description="Items taken in."
        )
        self._process_duration: Any = None
        if _follows_conventions():
            self._process_duration = histogram("messaging.process.duration", "Duration of processing operation.")
            meter.create_observable_counter(
                "messaging.client.sent.messages",
                [self._sent_messages],
                unit="{message}",
                description="Number of messages producer attempted to send to the broker.",
            )

    def sent(self, queue: str, job: str) -> None:
        """Record that an item was taken in; from any thread."""
        with self._lock:
            self._sent[queue, job] += 1

    def began(self, queue: str, waited: float) -> None:
        """Record that an item began, after it had *waited* so many seconds."""
        self._wait.record(waited, {"queue": queue})

    def ended(self, queue: str, job: str, outcome: str, seconds: float, error_type: str | None) -> None:
        """Record how an item ended that ran for so many *seconds*."""
        attributes = {"queue": queue, "job": job, "outcome": outcome}
        self._completed.add(1, attributes)
        error = {} if error_type is None else {"error_type": error_type}
        self._duration.record(seconds, {**attributes, **error})
        if self._process_duration is not None:
            error = {} if error_type is None else {"error.type": error_type}
            self._process_duration.record(seconds, {**_messaging(queue, "process"), **error})

    def _enqueued(self, _options: Any) -> Iterable[Any]:
        from opentelemetry.metrics import Observation  # noqa: PLC0415 - where it is in use already

        return [Observation(count, {"queue": queue, "job": job}) for (queue, job), count in list(self._sent.items())]

    def _sent_messages(self, _options: Any) -> Iterable[Any]:
        from opentelemetry.metrics import Observation  # noqa: PLC0415 - where it is in use already

        by_queue: defaultdict[str, int] = defaultdict(int)
        for (queue, _), count in list(self._sent.items()):
            by_queue[queue] += count
        return [Observation(count, _messaging(queue, "publish")) for queue, count in by_queue.items()]


WORK: Final = Instruments(WorkInstruments)
"""Those of a meter, which all share that work for it."""


def _follows_conventions() -> bool:
    wanted = os.environ.get("OTEL_SEMCONV_STABILITY_OPT_IN", "").split(",")
    return not {"messaging", "messaging/dup"}.isdisjoint(each.strip() for each in wanted)


def _messaging(queue: str, operation: str) -> dict[str, str]:
    return {
        "messaging.system": "corner_host",
        "messaging.destination.name": queue,
        "messaging.operation.name": operation,
    }
