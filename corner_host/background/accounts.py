"""What became of every work item, in numbers that always add up.

    queued = completed + failed + cancelled + not_run + depth + running

holds at every moment, because only the left side, the ends and the depth are counted, and ``running`` is the rest. The
queue guards its `Accounts` by its own lock; this file has none.
"""

from collections import deque
from dataclasses import dataclass
from enum import Enum
from math import ceil
from typing import final

WINDOW = 10_000
"""From how many of the last items the percentiles are taken."""


@final
class Outcome(Enum):
    """How a work item ended."""

    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class ProcessingTime:
    """How long items ran, in seconds; failed and cancelled ones included.

    Args:
        count: Items that ended.
        sum: Their seconds together.
        p50: Half of the last 10,000 items took at most this long; 0.0 when none ended yet.
        p95: So did 95 of 100.
        p99: So did 99 of 100.
    """

    count: int = 0
    sum: float = 0.0
    p50: float = 0.0
    p95: float = 0.0
    p99: float = 0.0

    @classmethod
    def of(cls, durations: list[float], *, count: int, total: float) -> "ProcessingTime":
        """Summarize *durations*, the last of *count* that make *total* seconds.

        Percentiles are by nearest rank: values that occurred, never ones in between.

        Example:
            >>> ProcessingTime.of([3.0, 1.0, 2.0], count=3, total=6.0).p50
            2.0
        """
        if not durations:
            return cls(count=count, sum=total)
        ordered = sorted(durations)

        def percentile(share: int) -> float:
            return ordered[ceil(len(ordered) * share / 100) - 1]

        return cls(count=count, sum=total, p50=percentile(50), p95=percentile(95), p99=percentile(99))


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class MetricsSnapshot:
    """The queue's numbers at one moment.

    Args:
        queued: Items taken in.
        completed: Items that ran to their end.
        failed: Items that raised or ran out of time.
        cancelled: Items that were cut while they ran.
        not_run: Items given up at shutdown before they started.
        depth: Items waiting.
        running: Items started and not ended.
        rejected: Offers refused, because the queue was full or closed; these were never queued.
        capacity: How many items can wait.
        processing_time: How long items ran.
    """

    queued: int
    completed: int
    failed: int
    cancelled: int
    not_run: int
    depth: int
    running: int
    rejected: int
    capacity: int
    processing_time: ProcessingTime


@final
class Accounts:
    """The counts behind `MetricsSnapshot`. Not thread-safe: the queue holds its lock around every call."""

    __slots__ = ("durations", "ended", "not_run", "queued", "rejected", "seconds")

    def __init__(self) -> None:
        self.queued = 0
        self.not_run = 0
        self.rejected = 0
        self.ended = dict.fromkeys(Outcome, 0)
        self.seconds = 0.0
        self.durations: deque[float] = deque(maxlen=WINDOW)

    def end(self, outcome: Outcome, duration: float) -> None:
        """Count an item that ended after *duration* seconds."""
        self.ended[outcome] += 1
        self.seconds += duration
        self.durations.append(duration)

    def unfinished(self) -> int:
        """How many items wait or run."""
        return self.queued - self.not_run - sum(self.ended.values())
