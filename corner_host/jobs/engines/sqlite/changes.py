"""What is done to stored jobs from outside, many at a time: cancelled, requeued, deleted; and by time: made due, purged."""

import sqlite3
from collections.abc import Sequence
from typing import Final

from .families import free_children, orphan_children

_REMEMBER: Final = "INSERT INTO corner_job_history (job, at, event, attempt, detail) VALUES (?, ?, ?, 0, ?)"


def next_moment(connection: sqlite3.Connection) -> float | None:
    """Return when the next job becomes due, or the next pause ends; None for neither."""
    moment: float | None = connection.execute(
        "SELECT min(moment) FROM (SELECT min(run_at) AS moment FROM corner_jobs WHERE state = 1"
        " UNION ALL SELECT min(until) FROM corner_job_queues)"
    ).fetchone()[0]
    return moment


def promote(connection: sqlite3.Connection, now: float) -> int:
    """Make ready what is due; returns how many."""
    return connection.execute("UPDATE corner_jobs SET state = 0 WHERE state = 1 AND run_at <= ?", (now,)).rowcount


def cancel(connection: sqlite3.Connection, ids: Sequence[str], now: float) -> int:
    """Cancel what waits, mark what runs; returns how many that were."""
    cancelled: list[str] = []
    asked = 0
    for job_id in ids:
        if connection.execute(
            "UPDATE corner_jobs SET state = 5, finished_at = ?, cancel = 1 WHERE id = ? AND state <= 1", (now, job_id)
        ).rowcount:
            cancelled.append(job_id)
        else:
            asked += connection.execute(
                "UPDATE corner_jobs SET cancel = 1 WHERE id = ? AND state = 2", (job_id,)
            ).rowcount
    connection.executemany(_REMEMBER, [(job_id, now, "CANCELLED", "before it ran") for job_id in cancelled])
    free_children(connection, cancelled, now)
    return len(cancelled) + asked


def requeue(connection: sqlite3.Connection, jobs: Sequence[tuple[str, float]], now: float) -> int:
    """Let dead or cancelled jobs (id and when each is due) run again from their first attempt.

    Returns how many; what is neither, or has a key that another job has taken, stays as it is.
    """
    requeued = [
        job_id
        for job_id, due in jobs
        if connection.execute(
            "UPDATE OR IGNORE corner_jobs SET state = ?, attempt = 0, run_at = ?, cancel = 0, finished_at = NULL,"
            " started_at = NULL, owner = NULL WHERE id = ? AND state IN (4, 5)",
            (1 if due > now else 0, due, job_id),
        ).rowcount
    ]
    connection.executemany(_REMEMBER, [(job_id, now, "REQUEUED", "") for job_id in requeued])
    return len(requeued)


def delete(connection: sqlite3.Connection, ids: Sequence[str], now: float) -> int:
    """Forget jobs that do not run, with their history; who waits for them is cancelled. Returns how many."""
    deleted = [
        job_id
        for job_id in ids
        if connection.execute("DELETE FROM corner_jobs WHERE id = ? AND state != 2", (job_id,)).rowcount
    ]
    connection.executemany("DELETE FROM corner_job_history WHERE job = ?", [(job_id,) for job_id in deleted])
    orphan_children(connection, deleted, now)
    return len(deleted)


def purge(connection: sqlite3.Connection, before: float, *, most: int) -> int:
    """Delete ended jobs (dead ones excepted) that ended before *before*, up to *most*; returns how many."""
    ids = connection.execute(
        "SELECT id FROM corner_jobs WHERE state >= 3 AND state != 4 AND finished_at < ? LIMIT ?", (before, most)
    ).fetchall()
    connection.executemany("DELETE FROM corner_job_history WHERE job = ?", ids)
    connection.executemany("DELETE FROM corner_jobs WHERE id = ?", ids)
    return len(ids)
