"""A job as it is shown: its state, its attempts, its history."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Final, final

from .text import storable

_MOST_TEXT: Final = 1_000


class JobState(StrEnum):
    """Where a job is in its life; each is equal to its name as text."""

    WAITING = "WAITING"
    """Ready to run."""
    SCHEDULED = "SCHEDULED"
    """To run at a time to come: delayed, or waiting before another attempt, or for its parent."""
    RUNNING = "RUNNING"
    """Leased by a worker."""
    SUCCEEDED = "SUCCEEDED"
    """Its handler returned."""
    DEAD = "DEAD"
    """It failed for good and waits for a person: the dead letters."""
    CANCELLED = "CANCELLED"
    """It was cancelled on request."""

    @property
    def has_ended(self) -> bool:
        """Whether the job will not run by itself any more."""
        return self in {JobState.SUCCEEDED, JobState.DEAD, JobState.CANCELLED}


class JobEventKind(StrEnum):
    """What happened to a job; each is equal to its name as text."""

    SUCCEEDED = "SUCCEEDED"
    """Its handler returned."""
    FAILED = "FAILED"
    """An attempt failed, and another one follows."""
    DIED = "DIED"
    """An attempt failed, and none follows."""
    CANCELLED = "CANCELLED"
    """It was cancelled on request, or with its parent."""
    RELEASED = "RELEASED"
    """Its worker gave it back, since it stopped or has no handler for it; the attempt does not count."""
    WORKER_LOST = "WORKER_LOST"
    """Its worker's process died, or was silent for longer than its lease."""
    REQUEUED = "REQUEUED"
    """Somebody let it run again; attempts are counted anew."""


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class JobEvent:
    """One line of a job's history, which is only ever appended to. Times are aware, in UTC.

    Attributes:
        at: When it happened; for an attempt, when it ended.
        event: What happened.
        attempt: Which attempt it was, from 1; 0 for what happened to a job that did not run.
        started_at: When the attempt began; None for what was none.
        worker: Who ran the attempt, as ``host/pid/random``.
        error_type: What the attempt failed with, and None for the three together where it did not fail.
        error: Its message.
        error_place: The file and line of the user's code where it came from; empty where there is none.
        detail: More, for a person.
    """

    at: datetime
    event: JobEventKind
    attempt: int
    started_at: datetime | None = None
    worker: str | None = None
    error_type: str | None = None
    error: str | None = None
    error_place: str | None = None
    detail: str = ""


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class JobInfo:
    """A job as it was when it was looked at. Times are aware, in UTC.

    *traceback* and *history* are filled where one job is asked for, and empty in lists. *trace* has the W3C headers of
    the trace in which the job was put, and what middleware added. *worker* is who runs it, or ran it last. *enqueued_by* is
    what put it, as far as that said so (`corner_host.diagnostics.origin`): ``POST /orders``, ``job Ship 01J9``,
    ``schedule nightly``; at most 200 characters.
    """

    id: str
    name: str
    state: JobState
    attempt: int
    key: str | None
    queue: str
    priority: int
    enqueued_at: datetime
    run_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    error: str | None
    error_type: str | None
    error_place: str | None
    result: Any
    payload: Any
    worker: str | None
    progress: float | None
    progress_note: str
    parent: str | None
    traceback: str | None = None
    trace: Mapping[str, str] | None = None
    enqueued_by: str | None = None
    history: Sequence[JobEvent] = field(default_factory=tuple[JobEvent, ...])


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class JobFilter:
    """Which jobs are meant; a job must fit all that is given, and None means any.

    Attributes:
        state: Where it is in its life.
        name: What it is called.
        queue: Where it was put.
        key: Its unique key.
        error: Part of its last error's type or message.
        error_type: The type itself, as in a `FailureGroup`.
        error_place: The place itself.
        text: Part of its id, its key or its payload's JSON; upper and lower case (of ASCII) are the same.
        since: Put at this time or later; aware.
        until: Put before this time; aware.
        parent: The job that it waits for or waited for.
        worker: Who runs it, or ran it last, as in `JobInfo.worker`.

    Raises:
        ValueError: A time is naive, or a text is longer than a thousand characters.
    """

    state: JobState | None = None
    name: str | None = None
    queue: str | None = None
    key: str | None = None
    error: str | None = None
    error_type: str | None = None
    error_place: str | None = None
    text: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    parent: str | None = None
    worker: str | None = None

    def __post_init__(self) -> None:
        for name in ("name", "queue", "key", "error", "error_type", "error_place", "text", "parent", "worker"):
            value: str | None = getattr(self, name)
            if value is not None and len(value) > _MOST_TEXT:
                raise ValueError(f"JobFilter.{name} must have at most {_MOST_TEXT:,} characters, not {len(value):,}")
            if value is not None:
                object.__setattr__(self, name, storable(value))
        for name in ("since", "until"):
            moment: datetime | None = getattr(self, name)
            if moment is not None and moment.tzinfo is None:
                raise ValueError(
                    f"JobFilter.{name} must be an aware datetime, as datetime.now(UTC) is; {moment!r} is not"
                )


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class JobCount:
    """How many jobs of one name are in one state in one queue; those that are none are not listed."""

    queue: str
    name: str
    state: JobState
    count: int


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class FailureGroup:
    """Failed attempts that are one error: of the same type, from the same place in the user's code.

    Attributes:
        error_type: The type.
        error_place: The file and line; empty where no user's code is in the traceback.
        message: What the last one said.
        count: How many attempts failed so.
        jobs: How many jobs they were of.
        names: What these are called.
        first_seen: When the first one failed; aware, UTC.
        last_seen: When the last one did.
        sample: The id of the job that failed last.
        over_time: How many in each of twenty equal parts of the time that was asked for (else of the time from the
            first to the last of all groups), oldest first; empty where the engine cannot say.
    """

    error_type: str
    error_place: str
    message: str
    count: int
    jobs: int
    names: Sequence[str]
    first_seen: datetime
    last_seen: datetime
    sample: str
    over_time: Sequence[int] = ()


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class BulkAnswer:
    """What was done to many jobs, or with a dry run would be.

    Attributes:
        count: How many jobs were changed.
        skipped: How many of those meant could not be; for requeueing, since another job has their key, or (where the
            engine looks for that) had it later and has succeeded.
        oldest: When the oldest of those meant was put; None for none.
        newest: When the newest of them was put.
    """

    count: int
    skipped: int = 0
    oldest: datetime | None = None
    newest: datetime | None = None


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class QueueDepth:
    """How many of a queue's jobs are ready and wait, and how many run, on all workers together."""

    queue: str
    waiting: int
    running: int


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class QueuePause:
    """A queue from which nothing is claimed: since when, until when (None: until somebody resumes it), and why."""

    queue: str
    since: datetime
    until: datetime | None
    reason: str
