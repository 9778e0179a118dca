"""Questions about the stored jobs, answered from the view ``jobs``."""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Final, NamedTuple

from corner_host.jobs.headers import shown_headers
from corner_host.jobs.history import with_its_success
from corner_host.jobs.info import JobCount, JobEvent, JobEventKind, JobFilter, JobInfo, JobState
from corner_host.jobs.text import payload_data

from .pool import Fetch, Row

_COLUMNS: Final = (
    "id, name, queue, state, priority, run_at, enqueued_at, key, payload, attempt, worker, started_at, finished_at,"
    " error_type, error, error_place, traceback, result, headers"
)


async def find(fetch: Fetch, schema: str, job_id: str) -> JobInfo | None:
    """Return the job with its history, or None."""
    rows = await fetch(f"SELECT {_COLUMNS} FROM {schema}.jobs WHERE id = $1", job_id)
    if not rows:
        return None
    lines = await fetch(f"SELECT * FROM {schema}.history WHERE job = $1 ORDER BY line", job_id)
    info = _info(rows[0], rows[0]["traceback"])
    return replace(info, history=with_its_success(info, [_event(line) for line in lines]))


async def state_of(fetch: Fetch, schema: str, job_id: str) -> JobState | None:
    """Return where the job is, or None when it is unknown."""
    rows = await fetch(f"SELECT state FROM {schema}.jobs WHERE id = $1", job_id)
    return JobState(rows[0]["state"]) if rows else None


async def find_all(fetch: Fetch, schema: str, wanted: JobFilter, limit: int, before: str | None) -> Sequence[JobInfo]:
    """Return the jobs meant, newest first."""
    where, values = _where(wanted)
    if before is not None:
        values.append(before)
        where += f" AND id < ${len(values)}"
    statement = f"SELECT {_COLUMNS} FROM {schema}.jobs WHERE {where} ORDER BY id DESC LIMIT ${len(values) + 1}"
    return [_info(row) for row in await fetch(statement, *values, limit)]


async def count(fetch: Fetch, schema: str, wanted: JobFilter, most: int) -> int:
    """Return how many are meant, up to *most*."""
    where, values = _where(wanted)
    some = f"SELECT 1 FROM {schema}.jobs WHERE {where} LIMIT ${len(values) + 1}"
    (row,) = await fetch(f"SELECT count(*) AS n FROM ({some}) found", *values, most)
    found: int = row["n"]
    return found


async def count_all(fetch: Fetch, schema: str) -> Sequence[JobCount]:
    """Return how many there are, by queue, name and state."""
    rows = await fetch(
        f"SELECT queue, name, state, count(*) AS n FROM {schema}.jobs GROUP BY queue, name, state ORDER BY queue, name, state"
    )
    return [
        JobCount(queue=row["queue"], name=row["name"], state=JobState(row["state"]), count=row["n"]) for row in rows
    ]


class Meant(NamedTuple):
    """A job that is meant, when it was put, and whether it is left out, since it would collide with another one."""

    id: str
    at: datetime
    is_left_out: bool


async def meant(fetch: Fetch, schema: str, wanted: JobFilter, condition: str) -> Sequence[Meant]:
    """Return the jobs meant that fit *condition*; the oldest first."""
    where, values = _where(wanted)
    statement = f"SELECT id, enqueued_at FROM {schema}.jobs WHERE {where} AND {condition} ORDER BY id"
    return [Meant(row["id"], row["enqueued_at"], False) for row in await fetch(statement, *values)]  # noqa: FBT003


