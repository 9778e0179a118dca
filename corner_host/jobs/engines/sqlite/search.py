"""Questions about the stored jobs, as functions of a connection that reads."""

import json
import sqlite3
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Final

from corner_host.jobs.headers import shown_headers
from corner_host.jobs.history import with_its_success
from corner_host.jobs.info import FailureGroup, JobCount, JobEvent, JobEventKind, JobFilter, JobInfo, JobState
from corner_host.jobs.text import payload_data

from .schema import Row

_COLUMNS: Final = (
    "id, name, queue, state, priority, run_at, enqueued_at, key, payload, attempt, owner, started_at, finished_at,"
    " error_type, error, error_place, result, progress, progress_note, parent, trace"
)
_PARTS: Final = 20
_LAST_MOMENT: Final = 253_402_300_799.0


def find(connection: sqlite3.Connection, job_id: str) -> JobInfo | None:
    """Return the job with its history, or None."""
    row = connection.execute(f"SELECT {_COLUMNS}, traceback FROM corner_jobs WHERE id = ?", (job_id,)).fetchone()  # noqa: S608
    if row is None:
        return None
    info = _info(row[:-1], row[-1])
    lines = connection.execute(
        "SELECT at, event, attempt, started_at, worker, error_type, error, error_place, detail FROM corner_job_history"
        " WHERE job = ? ORDER BY at, rowid",
        (job_id,),
    )
    return replace(info, history=with_its_success(info, [_event(*line) for line in lines]))


def is_alive(connection: sqlite3.Connection, job_id: str) -> bool:
    """Whether there is such a job and it has not ended."""
    return connection.execute("SELECT 1 FROM corner_jobs WHERE id = ? AND state <= 2", (job_id,)).fetchone() is not None


def find_all(connection: sqlite3.Connection, wanted: JobFilter, limit: int, before: str | None) -> list[JobInfo]:
    """Return the jobs meant, newest first."""
    where, values = where_of(wanted)
    if before is not None:
        where, values = f"{where} AND id < ?", [*values, before]
    statement = f"SELECT {_COLUMNS} FROM corner_jobs WHERE {where} ORDER BY id DESC LIMIT ?"  # noqa: S608 - ours
    return [_info(row) for row in connection.execute(statement, (*values, limit))]


def count(connection: sqlite3.Connection, wanted: JobFilter, most: int) -> int:
    """Return how many are meant, up to *most*."""
    where, values = where_of(wanted)
    statement = f"SELECT count(*) FROM (SELECT 1 FROM corner_jobs WHERE {where} LIMIT ?)"  # noqa: S608 - ours
    found: int = connection.execute(statement, (*values, most)).fetchone()[0]
    return found


def count_all(connection: sqlite3.Connection) -> list[JobCount]:
    """Return how many there are, by queue, name and state."""
    rows = connection.execute(
        "SELECT queue, name, state, count(*) FROM corner_jobs GROUP BY queue, name, state ORDER BY queue, name, state"
    )
    return [
        JobCount(queue=queue, name=name, state=JobState[Row(state).name], count=n) for queue, name, state, n in rows
    ]


