"""The meter ``corner_host``, by OpenTelemetry's API where the program uses it.

Never imports OpenTelemetry: a program that exports metrics has imported it and set a meter provider; any other pays
nothing.
"""

import sys
from collections.abc import Callable, Iterable
from itertools import chain
from typing import Any, Generic, TypeVar, final
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

    Attributes:
        wait: ``corner_host.queue.wait``, a histogram of seconds.
        duration: ``corner_host.job.duration``, the same.
        completed: ``corner_host.job.completed``, a counter.
    """

    def __init__(self, meter: Any) -> None:
        def histogram(name: str, description: str) -> Any:
            return meter.create_histogram(
                name, unit="s", description=description, explicit_bucket_boundaries_advisory=DURATION_BUCKETS
            )

        self.wait = histogram("corner_host.queue.wait", "How long items waited.")
        self.duration = histogram("corner_host.job.duration", "How long items ran.")
        self.completed = meter.create_counter(
            "corner_host.job.completed", unit="{item}", description="Items that ended."
        )