async def meant_again(fetch: Fetch, schema: str, wanted: JobFilter, condition: str) -> Sequence[Meant]:
    """The same, of jobs that shall run again.

    Left out is whose key a living job has, or one that was put later and has succeeded; and all but the first of a key.
    """
    where, values = _where(wanted)
    statement = f"""
WITH meant AS (
    SELECT id, enqueued_at, name, key FROM {schema}.jobs WHERE {where} AND {condition}
), taken AS (
    SELECT name, key, bool_or(finished_at IS NULL) AS is_alive, max(id) FILTER (WHERE state = 'SUCCEEDED') AS last
    FROM {schema}.jobs WHERE key IS NOT NULL AND (finished_at IS NULL OR state = 'SUCCEEDED') GROUP BY name, key
), judged AS (
    SELECT meant.*, coalesce(taken.is_alive OR taken.last > meant.id, FALSE) AS is_taken
    FROM meant LEFT JOIN taken ON taken.name = meant.name AND taken.key = meant.key
)
SELECT id, enqueued_at, is_taken OR (
    key IS NOT NULL AND row_number() OVER (PARTITION BY name, key, is_taken ORDER BY id) > 1
) AS is_left_out FROM judged ORDER BY id"""
    return [Meant(row["id"], row["enqueued_at"], row["is_left_out"]) for row in await fetch(statement, *values)]


def _where(wanted: JobFilter) -> tuple[str, list[object]]:
    """Return the condition that stands for a filter, and its values."""
    parts = ["TRUE"]
    values: list[object] = []

    def add(condition: str, value: object) -> None:
        values.append(value)
        parts.append(condition.replace("?", f"${len(values)}"))

    if wanted.state is not None:
        add("state = ?", wanted.state.value)
        # which half of the view it must be in, as PostgreSQL understands it when it plans
        parts.append("finished_at IS NOT NULL" if wanted.state.has_ended else "finished_at IS NULL")
    for column in ("name", "queue", "key", "error_type", "error_place", "worker"):
        value = getattr(wanted, column)
        if value is not None:
            add(f"{column} = ?", value)
    if wanted.parent is not None:
        add("headers->>'parent' = ?", wanted.parent)
    if wanted.error is not None:
        add("(strpos(error_type, ?) > 0 OR strpos(error, ?) > 0)", wanted.error)
    if wanted.since is not None:
        add("enqueued_at >= ?", wanted.since)
    if wanted.until is not None:
        add("enqueued_at < ?", wanted.until)
    if wanted.text is not None:
        pattern = "%" + "".join(f"\\{letter}" if letter in "%_\\" else letter for letter in wanted.text) + "%"
        # the payload is UTF-8 as it was put; what is none is compared byte by byte
        add("(id ILIKE ? OR key ILIKE ? OR encode(payload, 'escape') ILIKE ?)", pattern)
    return " AND ".join(parts), values


def _info(row: Row, traceback: str | None = None) -> JobInfo:
    headers: dict[str, Any] = json.loads(row["headers"])
    trace, enqueued_by = shown_headers(headers.get("trace"))
    return JobInfo(
        id=row["id"],
        name=row["name"],
        state=JobState(row["state"]),
        attempt=row["attempt"],
        key=row["key"],
        queue=row["queue"],
        priority=row["priority"],
        enqueued_at=_utc(row["enqueued_at"]),
        run_at=_utc(row["run_at"]),
        started_at=None if row["started_at"] is None else _utc(row["started_at"]),
        finished_at=None if row["finished_at"] is None else _utc(row["finished_at"]),
        error=row["error"],
        error_type=row["error_type"],
        error_place=row["error_place"],
        result=None if row["result"] is None else json.loads(row["result"]),
        payload=payload_data(row["payload"]),
        worker=row["worker"],
        progress=headers.get("progress"),
        progress_note=headers.get("note", ""),
        parent=headers.get("parent"),
        traceback=traceback,
        trace=trace,
        enqueued_by=enqueued_by,
    )


def _event(row: Row) -> JobEvent:
    return JobEvent(
        at=_utc(row["at"]),
        event=JobEventKind(row["event"]),
        attempt=row["attempt"],
        started_at=None if row["started_at"] is None else _utc(row["started_at"]),
        worker=row["worker"],
        error_type=row["error_type"],
        error=row["error"],
        error_place=row["error_place"],
        detail=row["detail"],
    )


def _utc(moment: datetime) -> datetime:
    return moment.astimezone(UTC)
