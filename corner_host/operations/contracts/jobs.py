"""Durable jobs, and failures of every kind."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, final

from .common import CodePlace
from .logs import LogEntry


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class JobQuery:
    """Which jobs; None and empty mean any.

    Args:
        ids: Exactly these.
        states: ``WAITING``, ``SCHEDULED``, ``RUNNING``, ``SUCCEEDED``, ``DEAD``, ``CANCELLED``.
        names: Kinds of job.
        queues: Their queues.
        error: Part of the type or the message of the last error.
        error_type: The type of the last error, exactly.
        place: The place of the last error, exactly; with *error_type* it picks a group of failures.
        key: The key, exactly.
        text: Part of id, key, or payload.
        parent: The job that it runs after.
        worker: Which process runs it, or ran it last.
        since: Enqueued at this time or later.
        until: Enqueued before this time.
        limit: How many a page has, 1 to 200.
        cursor: The page that an earlier answer named as its next.
        sort: ``ran``, ``waited``, ``attempt``, ``name``, ``key``, ``queue``, ``state``, ``error`` or ``enqueued``, with a minus
            for downwards; None: the newest first. Otherwise the newest 1,000 that match are sorted.
    """

    ids: tuple[str, ...] = ()
    states: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    queues: tuple[str, ...] = ()
    error: str | None = None
    error_type: str | None = None
    place: str | None = None
    key: str | None = None
    text: str | None = None
    parent: str | None = None
    worker: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    limit: int = 50
    cursor: str | None = None
    sort: str | None = None


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class SavedFilter:
    """A filter of the list of jobs that has a name.

    Args:
        name: What it is called.
        query: As the address of the page has it.
    """

    name: str
    query: str


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class JobSummary:
    """A row of the list of jobs. Times are aware, in UTC; durations float seconds."""

    id: str
    name: str
    state: str
    queue: str
    key: str = ""
    attempt: int = 0
    max_attempts: int | None = None
    priority: int = 0
    enqueued_at: datetime
    run_at: datetime | None = None
    started_at: datetime | None = None
    finished_at: datetime | None = None
    wait_seconds: float | None = None
    run_seconds: float | None = None
    error_type: str = ""
    error: str = ""
    error_place: str = ""
    worker: str = ""
    progress: float | None = None
    progress_note: str = ""


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class JobPage:
    """A page of jobs, newest first, or in the order that was asked for.

    Args:
        items: The jobs.
        next: The cursor of the page after this one; None if this is the last.
        total: How many match; None if they were not counted.
        is_total_exact: False if counting stopped at *total*.
        sorted_among: Of how many of the newest that match the order is; None if it is of all.
    """

    items: tuple[JobSummary, ...] = ()
    next: str | None = None
    total: int | None = None
    is_total_exact: bool = True
    sorted_among: int | None = None


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class FacetValue:
    """How many of what matches have this value."""

    value: str
    count: int


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class JobFacets:
    """What can be filtered by, with counts, most frequent first; at most 50 values each.

    *workers* are the processes in which something runs now.
    """

    states: tuple[FacetValue, ...] = ()
    names: tuple[FacetValue, ...] = ()
    queues: tuple[FacetValue, ...] = ()
    error_types: tuple[FacetValue, ...] = ()
    workers: tuple[FacetValue, ...] = ()


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class JobHistoryEvent:
    """A line of a job's history.

    Args:
        at: When; of an attempt, when it ended.
        event: ``ENQUEUED``, ``SUCCEEDED``, ``FAILED``, ``DIED``, ``CANCELLED``, ``RELEASED``, ``WORKER_LOST``, ``REQUEUED``.
        attempt: Which, from 1; 0 for what was none.
        started_at: When the attempt began.
        worker: Who ran it.
        error_type: What it failed with.
        error: The message.
        error_place: In user code.
        detail: More, for a person.
    """

    at: datetime
    event: str
    attempt: int = 0
    started_at: datetime | None = None
    worker: str = ""
    error_type: str = ""
    error: str = ""
    error_place: str = ""
    detail: str = ""


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class JobDetail:
    """All about one job.

    Args:
        job: The row of the list.
        payload: JSON data, secret values masked.
        result: JSON data that the handler returned, secret values masked.
        history: Oldest first.
        traceback: Of the last failure; empty if it is not kept.
        waiting_at: Where it waits, if it runs in this process.
        handler: Class or function; empty if none is registered here.
        parent: The job that it runs after.
        trace_id: Of whoever put it.
        enqueued_by: Who put it: a route (``POST /orders``), ``job NAME ID``, ``schedule ID``, ``service NAME`` (of the queue in
            memory, that of its service), an operator; empty if nobody has said.
        siblings: Other jobs with the same key, newest first, at most 20.
        logs: Its records that are still there, oldest first.
        followers: Jobs that run after it, or were put to run it again, newest first, at most 20.
        can_requeue: Whether it can run again.
        can_cancel: Whether it can be cancelled.
        can_delete: Whether it can be deleted.
        can_run_again: Whether a new job can be put with its arguments.
        can_edit: Whether that may have other arguments.
    """

    job: JobSummary
    payload: Any = None
    result: Any = None
    history: tuple[JobHistoryEvent, ...] = ()
    traceback: str = ""
    waiting_at: CodePlace | None = None
    handler: str = ""
    parent: str = ""
    trace_id: str = ""
    enqueued_by: str = ""
    siblings: tuple[JobSummary, ...] = ()
    logs: tuple[LogEntry, ...] = ()
    can_requeue: bool = False
    can_cancel: bool = False
    can_delete: bool = False
    followers: tuple[JobSummary, ...] = ()
    can_run_again: bool = False
    can_edit: bool = False


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class FailureGroup:
    """Failures of one kind: the same source, error type and place in user code.

    Args:
        id: Stable text, fit for a URL.
        source: ``jobs`` (dead letters), ``memory`` (work items), ``service`` (hosted services).
        name: Job, work or service.
        queue: Of jobs and work items.
        error_type: Class of the error.
        message: Of the last one, first line.
        place: In user code.
        count: How many failed so, in the range asked for; of jobs, attempts.
        jobs: How many jobs these were of; 0 for other sources.
        first_at: The first of them.
        last_at: The last of them.
        sparkline: Counts over the range in 20 equal parts, oldest first; empty where the source cannot say.
        sample_id: A job of it.
        traceback: Of the last one, if it is kept.
        muted_until: Not shown as failing until then.
        can_requeue: Whether its jobs can be requeued.
    """

    id: str
    source: str
    name: str
    queue: str = ""
    error_type: str
    message: str = ""
    place: str = ""
    count: int = 0
    jobs: int = 0
    first_at: datetime
    last_at: datetime
    sparkline: tuple[int, ...] = ()
    sample_id: str = ""
    traceback: str = ""
    muted_until: datetime | None = None
    can_requeue: bool = False
