"""What an operator gets to see of a queue, as plain values. Pure."""

from dataclasses import dataclass
from datetime import datetime
from typing import final

from corner_host.hosting import Place

from .accounts import MetricsSnapshot


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class QueuePause:
    """That nothing is taken from the queue for a while.

    Args:
        since: When that began, in UTC.
        until: When it ends by itself; None: when somebody resumes it.
        reason: Why.
    """

    since: datetime
    until: datetime | None = None
    reason: str = ""


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class QueueDrain:
    """That nothing is taken in, and what is there is worked off.

    Args:
        since: When that began, in UTC.
        count: How many items waited or ran then.
        reason: Why.
    """

    since: datetime
    count: int = 0
    reason: str = ""


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class QueueStatus:
    """A queue at one moment.

    Args:
        name: What it is called in metrics and traces.
        numbers: How much came in, and what became of it; they add up.
        concurrency: How many items may run at the same time; 0 while nothing works it off.
        pause: Since when, until when and why nothing is taken from it; None while it is not paused.
        drain: Since when and why nothing is taken in; None while it is not drained. It is empty when nothing waits or runs.
        is_closed: Whether new work is refused.
        in_rate: Items taken in, a second, over the last minute or as much of it as is known.
        out_rate: Items that ended, likewise.
        failed_rate: Items that failed, likewise.
        wait_p50: Half of the items that were looked at lately had waited at most so many seconds; None: none began yet.
        wait_p95: So had 95 of 100.
        oldest_wait: For how many seconds the next item has waited; None: nothing waits.
        saturated_since: Since when it has been full, give or take a tenth; None while there is room.
    """

    name: str
    numbers: MetricsSnapshot
    concurrency: int
    pause: QueuePause | None
    drain: QueueDrain | None
    is_closed: bool
    in_rate: float
    out_rate: float
    failed_rate: float
    wait_p50: float | None
    wait_p95: float | None
    oldest_wait: float | None
    saturated_since: datetime | None


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingItem:
    """An item that waits.

    Args:
        id: What it is called in logs and reports, now and when it runs; of no other process's.
        name: The name it was queued with, else that of what is called.
        job: What is called.
        priority: Higher runs first.
        enqueued_at: When it was queued, in UTC.
        arguments: A short hash of what it is to be called with; empty without any.
        trace_id: Of the trace that it was queued in; empty without one.
    """

    id: str
    name: str
    job: str
    priority: int
    enqueued_at: datetime
    arguments: str = ""
    trace_id: str = ""


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class RunningItem:
    """An item that runs.

    Args:
        id: What it is called in logs and reports, and what `QueueControl.cancel` takes; of no other process's.
        name: The name it was queued with, else that of what is called.
        job: What is called.
        priority: Higher runs first.
        enqueued_at: When it was queued, in UTC.
        started_at: When it began, in UTC.
        seconds: For how long it has run.
        timeout: For how long it may, in seconds; None: for ever.
        waiting_at: The innermost line of the application that it waits at; None where that cannot be told.
        arguments: A short hash of what it was called with; empty without any.
        trace_id: Of the trace that it was queued in; empty without one.
    """

    id: str
    name: str
    job: str
    priority: int
    enqueued_at: datetime
    started_at: datetime
    seconds: float
    timeout: float | None
    waiting_at: Place | None = None
    arguments: str = ""
    trace_id: str = ""


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class FailedItem:
    """An item that raised, or ran out of time.

    Args:
        name: The name it was queued with, else that of what is called.
        job: What is called.
        error_type: The class of what it raised.
        message: What that says.
        place: The innermost line of the application that it came from; without a file where there is none.
        traceback: All of it, as text.
        failed_at: When, in UTC.
        seconds: How long it had run.
    """

    name: str
    job: str
    error_type: str
    message: str
    place: Place
    traceback: str
    failed_at: datetime
    seconds: float


def short_name(name: str, job: str) -> str:
    """Return the *name* that an item was given, else that of its *job* without the modules.

    Example:
        >>> short_name("orders.work.pay", "orders.work.pay"), short_name("pay 7.50", "orders.work.pay")
        ('pay', 'pay 7.50')
    """
    return name if name != job else job.rpartition(".")[2]
