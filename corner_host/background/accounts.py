"""What became of every work item, in numbers that always add up.

    queued = completed + failed + cancelled + not_run + depth + running

holds at every moment, because only the left side, the ends and the depth are counted, and ``running`` is the rest. The
queue guards its `Accounts` by its own lock; this file has none.

Most items complete, and a lock for each would cost as much as running it: what completes is only appended to a list, which
is atomic, and counted together with others later, or when somebody asks. What has been appended has ended, counted or not.
"""

from collections import deque
from collections.abc import Callable, Sized
from dataclasses import dataclass, field
from enum import Enum
from itertools import repeat
from operator import length_hint
from types import TracebackType
from typing import Any, Protocol, final

from corner_host.primitives.percentile import percentile

BATCH = 500
"""How many completed items are counted together."""

WINDOW = 10_000
"""From how many of the last items the percentiles are taken."""


class AbstractLock(Protocol):
    """What is needed of a lock."""

    def __enter__(self) -> object:
        """Wait for it."""

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None, /
    ) -> object:
        """Let it go."""


@final
class Outcome(Enum):
    """How a work item ended."""

    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"


# looking a member up in its enumeration costs as much as counting it
COMPLETED, FAILED, CANCELLED = Outcome


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
        p50, p95, p99 = (percentile(ordered, share) for share in (50, 95, 99))
        return cls(count=count, sum=total, p50=p50, p95=p95, p99=p99)


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class MetricsSnapshot:
    """The queue's numbers at one moment; `processing_time` is worked out when it is asked for.

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
        times: The last durations, how many there were in all, and their sum.
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
    times: tuple[list[float], int, float] = field(repr=False)

    @property
    def ended(self) -> int:
        """Items that ran, however they ended."""
        return self.completed + self.failed + self.cancelled

    @property
    def processing_time(self) -> ProcessingTime:
        """How long items ran."""
        durations, count, total = self.times
        return ProcessingTime.of(durations, count=count, total=total)


@final
class Accounts:
    """The counts behind `MetricsSnapshot`, under the lock of the line that they belong to.

    Args:
        lock: Held around every change but two: who takes a permit has queued an item, and who runs one appends to
            `completions`.
        settled: Called, under the lock, when the last unfinished item has ended; only if `awaited`.

    Attributes:
        awaited: Whether somebody waits for the last item to end.
        permits: One for each item that may be queued without the lock: where to.
        issued: How many permits these were in the beginning.
        entered: Items queued otherwise.
        rejected_by_closed: Those of `rejected` whom a closed queue refused; the others came while it was full.
        completions: How long items ran that have completed, and are not counted yet.
    """

    __slots__ = (
        "_completed", "_durations", "_lock", "_seconds", "_settled", "awaited", "cancelled", "completions", "entered",
        "failed", "issued", "not_run", "permits", "rejected", "rejected_by_closed",
    )  # fmt: skip

    def __init__(self, lock: AbstractLock, settled: Callable[[], object]) -> None:
        self._lock = lock
        self._settled = settled
        self.awaited = False
        self.permits = repeat(deque[Any](), 0)
        self.issued = 0
        self.entered = self.failed = self.cancelled = self.not_run = 0
        self.rejected = self.rejected_by_closed = 0
        self.completions: deque[float] = deque()
        self._completed = 0
        self._seconds = 0.0
        self._durations: deque[float] = deque(maxlen=WINDOW)

    def issue(self, number: int, line: deque[Any]) -> None:
        """Let *number* items be queued in *line* by permit; none may be left from before."""
        self.issued = number
        self.permits = repeat(line, number)

    def recall(self) -> None:
        """Take back the permits that are left, and count those that were used."""
        left = len(tuple(self.permits))
        # no call between these: a signal handler may queue an item between any two
        self.entered += self.issued - left
        self.issued = 0

    @property
    def queued(self) -> int:
        """Items taken in."""
        return self.entered + self.issued - length_hint(self.permits)

    def count_completions(self) -> None:
        """Count what has completed: to be called once `BATCH` have, or as soon as one has if the end is `awaited`."""
        with self._lock:
            self._count_completions()
            self.look_for_end()

    def end(self, outcome: Outcome, duration: float) -> None:
        """Account for an item that did not complete, after *duration* seconds."""
        with self._lock:
            self._count_completions()
            if outcome is FAILED:
                self.failed += 1
            else:
                self.cancelled += 1
            self._seconds += duration
            self._durations.append(duration)
            self.look_for_end()

    def _count_completions(self) -> None:
        completions = self.completions
        durations = [completions.popleft() for _ in range(len(completions))]
        self._completed += len(durations)
        self._seconds += sum(durations)
        self._durations += durations

    def look_for_end(self) -> None:
        """Tell who waits for it that nothing waits or runs any more."""
        if self.awaited and not self.unfinished:
            self._settled()

    @property
    def ended(self) -> int:
        """How many items ran and ended."""
        return self._completed + len(self.completions) + self.failed + self.cancelled

    @property
    def unfinished(self) -> int:
        """How many items wait or run."""
        return self.queued - self.not_run - self.ended

    def snapshot(self, waiting: Sized, *, capacity: int) -> MetricsSnapshot:
        """Return the numbers of one moment, of a queue in which so many items are *waiting*.

        Items are queued, taken and completed without the lock: what happens while the numbers are read is noticed.
        """
        before = None
        while True:
            self._count_completions()
            depth = len(waiting)
            now = (depth, self.queued, len(self.completions))
            if now == before and not self.completions:
                break
            before = now
        counted = self._completed + self.failed + self.cancelled
        queued = now[1]
        return MetricsSnapshot(
            queued=queued,
            completed=self._completed,
            failed=self.failed,
            cancelled=self.cancelled,
            not_run=self.not_run,
            depth=depth,
            running=queued - self.not_run - counted - depth,
            rejected=self.rejected,
            capacity=capacity,
            times=(list(self._durations), counted, self._seconds),
        )
