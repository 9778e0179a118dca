"""Looking at the stored jobs: one by one, by filter, until one has ended."""

import json
import sqlite3
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any, Final, final

import anyio

from corner_host.jobs.errors import JobRegistrationError
from corner_host.jobs.info import JobEvent, JobFilter, JobInfo, JobState

from . import operations
from .schema import Row
from .writer import Writer

_COLUMNS: Final = (
    "id, name, queue, state, priority, run_at, enqueued_at, key, payload, attempt, owner, started_at, finished_at,"
    " error_type, error, error_place, result, progress, progress_note, parent"
)
_LOOK_SECONDS: Final = 0.02


@final
class SqliteRecords:
    """The stored jobs of one file."""

    def __init__(self, writer: Writer, reader: Writer, changed: Callable[[], None]) -> None:
        self._writer = writer
        self._reader = reader
        self._changed = changed

    async def get(self, job_id: str) -> JobInfo | None:
        """Return the job with its history, or None."""

        def look(connection: sqlite3.Connection) -> JobInfo | None:
            row = connection.execute(f"SELECT {_COLUMNS} FROM corner_jobs WHERE id = ?", (job_id,)).fetchone()  # noqa: S608
            if row is None:
                return None
            history = connection.execute(
                "SELECT at, event, attempt, detail FROM corner_job_history WHERE job = ? ORDER BY at, rowid", (job_id,)
            )
            events = tuple(
                JobEvent(at=_time(at), event=event, attempt=n, detail=more) for at, event, n, more in history
            )
            return _info(row, events)

        return await self._reader.execute(look)

    async def list(self, wanted: JobFilter) -> Sequence[JobInfo]:
        """Return the jobs that match, newest first."""
        where, values = _where(wanted)
        statement = f"SELECT {_COLUMNS} FROM corner_jobs{where} ORDER BY id DESC LIMIT ?"  # noqa: S608 - the parts are ours
        return await self._reader.execute(
            lambda connection: [_info(row, ()) for row in connection.execute(statement, (*values, wanted.limit))]
        )

    async def requeue(self, job_id: str) -> bool:
        """Let a dead or cancelled job run again.

        Raises:
            JobRegistrationError: A job with the same key is waiting or running.
        """

        def again(connection: sqlite3.Connection) -> bool:
            try:
                return operations.requeue(connection, job_id, time.time())
            except sqlite3.IntegrityError as error:
                raise JobRegistrationError(
                    f"Job {job_id} cannot be requeued: another job with its key is waiting or running."
                ) from error

        requeued = await self._writer.execute(again)
        self._changed()
        return requeued

    async def wait_ended(self, job_id: str) -> JobInfo | None:
        """Return the job once it has ended; None when it is unknown."""
        while True:
            info = await self.get(job_id)
            if info is None or info.state.has_ended:
                return info
            await anyio.sleep(_LOOK_SECONDS)


def _where(wanted: JobFilter) -> tuple[str, list[object]]:
    parts: list[str] = []
    values: list[object] = []
    if wanted.state is not None:
        parts.append("state = ?")
        values.append(Row[wanted.state.name].value)
    for column, value in (("name", wanted.name), ("queue", wanted.queue), ("key", wanted.key)):
        if value is not None:
            parts.append(f"{column} = ?")
            values.append(value)
    if wanted.error is not None:
        parts.append("(instr(error_type, ?) OR instr(error, ?))")
        values += [wanted.error, wanted.error]
    if wanted.before is not None:
        parts.append("id < ?")
        values.append(wanted.before)
    return (" WHERE " + " AND ".join(parts) if parts else ""), values


def _info(row: tuple[Any, ...], history: Sequence[JobEvent]) -> JobInfo:
    (
        job_id, name, queue, state, priority, run_at, enqueued_at, key, payload, attempt, owner, started_at, finished_at,
        error_type, error, error_place, result, progress, progress_note, parent,
    ) = row  # fmt: skip
    return JobInfo(
        id=job_id,
        name=name,
        state=JobState[Row(state).name],
        attempt=attempt,
        key=key,
        queue=queue,
        priority=priority,
        enqueued_at=_time(enqueued_at),
        run_at=_time(min(run_at, 253_402_300_799.0)),
        started_at=None if started_at is None else _time(started_at),
        finished_at=None if finished_at is None else _time(finished_at),
        error=error,
        error_type=error_type,
        error_place=error_place,
        result=None if result is None else json.loads(result),
        payload=json.loads(payload),
        worker=owner,
        progress=progress,
        progress_note=progress_note,
        parent=parent,
        history=history,
    )


def _time(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
