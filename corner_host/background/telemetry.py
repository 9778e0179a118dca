"""The queue's numbers as OpenTelemetry instruments.

One set of instruments a meter, however many queues a process has seen: OpenTelemetry cannot take an instrument back, so
each looks at the queues that still live. Labels are few: the queue, and the name of what is called, never an item's.

Instruments: ``corner_host.queue.depth``, ``.capacity``, ``.running``, ``.concurrency``, ``.enqueued``, ``.rejected``,
``.wait``; ``corner_host.job.duration``, ``.completed``.
"""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, Final, final
from weakref import WeakKeyDictionary

from corner_host.diagnostics.metrics import WORK, Instruments, observe

from .accounts import MetricsSnapshot
from .contracts import QUEUE
from .queue import BackgroundTaskQueue
from .work_item import WorkItem


@final
class Telemetry:
    """Tells a meter what happens in the queues given to `watch`."""

    def __init__(self, meter: Any) -> None:
        self._queues: WeakKeyDictionary[BackgroundTaskQueue, int] = WeakKeyDictionary()
        self._work = WORK.of(meter)
        for name, read in _GAUGES.items():
            observe(meter, f"corner_host.queue.{name}", self._reader(read), unit="{item}")
        meter.create_observable_counter("corner_host.queue.rejected", [self._rejected], unit="{item}")
        meter.create_observable_gauge("corner_host.queue.concurrency", [self._concurrency], unit="{item}")

    def watch(self, queue: BackgroundTaskQueue, concurrency: int) -> None:
        """Report *queue* from now on, for as long as it lives."""
        line = queue.line
        with line.lock:
            if queue not in self._queues:
                line.on_entered = partial(self._work.sent, QUEUE)
                for item in line.coming(len(line)):
                    line.on_entered(item.job)
            self._queues[queue] = concurrency

    def ended(self, item: WorkItem, error: BaseException | None) -> None:
        """Record that *item* has ended."""
        self._work.began(QUEUE, item.started_at - item.queued_at)
        outcome = "completed" if error is None else "failed" if isinstance(error, Exception) else "cancelled"
        error_type = None if error is None else type(error).__qualname__
        self._work.ended(QUEUE, item.job, outcome, item.ended_at - item.started_at, error_type)

    def _reader(self, read: Callable[[MetricsSnapshot], int]) -> Callable[[Any], Iterator[Any]]:
        def observe_numbers(_options: Any) -> Iterator[Any]:
            yield from self._observations(sum(read(queue.snapshot()) for queue in list(self._queues)))

        return observe_numbers

    def _rejected(self, _options: Any) -> Iterator[Any]:
        from opentelemetry.metrics import Observation  # noqa: PLC0415 - where it is in use already

        accounts = [queue.accounts for queue in list(self._queues)]
        closed = sum(each.rejected_by_closed for each in accounts)
        full = sum(each.rejected for each in accounts) - closed
        for reason, count in (("full", full), ("closed", closed)):
            yield Observation(count, {"queue": QUEUE, "reason": reason})

    def _concurrency(self, _options: Any) -> Iterator[Any]:
        return self._observations(sum(list(self._queues.values())))

    def _observations(self, value: int) -> Iterator[Any]:
        from opentelemetry.metrics import Observation  # noqa: PLC0415 - where it is in use already

        yield Observation(value, {"queue": QUEUE})


_GAUGES: dict[str, Callable[[MetricsSnapshot], int]] = {
    "depth": lambda numbers: numbers.depth,
    "capacity": lambda numbers: numbers.capacity,
    "running": lambda numbers: numbers.running,
}

INSTRUMENTS: Final = Instruments(Telemetry)
