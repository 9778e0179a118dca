"""What a job's message holds: one line of JSON with all that is known of the job, and then its payload as it is. Pure.

The history goes along in the line, so that it is there wherever the job is.
"""

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final, Self, final

from pydantic_core import from_json, to_json

from corner_host.jobs.contracts import Failure, NewJob
from corner_host.jobs.headers import shown_headers
from corner_host.jobs.info import JobEvent, JobEventKind, JobInfo, JobState
from corner_host.jobs.text import payload_data

from .subjects import token

_STRAY: Final = "STRAY"
_MOST_LINES: Final = 50
"""Of a history; the oldest are left out."""
_MOST_TEXT: Final = 1_000
"""Characters of an error in a line of the history."""
_MOST_ERROR: Final = 10_000
ROOM: Final = 131_072
"""Bytes that a letter may grow by: history, error, traceback."""


@final
@dataclass(slots=True, kw_only=True)
class Letter:
    """A job as it lies in the stream. Times are seconds since the epoch.

    *attempts* are those that have been counted before the message was stored; the server counts the ones since.
    """

    id: str
    name: str
    queue: str
    payload: bytes
    enqueued_at: float
    run_at: float
    priority: int = 0
    key: str | None = None
    trace: str | None = None
    attempts: int = 0
    state: str = ""
    started_at: float | None = None
    finished_at: float | None = None
    worker: str | None = None
    failure: Failure | None = None
    result: bytes | None = None
    history: list[list[Any]] = field(default_factory=list[list[Any]])

    @classmethod
    def of(cls, job: NewJob, now: float) -> Self:
        """Return the letter of a new job."""
        return cls(
            id=job.id,
            name=job.name,
            queue=job.queue,
            payload=job.payload,
            enqueued_at=now,
            run_at=now if job.run_at is None else job.run_at,
            priority=job.priority,
            key=job.key,
            trace=job.trace,
        )

    @classmethod
    def read(cls, data: bytes) -> Self:
        """Return the letter that was written.

        Raises:
            ValueError: This is none.
        """
        line, _, payload = data.partition(b"\n")
        try:
            fields: dict[str, Any] = _read(line)
            failure, result = fields.pop("failure", None), fields.pop("result", None)
            if not _is_sound(fields):
                raise ValueError("this is not a job: a field is of another kind")
            return cls(
                payload=payload,
                failure=None if failure is None else Failure(*failure),
                result=None if result is None else result.encode(),
                **fields,
            )
        except (TypeError, AttributeError) as error:
            raise ValueError(f"this is not a job: {error}") from error

    @classmethod
    def found(cls, subject: str, data: bytes) -> Self:
        """Return the letter that lies at *subject*, and one that is `stray` where what lies there is none, or another's."""
        _, _, queue, name, job_id = subject.split(".")
        try:
            letter = cls.read(data)
        except ValueError:
            letter = None
        if letter is not None and token(letter.id) == job_id:
            return letter
        return cls(id=job_id, name=name, queue=queue, payload=data, enqueued_at=0.0, run_at=0.0, state=_STRAY)

    @property
    def is_stray(self) -> bool:
        """Whether nobody of ours has written it."""
        return self.state == _STRAY

    def write(self) -> bytes:
        """Return it as a message."""
        fields: dict[str, Any] = {
            "id": self.id, "name": self.name, "queue": self.queue, "enqueued_at": self.enqueued_at, "run_at": self.run_at,
            "priority": self.priority, "key": self.key, "trace": self.trace, "attempts": self.attempts,
            "state": self.state, "started_at": self.started_at, "finished_at": self.finished_at,
            "worker": self.worker, "history": self.history,
        }  # fmt: skip
        if self.failure is not None:
            failure = self.failure
            fields["failure"] = [failure.kind, failure.message[:_MOST_ERROR], failure.place, failure.traceback]
        if self.result is not None:
            fields["result"] = self.result.decode()
        return _written(fields) + b"\n" + self.payload

    def note(
        self,
        event: JobEventKind,
        at: float,
        attempt: int,
        *,
        started_at: float | None = None,
        worker: str | None = None,
        failure: Failure | None = None,
        detail: str = "",
    ) -> None:
        """Append a line to the history."""
        error = [None, None, None] if failure is None else [failure.kind, failure.message[:_MOST_TEXT], failure.place]
        self.history.append([event.value, at, attempt, started_at, worker, *error, detail])
        del self.history[:-_MOST_LINES]

    def info(self, state: JobState, attempt: int, *, worker: str | None = None) -> JobInfo:
        """Return the job as it is shown."""
        failure = self.failure
        trace, enqueued_by = shown_headers(self.trace)
        return JobInfo(
            id=self.id,
            name=self.name,
            state=state,
            attempt=attempt,
            key=self.key,
            queue=self.queue,
            priority=self.priority,
            enqueued_at=_time(self.enqueued_at),
            run_at=_time(self.run_at),
            started_at=None if self.started_at is None else _time(self.started_at),
            finished_at=None if self.finished_at is None else _time(self.finished_at),
            error=None if failure is None else failure.message,
            error_type=None if failure is None else failure.kind,
            error_place=None if failure is None else failure.place,
            result=None if self.result is None else json.loads(self.result),
            payload=payload_data(self.payload),
            worker=worker or self.worker,
            progress=None,
            progress_note="",
            parent=None,
            traceback=None if failure is None else failure.traceback,
            trace=trace,
            enqueued_by=enqueued_by,
            history=tuple(_event(*line) for line in self.history),
        )


def _written(fields: dict[str, Any]) -> bytes:
    try:
        return to_json(fields)
    except ValueError:  # half a surrogate pair, in the text of an error say, which only json escapes
        return json.dumps(fields).encode()


def _read(line: bytes) -> Any:
    try:
        return from_json(line)
    except ValueError:
        return json.loads(line)


def _is_sound(fields: dict[str, Any]) -> bool:
    """Whether what everything else relies on is of its kind: any program can write to a stream."""
    return (
        isinstance(fields.get("id"), str)
        and isinstance(fields.get("name"), str)
        and isinstance(fields.get("queue"), str)
        and isinstance(fields.get("attempts", 0), int)
        and isinstance(fields.get("enqueued_at"), float | int)
        and isinstance(fields.get("run_at"), float | int)
    )


def _event(
    event: str,
    at: float,
    attempt: int,
    started_at: float | None,
    worker: str | None,
    error_type: str | None,
    error: str | None,
    error_place: str | None,
    detail: str = "",
) -> JobEvent:
    return JobEvent(
        at=_time(at),
        event=JobEventKind(event),
        attempt=attempt,
        started_at=None if started_at is None else _time(started_at),
        worker=worker,
        error_type=error_type,
        error=error,
        error_place=error_place,
        detail=detail,
    )


def _time(seconds: float) -> datetime:
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (OverflowError, ValueError, OSError):
        return datetime.max.replace(tzinfo=UTC)
