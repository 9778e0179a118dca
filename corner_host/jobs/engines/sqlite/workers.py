"""Living workers and their leases, and what becomes of the jobs of dead ones."""

import sqlite3
from collections.abc import Sequence

from .families import free_children
from .owner import Owner, lease_clock
from .settling import BACK

_LOST = "the process that ran it died, or was silent for longer than its lease"


def to_cancel(connection: sqlite3.Connection, owner: str) -> list[tuple[str, int]]:
    """Return *owner*'s running jobs (id and attempt) that somebody wants to end."""
    rows = connection.execute(
        "SELECT id, attempt FROM corner_jobs WHERE state = 2 AND owner = ? AND cancel = 1", (owner,)
    )
    return [(job_id, attempt) for job_id, attempt in rows]


def register(connection: sqlite3.Connection, owner: Owner, lease: float) -> None:
    """Enter a worker; it lives for *lease* seconds unless renewed."""
    connection.execute(
        "INSERT INTO corner_job_workers VALUES (?, ?, ?, ?, ?, ?, ?)",
        (owner.name, owner.host, owner.boot, owner.namespace, owner.pid, owner.pid_started, lease_clock() + lease),
    )


def renew(connection: sqlite3.Connection, owner: str, lease: float) -> bool:
    """Prolong the lease; False when it was lost meanwhile."""
    return bool(
        connection.execute(
            "UPDATE corner_job_workers SET lease = ? WHERE owner = ?", (lease_clock() + lease, owner)
        ).rowcount
    )


def leave(connection: sqlite3.Connection, owner: str, now: float) -> None:
    """Take a worker out; what it still holds is released, not counted as an attempt."""
    unwanted = _unwanted(connection, owner)
    connection.execute(
        f"UPDATE corner_jobs SET {BACK}, attempt = attempt - 1, owner = NULL WHERE state = 2 AND owner = ?",  # noqa: S608
        (now, owner),
    )
    connection.execute("DELETE FROM corner_job_workers WHERE owner = ?", (owner,))
    free_children(connection, unwanted, now)


def lost_workers(connection: sqlite3.Connection) -> list[str]:
    """Return the workers that are dead, or whose lease has run out, or that hold jobs and are not entered."""
    rows = connection.execute("SELECT owner, host, boot, namespace, pid, pid_started, lease FROM corner_job_workers")
    now = lease_clock()
    lost = [owner for owner, *process, lease in rows if lease < now or Owner(owner, *process).is_dead()]
    unknown = connection.execute(
        "SELECT DISTINCT owner FROM corner_jobs WHERE state = 2 AND owner NOT IN (SELECT owner FROM corner_job_workers)"
    )
    return [*lost, *(owner for (owner,) in unknown)]


def reap(connection: sqlite3.Connection, workers: Sequence[str], now: float) -> int:
    """Make ready again what lost workers held; the attempt stays counted. Returns how many jobs."""
    jobs = 0
    for worker in workers:
        connection.execute(
            "INSERT INTO corner_job_history (job, at, event, attempt, started_at, worker, error_type, error, error_place)"
            " SELECT id, ?, 'WORKER_LOST', attempt, started_at, owner, 'WorkerLost', ?, '' FROM corner_jobs"
            " WHERE state = 2 AND owner = ?",
            (now, _LOST, worker),
        )
        unwanted = _unwanted(connection, worker)
        jobs += connection.execute(
            f"UPDATE corner_jobs SET {BACK}, error_type = 'WorkerLost', error = ?, error_place = '', traceback = ''"  # noqa: S608
            " WHERE state = 2 AND owner = ?",
            (now, _LOST, worker),
        ).rowcount
        connection.execute("DELETE FROM corner_job_workers WHERE owner = ?", (worker,))
        free_children(connection, unwanted, now)
    return jobs


def _unwanted(connection: sqlite3.Connection, owner: str) -> list[str]:
    """Return those of its jobs that somebody has cancelled: they end when they are given back."""
    rows = connection.execute("SELECT id FROM corner_jobs WHERE state = 2 AND owner = ? AND cancel = 1", (owner,))
    return [job_id for (job_id,) in rows]
