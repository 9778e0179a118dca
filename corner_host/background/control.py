"""What an operator sees of the queue, and does to it."""

from datetime import UTC, datetime, timedelta
from time import perf_counter
from typing import final

from corner_host.hosting import Place
from corner_host.hosting.waiting_at import TaskTree, waiting_at
from corner_host.primitives import Duration

from .not_run import report_not_run
from .queue import BackgroundTaskQueue
from .views import FailedItem, QueuePause, QueueStatus, RunningItem, WaitingItem
from .work_item import WorkItem
from .workers import Desk, Workers


@final
class QueueControl:
    """The operator's hands on a `BackgroundTaskQueue` and on whatever works it off.

    What is changed here lasts until the host ends. Every member may be used from any thread; only the places of
    `running` need that of the event loop.

    Example:
        >>> queue = BackgroundTaskQueue(capacity=5)
        >>> queue.try_queue_background_work_item(print, "hello", name="greeting")
        True
        >>> control = QueueControl(queue)
        >>> pause = control.pause(900, reason="gateway down")
        >>> control.status().pause.reason, [item.name for item in control.waiting()]
        ('gateway down', ['greeting'])
    """

    def __init__(self, queue: BackgroundTaskQueue) -> None:
        self._queue = queue

    def status(self) -> QueueStatus:
        """Return how the queue is doing."""
        return self._queue.status()

    def waiting(self, limit: int = 100) -> tuple[WaitingItem, ...]:
        """Return the items that are next, in order; no more than *limit*."""
        return tuple(
            WaitingItem(name=item.name, job=item.job, priority=item.priority, enqueued_at=item.enqueued_at)
            for item in self._queue.waiting(limit)
        )

    def running(self) -> tuple[RunningItem, ...]:
        """Return the items that run, without the places where they wait."""
        return tuple(_running(desk, item, None) for desk, item in self._at_work())

    def located(self) -> tuple[RunningItem, ...]:
        """Return the items that run, and where each waits; to be called in the thread of the event loop."""
        tasks = TaskTree()
        return tuple(_running(desk, item, waiting_at(desk.coroutine, tasks=tasks)) for desk, item in self._at_work())

    def failures(self, limit: int = 100) -> tuple[FailedItem, ...]:
        """Return the items that failed last, the newest first; no more than *limit*, nor than 200."""
        return self._queue.failures.latest(limit)

    @property
    def is_paused(self) -> bool:
        """Whether nothing is taken from the queue."""
        return self._queue.is_paused

    def pause(self, duration: Duration | None = None, *, reason: str = "") -> QueuePause:
        """Begin nothing new; see `BackgroundTaskQueue.pause`."""
        return self._queue.pause(duration, reason=reason)

    def resume(self) -> bool:
        """Let a paused queue go on; returns whether it was paused."""
        return self._queue.resume()

    def set_concurrency(self, concurrency: int) -> bool:
        """Let so many items run at the same time, until the host ends. What runs too much is finished.

        Returns:
            Whether anything works the queue off.

        Raises:
            ValueError: *concurrency* is below 1.
        """
        if concurrency < 1:
            raise ValueError(f"concurrency must be at least 1, not {concurrency!r}")
        changed = [workers.set_concurrency(concurrency) for workers in self._workers()]
        return any(changed)

    def purge(self) -> int:
        """Throw away what waits; it is counted as not run, and named in the log. Returns how many items that were."""
        purged = self._queue.purge()
        report_not_run(purged)
        return len(purged)

    def cancel(self, run: str) -> bool:
        """Cancel the item that runs as *run*, its token first; returns whether it does. It counts as cancelled."""
        return any(workers.cancel(run) for workers in self._workers())

    def _workers(self) -> list[Workers]:
        return list(self._queue.workers)

    def _at_work(self) -> list[tuple[Desk, WorkItem]]:
        desks = [desk for workers in self._workers() for desk in list(workers.desks)]
        return [(desk, item) for desk in desks if (item := desk.item) is not None]


def _running(desk: Desk, item: WorkItem, place: Place | None) -> RunningItem:
    lasted = perf_counter() - item.started_at
    return RunningItem(
        id=desk.id_of(item),
        name=item.name,
        job=item.job,
        priority=item.priority,
        enqueued_at=item.enqueued_at,
        started_at=datetime.now(UTC) - timedelta(seconds=lasted),
        seconds=lasted,
        timeout=item.timeout,
        waiting_at=place,
    )
