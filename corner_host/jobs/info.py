"""A job as it is shown: its state, its attempts, its history."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, final


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


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class JobEvent:
    """One line of a job's history: when, what, at which attempt, and more."""

    at: datetime
    event: str
    attempt: int
    detail: str = ""


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class JobInfo:
    """A job as it was when it was looked at. Times are aware, in UTC."""

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
    history: Sequence[JobEvent] = field(default_factory=tuple[JobEvent, ...])


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class JobFilter:
    """Which jobs to list; None means any. *error* is part of the error's type or message; *before* a job's id."""

    state: JobState | None = None
    name: str | None = None
    queue: str | None = None
    key: str | None = None
    error: str | None = None
    limit: int = 100
    before: str | None = None
