"""The queue's numbers, for programs, dashboards and OpenTelemetry."""

from typing import final

from .accounts import MetricsSnapshot, ProcessingTime
from .queue import BackgroundTaskQueue


@final
class MetricsService:
    """How much work came in, and what became of it.

        queued = completed + failed + cancelled + not_run + depth + running

    holds for the numbers of one `snapshot`, which are of one moment; two properties read one after the other are not.

    Example:
        >>> queue = BackgroundTaskQueue(capacity=5)
        >>> queue.try_queue_background_work_item(print, "hello")
        True
        >>> MetricsService(queue).snapshot().depth
        1
    """

    def __init__(self, queue: BackgroundTaskQueue) -> None:
        self._queue = queue

    def snapshot(self) -> MetricsSnapshot:
        """Return all numbers of one moment."""
        return self._queue.snapshot()

    @property
    def queued(self) -> int:
        """Items taken in."""
        return self.snapshot().queued

    @property
    def completed(self) -> int:
        """Items that ran to their end."""
        return self.snapshot().completed

    @property
    def failed(self) -> int:
        """Items that raised or ran out of time."""
        return self.snapshot().failed

    @property
    def cancelled(self) -> int:
        """Items that were cut while they ran."""
        return self.snapshot().cancelled

    @property
    def not_run(self) -> int:
        """Items given up at shutdown before they started."""
        return self.snapshot().not_run

    @property
    def rejected(self) -> int:
        """Offers refused because the queue was full or closed; never queued."""
        return self.snapshot().rejected

    @property
    def depth(self) -> int:
        """Items waiting."""
        return len(self._queue)

    @property
    def capacity(self) -> int:
        """How many items can wait."""
        return self._queue.capacity

    @property
    def running(self) -> int:
        """Items started and not ended."""
        return self.snapshot().running

    @property
    def processing_time(self) -> ProcessingTime:
        """How long items ran, failed and cancelled ones included."""
        return self.snapshot().processing_time
