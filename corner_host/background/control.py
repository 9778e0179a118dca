"""What an operator sees of the queue, and does to it."""

from datetime import UTC, datetime, timedelta
from time import perf_counter
from typing import final

from corner_host.hosting import Place
from corner_host.hosting.waiting_at import TaskTree, waiting_at
from corner_host.primitives import Duration

from .contracts import QUEUE
from .not_run import report_not_run
from .queue import BackgroundTaskQueue
from .views import FailedItem, QueueDrain, QueuePause, QueueStatus, RunningItem, WaitingItem
from .work_item import WorkItem
from .worker import Run, Worker
from .workers import Workers


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
        queue, observed, now = self._queue, self._queue.observations, perf_counter()
        numbers = queue.snapshot()
        following = queue.line.coming(1)
        came, ended, failed = observed.count(now, numbers)
        waits = observed.waited()
        full_since = queue.line.full_since
        is_saturated = numbers.depth >= queue.capacity - queue.capacity // 10
        return QueueStatus(
            name=QUEUE,
            numbers=numbers,
            concurrency=sum(crew.concurrency for crew in self._crews()),
            pause=queue.paused,
            drain=queue.drained,
            is_closed=queue.is_closed,
            in_rate=came,
            out_rate=ended,
            failed_rate=failed,
            wait_p50=waits and waits.p50,
            wait_p95=waits and waits.p95,
            oldest_wait=now - following[0].queued_at if following else None,
            saturated_since=_time_of(full_since) if is_saturated and full_since else None,
        )

    def waiting(self, limit: int = 100) -> tuple[WaitingItem, ...]:
        """Return the items that are next, in order; no more than *limit*."""
        return tuple(map(_waiting, self._queue.line.coming(limit)))

    def running(self) -> tuple[RunningItem, ...]:
        """Return the items that run, the longest first, without the places where they wait."""
        return tuple(_running(run, None) for _, run in self._at_work())

    def located(self) -> tuple[RunningItem, ...]:
        """Return the items that run, and where each waits; to be called in the thread of the event loop."""
        tasks = TaskTree()
        return tuple(_running(run, waiting_at(worker.coroutine, tasks=tasks)) for worker, run in self._at_work())

    def failures(self, limit: int = 100) -> tuple[FailedItem, ...]:
        """Return the items that failed last, the newest first; no more than *limit*, nor than 200."""
        return self._queue.observations.failures.latest(limit)

    @property
    def is_paused(self) -> bool:
        """Whether nothing is taken from the queue."""
        return self._queue.is_paused

    def pause(self, duration: Duration | None = None, *, reason: str = "") -> QueuePause:
        """Begin nothing new; see `BackgroundTaskQueue.pause`."""
        return self._queue.pause(duration, reason=reason)

    def drain(self, *, reason: str = "") -> QueueDrain:
        """Take in nothing new, and work off what is there; see `BackgroundTaskQueue.drain`."""
        return self._queue.drain(reason=reason)

    def resume(self) -> bool:
        """Let a paused or drained queue go on; returns whether it was either."""
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
        changed = [crew.set_concurrency(concurrency) for crew in self._crews()]
        return any(changed)

    def purge(self) -> int:
        """Throw away what waits; it is counted as not run, and named in the log. Returns how many items that were."""
        purged = self._queue.purge()
        report_not_run(purged)
        return len(purged)

    def cancel(self, run: str) -> bool:
        """Cancel the item that runs as *run*, its token first; returns whether it does. It counts as cancelled."""
        return any(crew.cancel(run) for crew in self._crews())

    def _crews(self) -> list[Workers]:
        return list(self._queue.observations.crews)

    def _at_work(self) -> list[tuple[Worker, Run]]:
        workers = [worker for crew in self._crews() for worker in list(crew.members)]
        at_work = [(worker, run) for worker in workers if (run := worker.run) is not None]
        return sorted(at_work, key=lambda pair: pair[1].started_at)


def _time_of(moment: float) -> datetime:
    """Return the time of day that was at *moment*, by ``time.perf_counter()``."""
    return datetime.now(UTC) - timedelta(seconds=perf_counter() - moment)


def _waiting(item: WorkItem) -> WaitingItem:
    return WaitingItem(
        id=item.id,
        name=item.name,
        job=item.job,
        priority=item.priority,
        enqueued_at=item.enqueued_at,
        arguments=item.arguments,
        trace_id=item.trace_id,
    )


def _running(run: Run, place: Place | None) -> RunningItem:
    item = run.item
    return RunningItem(
        id=run.id,
        name=item.name,
        job=item.job,
        priority=item.priority,
        enqueued_at=item.enqueued_at,
        started_at=_time_of(run.started_at),
        seconds=perf_counter() - run.started_at,
        timeout=item.timeout,
        waiting_at=place,
        arguments=item.arguments,
        trace_id=item.trace_id,
    )
