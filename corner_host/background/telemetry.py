"""The queue's numbers as OpenTelemetry instruments.

One set of instruments a meter, however many queues a process has seen: OpenTelemetry cannot take an instrument back, so
each looks at the queues that still live. Labels are few: the queue, and the name of what is called, never an item's.

Instruments: ``corner_host.queue.depth``, ``.capacity``, ``.running``, ``.concurrency``, ``.enqueued``, ``.rejected``,
``.wait``; ``corner_host.job.duration``, ``.completed``.
"""

from collections.abc import Callable, Iterator
from typing import Any, Final, final
from weakref import WeakKeyDictionary

from corner_host.diagnostics.metrics import Instruments, WorkInstruments, observe

from .accounts import MetricsSnapshot
from .contracts import QUEUE
from .queue import BackgroundTaskQueue
from .work_item import WorkItem


@final
class Telemetry:
    """Tells a meter what happens in the queues given to `watch`."""

    def __init__(self, meter: Any) -> None:
        self._queues: WeakKeyDictionary[BackgroundTaskQueue, int] = WeakKeyDictionary()
        self._work = WorkInstruments(meter)
        for name, read in _GAUGES.items():
            observe(meter, f"corner_host.queue.{name}", self._reader(read), unit="{item}")
        for name, read in _COUNTERS.items():
            meter.create_observable_counter(f"corner_host.queue.{name}", [self._reader(read)], unit="{item}")
        meter.create_observable_gauge("corner_host.queue.concurrency", [self._concurrency], unit="{item}")

    def watch(self, queue: BackgroundTaskQueue, concurrency: int) -> None:
        """Report *queue* from now on, for as long as it lives."""
        self._queues[queue] = concurrency

    def ended(self, item: WorkItem, error: BaseException | None) -> None:
        """Record that *item* has ended."""
        self._work.wait.record(item.started_at - item.queued_at, {"queue": QUEUE})
        outcome = "completed" if error is None else "failed" if isinstance(error, Exception) else "cancelled"
        attributes = {"queue": QUEUE, "job": item.job, "outcome": outcome}
        self._work.completed.add(1, attributes)
        if error is not None:
            attributes = {**attributes, "error_type": type(error).__qualname__}
        self._work.duration.record(item.ended_at - item.started_at, attributes)

    def _reader(self, read: Callable[[MetricsSnapshot], int]) -> Callable[[Any], Iterator[Any]]:
        def observe(_options: Any) -> Iterator[Any]:
            yield from self._observations(sum(read(queue.snapshot()) for queue in self._queues))

        return observe

    def _concurrency(self, _options: Any) -> Iterator[Any]:
        return self._observations(sum(self._queues.values()))

    def _observations(self, value: int) -> Iterator[Any]:
        from opentelemetry.metrics import Observation  # noqa: PLC0415 - where it is in use already

        yield Observation(value, {"queue": QUEUE})


_GAUGES: dict[str, Callable[[MetricsSnapshot], int]] = {
    "depth": lambda numbers: numbers.depth,
    "capacity": lambda numbers: numbers.capacity,
    "running": lambda numbers: numbers.running,
}
_COUNTERS: dict[str, Callable[[MetricsSnapshot], int]] = {
    "enqueued": lambda numbers: numbers.queued,
    "rejected": lambda numbers: numbers.rejected,
}

INSTRUMENTS: Final = Instruments(Telemetry)
