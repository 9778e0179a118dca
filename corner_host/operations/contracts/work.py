"""Queues, and what runs."""

from dataclasses import dataclass
from datetime import datetime
from typing import final

from .common import CodePlace


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class QueueDrain:
    """That a queue is worked off.

    Args:
        since: When that began.
        total: How many items waited or ran then.
        left: How many of them still do; 0 for: it is done.
        reason: Why.
    """

    since: datetime
    total: int = 0
    left: int = 0
    reason: str = ""


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class QueueStatus:
    """A queue: the one in memory, or one of durable jobs.

    Args:
        name: Unique in the host.
        kind: ``memory`` or ``jobs``.
        depth: What waits, ready to run.
        capacity: How much can wait; None without a limit.
        running: What runs here.
        concurrency: How many can run at once here; None without a worker.
        scheduled: What waits for a time to come (jobs).
        dead: What failed for good (jobs).
        in_rate: Taken in per second, over the last minute.
        out_rate: Ended per second, over the last minute.
        failed_rate: Failed per second, over the last minute.
        wait_p50: Seconds that half of what began lately had waited at most; None if it is not known.
        wait_p95: The same for 95 of 100.
        oldest_wait: Seconds that the oldest ready one has waited; None if it is not known.
        queued: Taken in since the start, or ever (jobs: not known, None).
        completed: Ended well since the start.
        failed: Failed since the start.
        cancelled: Cancelled since the start.
        rejected: Refused since the start, because it was full or closed.
        is_paused: Whether nothing new is begun.
        paused_until: When it goes on by itself; None for: not before someone says so.
        pause_reason: Why, by whom.
        drain: That it is worked off, and, in memory, takes in nothing new; None where nobody has asked for it.
        is_closed: Whether nothing is taken in for good.
        saturated_since: Since when it has been full.
    """

    name: str
    kind: str = "memory"
    depth: int = 0
    capacity: int | None = None
    running: int = 0
    concurrency: int | None = None
    scheduled: int = 0
    dead: int = 0
    in_rate: float = 0.0
    out_rate: float = 0.0
    failed_rate: float = 0.0
    wait_p50: float | None = None
    wait_p95: float | None = None
    oldest_wait: float | None = None
    queued: int | None = None
    completed: int = 0
    failed: int = 0
    cancelled: int = 0
    rejected: int = 0
    is_paused: bool = False
    paused_until: datetime | None = None
    pause_reason: str = ""
    drain: QueueDrain | None = None
    is_closed: bool = False
    saturated_since: datetime | None = None

    @property
    def has_work(self) -> bool:
        """Whether anything waits, runs or has ended."""
        return self.depth + self.running + self.scheduled + self.completed + self.failed + self.cancelled > 0

    @property
    def fill(self) -> float:
        """How full it is, from 0 to 1; 0 without a limit."""
        return min(1.0, self.depth / self.capacity) if self.capacity else 0.0


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingItem:
    """A work item that waits in memory.

    Args:
        id: What logs and reports call it, now and when it runs; of this process.
        name: What it was queued as.
        priority: Higher runs first.
        enqueued_at: When it was queued.
        arguments: A short hash of its arguments; empty without any.
        trace_id: Of whoever queued it.
    """

    id: str
    name: str
    priority: int = 0
    enqueued_at: datetime
    arguments: str = ""
    trace_id: str = ""


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class RunningItem:
    """Something that runs: a work item, or an attempt of a job.

    Args:
        id: Of the job; of a work item, a number of this process.
        name: Job or work.
        queue: Whence it came.
        kind: ``memory`` or ``jobs``.
        started_at: When this attempt began.
        seconds: For how long it has run.
        usual_seconds: The p95 of its kind, if it is known.
        attempt: From 1; 1 for work items.
        max_attempts: How many it has; None if that is not known.
        waiting_at: Where; None if it runs in another process.
        worker: Which process has it.
        key: Of the job.
        progress: From 0 to 1.
        progress_note: What it said last.
        can_cancel: Whether it can be cancelled from here.
    """

    id: str
    name: str
    queue: str
    kind: str = "memory"
    started_at: datetime
    seconds: float
    usual_seconds: float | None = None
    attempt: int = 1
    max_attempts: int | None = None
    waiting_at: CodePlace | None = None
    worker: str = ""
    key: str = ""
    progress: float | None = None
    progress_note: str = ""
    can_cancel: bool = False