def group_failures(
    connection: sqlite3.Connection, since: datetime | None, until: datetime | None, limit: int
) -> list[FailureGroup]:
    """Return the failed attempts of a time in groups, the largest first."""
    within = " error_type IS NOT NULL AND at >= ? AND at < ?"
    times = (0.0 if since is None else since.timestamp(), _LAST_MOMENT if until is None else until.timestamp())
    groups = connection.execute(
        "SELECT error_type, error_place, count(*), count(DISTINCT job), min(at), max(at) FROM corner_job_history"  # noqa: S608
        f" WHERE{within} GROUP BY error_type, error_place ORDER BY 3 DESC, 6 DESC LIMIT ?",
        (*times, limit),
    ).fetchall()
    start = times[0] if since is not None else min((group[4] for group in groups), default=0.0)
    end = times[1] if until is not None else max((group[5] for group in groups), default=0.0)
    found: list[FailureGroup] = []
    for kind, place, attempts, jobs, first, last in groups:
        this = (kind, place, *times)
        of_this = f" FROM corner_job_history WHERE error_type = ? AND error_place = ? AND{within}"
        sample, message = connection.execute(f"SELECT job, error{of_this} ORDER BY at DESC LIMIT 1", this).fetchone()
        width = max(end - start, 1e-6) / _PARTS
        parts = dict(
            connection.execute(f"SELECT min(?, CAST((at - ?) / ? AS INTEGER)), count(*){of_this} GROUP BY 1",
                               (_PARTS - 1, start, width, *this)).fetchall()
        )  # fmt: skip
        names = connection.execute(
            "SELECT DISTINCT name FROM corner_jobs WHERE id IN"  # noqa: S608 - ours
            f" (SELECT job{of_this} ORDER BY at DESC LIMIT 100) ORDER BY name",
            this,
        )
        found.append(
            FailureGroup(
                error_type=kind,
                error_place=place,
                message=message,
                count=attempts,
                jobs=jobs,
                names=[name for (name,) in names],
                first_seen=moment(first),
                last_seen=moment(last),
                sample=sample,
                over_time=[parts.get(index, 0) for index in range(_PARTS)],
            )
        )
    return found


def where_of(wanted: JobFilter) -> tuple[str, list[object]]:
    """Return the condition that stands for a filter, and its values."""
    parts = ["1"]
    values: list[object] = []

    def add(condition: str, *its: object) -> None:
        parts.append(condition)
        values.extend(its)

    if wanted.state is not None:
        add(f"state = {Row[wanted.state.name].value}")
    for column in ("name", "queue", "key", "error_type", "error_place", "parent"):
        value = getattr(wanted, column)
        if value is not None:
            add(f"{column} = ?", value)
    if wanted.worker is not None:
        add("owner = ?", wanted.worker)
    if wanted.error is not None:
        add("(instr(error_type, ?) OR instr(error, ?))", wanted.error, wanted.error)
    if wanted.since is not None:
        add("enqueued_at >= ?", wanted.since.timestamp())
    if wanted.until is not None:
        add("enqueued_at < ?", wanted.until.timestamp())
    if wanted.text is not None:
        pattern = "%" + "".join(f"\\{letter}" if letter in "%_\\" else letter for letter in wanted.text) + "%"
        like = " LIKE ? ESCAPE '\\'"
        add(f"(id{like} OR key{like} OR CAST(payload AS TEXT){like})", pattern, pattern, pattern)
    return " AND ".join(parts), values


def _info(row: tuple[Any, ...], traceback: str | None = None) -> JobInfo:
    (
        job_id, name, queue, state, priority, run_at, enqueued_at, key, payload, attempt, owner, started_at, finished_at,
        error_type, error, error_place, result, progress, progress_note, parent, trace,
    ) = row  # fmt: skip
    headers, enqueued_by = shown_headers(trace)
    return JobInfo(
        id=job_id,
        name=name,
        state=JobState[Row(state).name],
        attempt=attempt,
        key=key,
        queue=queue,
        priority=priority,
        enqueued_at=moment(enqueued_at),
        run_at=moment(min(run_at, _LAST_MOMENT)),
        started_at=None if started_at is None else moment(started_at),
        finished_at=None if finished_at is None else moment(finished_at),
        error=error,
        error_type=error_type,
        error_place=error_place,
        result=None if result is None else json.loads(result),
        payload=payload_data(payload),
        worker=owner,
        progress=progress,
        progress_note=progress_note,
        parent=parent,
        traceback=traceback,
        trace=headers,
        enqueued_by=enqueued_by,
    )


def _event(
    at: float, event: str, attempt: int, started_at: float | None, worker: str | None, error_type: str | None,
    error: str | None, error_place: str | None, detail: str,
) -> JobEvent:  # fmt: skip
    return JobEvent(
        at=moment(at),
        event=JobEventKind(event),
        attempt=attempt,
        started_at=None if started_at is None else moment(started_at),
        worker=worker,
        error_type=error_type,
        error=error,
        error_place=error_place,
        detail=detail,
    )


def moment(seconds: float) -> datetime:
    """Return a time of the store as it is shown."""
    return datetime.fromtimestamp(seconds, UTC)
