"""Stored jobs as they are shown, and queries as the port takes them. Pure."""

from collections.abc import Iterator
from datetime import datetime
from itertools import product
from typing import Any, Final

from corner_host.jobs import JobEvent, JobFilter, JobInfo, JobState
from corner_host.primitives import MASK, holds_password, is_secret_key, without_passwords

from .contracts import JobHistoryEvent, JobQuery, JobSummary
from .errors import InvalidRequestError

MOST_JOBS: Final = 200
MOST_COUNTED: Final = 10_000
_MOST_FILTERS: Final = 24
_DEEPEST: Final = 16
_LONGEST: Final = 1000


def filters_of(query: JobQuery) -> list[JobFilter]:
    """Return the filters that together mean what *query* means; each job fits one of them at most.

    Raises:
        InvalidRequestError: A state is none, a text is too long, or too many values are combined.
    """
    states: list[JobState | None] = [_state(each) for each in dict.fromkeys(query.states)] or [None]
    names: list[str | None] = [*dict.fromkeys(query.names)] or [None]
    queues: list[str | None] = [*dict.fromkeys(query.queues)] or [None]
    if len(states) * len(names) * len(queues) > _MOST_FILTERS:
        raise InvalidRequestError(f"At most {_MOST_FILTERS} combinations of states, names and queues can be asked for.")
    for field in ("error", "error_type", "place", "key", "text", "parent", "worker"):
        if len(getattr(query, field) or "") > _LONGEST:
            raise InvalidRequestError(f"{field} has more than {_LONGEST} characters.", field=field)
    for field in ("since", "until"):
        moment: datetime | None = getattr(query, field)
        if moment is not None and moment.tzinfo is None:
            raise InvalidRequestError(f"{field} must have a time zone.", field=field)
    return [
        JobFilter(
            state=state,
            name=name,
            queue=queue,
            key=query.key,
            error=query.error,
            error_type=query.error_type,
            error_place=query.place,
            text=query.text or None,
            since=query.since,
            until=query.until,
            parent=query.parent,
            worker=query.worker,
        )
        for state, name, queue in product(states, names, queues)
    ]


def _state(text: str) -> JobState:
    try:
        return JobState[text.upper()]
    except KeyError:
        known = ", ".join(state.name for state in JobState)
        raise InvalidRequestError(f"{text!r} is no state of a job; there are {known}.", field="states") from None


def summary(job: JobInfo, *, now: datetime, max_attempts: int | None) -> JobSummary:
    """Return a job as a row."""
    began, ended = job.started_at, job.finished_at
    if began is None:
        run = None
    else:
        run = max(0.0, ((ended or (now if job.state is JobState.RUNNING else began)) - began).total_seconds())
    waited_from = max(job.enqueued_at, job.run_at) if job.attempt <= 1 else None
    return JobSummary(
        id=job.id,
        name=job.name,
        state=job.state.name,
        queue=job.queue,
        key=job.key or "",
        attempt=job.attempt,
        max_attempts=max_attempts,
        priority=job.priority,
        enqueued_at=job.enqueued_at,
        run_at=job.run_at,
        started_at=began,
        finished_at=ended,
        wait_seconds=None if began is None or waited_from is None else max(0.0, (began - waited_from).total_seconds()),
        run_seconds=run,
        error_type=job.error_type or "",
        error=without_passwords(job.error or ""),
        error_place=job.error_place or "",
        worker=job.worker or "",
        progress=job.progress,
        progress_note=without_passwords(job.progress_note),
    )


def history(job: JobInfo) -> Iterator[JobHistoryEvent]:
    """Yield what happened to a job, oldest first; its beginning is not stored as an event."""
    yield JobHistoryEvent(at=job.enqueued_at, event="ENQUEUED", detail=f"after {job.parent}" if job.parent else "")
    yield from (_event(each) for each in job.history)


def _event(event: JobEvent) -> JobHistoryEvent:
    return JobHistoryEvent(
        at=event.at,
        event=event.event.name,
        attempt=event.attempt,
        started_at=event.started_at,
        worker=event.worker or "",
        error_type=event.error_type or "",
        error=without_passwords(event.error or ""),
        error_place=event.error_place or "",
        detail=without_passwords(event.detail),
    )


def masked(value: Any, depth: int = 0) -> Any:
    """Return JSON data with the values masked whose names promise a secret, or that hold a password.

    Example:
        >>> masked({"card": {"api_key": "s3cret", "amount": 5}, "queue": "amqp://app:s3cret@mq"})
        {'card': {'api_key': '••••••••', 'amount': 5}, 'queue': '••••••••'}
    """
    if depth >= _DEEPEST:
        return "..."
    within: Any = value  # narrowed, checkers would not know what is in it
    if isinstance(value, dict):
        return {
            name: MASK if is_secret_key(str(name)) and inner is not None else masked(inner, depth + 1)
            for name, inner in within.items()
        }
    if isinstance(value, list):
        return [masked(inner, depth + 1) for inner in within]
    return MASK if isinstance(value, str) and holds_password(value) else value
