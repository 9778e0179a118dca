"""What is done to the tables, each as a function of a connection inside a transaction that its caller opened.

All may be run again after a rollback: they change nothing but the tables.
"""

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, final

from corner_host.jobs.contracts import (
    Again,
    Cancelled,
    Dead,
    Done,
    Duplicate,
    Enqueued,
    NewJob,
    Outcome,
    Released,
    Subscription,
)

from .owner import Owner, lease_clock
from .schema import Row

_FOR_THE_PARENT: Final = 9e15
"""The time at which a child runs: never, until its parent has ended."""

INSERT: Final = (
    "INSERT INTO corner_jobs (id, name, queue, state, priority, run_at, enqueued_at, key, payload, trace, parent, run_on)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING"
)
EXISTING: Final = "SELECT id FROM corner_jobs WHERE name = ? AND key = ? AND state <= 2"


@final
@dataclass(frozen=True, slots=True)
class Claimed:
    """A row that was claimed."""

    id: str
    name: str
    queue: str
    payload: bytes
    attempt: int
    key: str | None
    priority: int
    enqueued_at: float
    trace: str | None


@final
@dataclass(frozen=True, slots=True)
class Settlement:
    """What became of a claimed job."""

    id: str
    attempt: int
    outcome: Outcome


def row_of(job: NewJob, now: float) -> tuple[object, ...]:
    """Return the values that `INSERT` takes."""
    run_at = _FOR_THE_PARENT if job.parent is not None else now if job.run_at is None else job.run_at
    state = Row.SCHEDULED if run_at > now else Row.WAITING
    return (
        job.id, job.name, job.queue, state.value, job.priority, run_at, now, job.key, job.payload, job.trace, job.parent,
        job.run_on,
    )  # fmt: skip


def put(connection: sqlite3.Connection, jobs: Sequence[NewJob], now: float) -> list[Enqueued | Duplicate]:
    """Store the jobs; a key that is taken makes a duplicate of that one only."""
    answers: list[Enqueued | Duplicate] = []
    for job in jobs:
        if connection.execute(INSERT, row_of(job, now)).rowcount:
            answers.append(Enqueued(job.id))
            if job.parent is not None:
                free_children(connection, [job.parent], now)
        else:
            found = connection.execute(EXISTING, (job.name, job.key)).fetchone()
            answers.append(Duplicate(job.id if found is None else found[0]))
    return answers


def claim(
    connection: sqlite3.Connection, owner: str, subscription: Subscription, slots: int, now: float
) -> list[Claimed]:
    """Lease up to *slots* jobs to *owner*, the highest priority first, then the oldest; the attempt counts from here."""
    room = _room(connection, subscription.limits)
    chosen: list[tuple[int, Claimed]] = []
    for queue in subscription.queues:
        full = [name for name, left in room.items() if left <= 0]
        chosen.extend(_ready(connection, queue, full, slots))
    chosen.sort(key=lambda found: (-found[0], found[1].id))
    claimed: list[Claimed] = []
    for _, row in chosen:
        if len(claimed) == slots:
            break
        if row.name in room:
            if room[row.name] <= 0:
                continue
            room[row.name] -= 1
        claimed.append(row)
    connection.executemany(
        "UPDATE corner_jobs SET state = 2, attempt = attempt + 1, owner = ?, started_at = ?, progress = NULL WHERE id = ?",
        [(owner, now, row.id) for row in claimed],
    )
    return claimed


def _room(connection: sqlite3.Connection, limits: Mapping[str, int]) -> dict[str, int]:
    if not limits:
        return {}
    marks = ",".join("?" * len(limits))
    running = dict(
        connection.execute(
            f"SELECT name, count(*) FROM corner_jobs WHERE state = 2 AND name IN ({marks}) GROUP BY name",  # noqa: S608
            tuple(limits),
        ).fetchall()
    )
    return {name: limit - running.get(name, 0) for name, limit in limits.items()}


def _ready(
    connection: sqlite3.Connection, queue: str, full: Sequence[str], slots: int
) -> Iterable[tuple[int, Claimed]]:
    without = f" AND name NOT IN ({','.join('?' * len(full))})" if full else ""
    rows = connection.execute(
        "SELECT id, name, queue, payload, attempt, key, priority, enqueued_at, trace FROM corner_jobs"  # noqa: S608
        f" WHERE state = 0 AND queue = ?{without} ORDER BY priority DESC, id LIMIT ?",
        (queue, *full, slots),
    )
    for job_id, name, where, payload, attempt, key, priority, enqueued_at, trace in rows:
        yield priority, Claimed(job_id, name, where, payload, attempt + 1, key, priority, enqueued_at, trace)


_SETTLE: Final[Mapping[type[Outcome], str]] = {
    Done: "UPDATE corner_jobs SET state = 3, finished_at = ?, result = ?, owner = NULL, error_type = NULL, error = NULL,"
    " error_place = NULL, traceback = NULL WHERE id = ?",
    Again: "UPDATE corner_jobs SET state = 1, run_at = ?, error_type = ?, error = ?, error_place = ?, traceback = ?,"
    " owner = NULL WHERE id = ?",
    Dead: "UPDATE corner_jobs SET state = 4, finished_at = ?, error_type = ?, error = ?, error_place = ?, traceback = ?,"
    " owner = NULL WHERE id = ?",
    Cancelled: "UPDATE corner_jobs SET state = 5, finished_at = ?, owner = NULL WHERE id = ?",
    Released: "UPDATE corner_jobs SET state = 0, attempt = attempt - 1, owner = NULL WHERE id = ?",
}


def settle(
    connection: sqlite3.Connection, owner: str, settlements: Sequence[Settlement], now: float
) -> list[Settlement]:
    """Write down what became of claimed jobs.

    Returns those that are no longer *owner*'s, since its lease ran out meanwhile: they stay as whoever has them left them.
    """
    held = set(connection.execute("SELECT id, attempt FROM corner_jobs WHERE state = 2 AND owner = ?", (owner,)))
    kept = [done for done in settlements if (done.id, done.attempt) in held]
    by_kind: dict[type[Outcome], list[tuple[object, ...]]] = {}
    for done in kept:
        by_kind.setdefault(type(done.outcome), []).append((*_values(done.outcome, now), done.id))
    for kind, rows in by_kind.items():
        connection.executemany(_SETTLE[kind], rows)
    _remember(connection, kept, owner, now)
    free_children(connection, [done.id for done in kept if isinstance(done.outcome, Done | Dead | Cancelled)], now)
    return [done for done in settlements if (done.id, done.attempt) not in held]


def _values(outcome: Outcome, now: float) -> tuple[object, ...]:
    match outcome:
        case Done():
            return now, outcome.result
        case Again():
            failure = outcome.failure
            error = (
                (None,) * 4 if failure is None else (failure.kind, failure.message, failure.place, failure.traceback)
            )
            return now + outcome.delay, *error
        case Dead():
            failure = outcome.failure
            return now, failure.kind, failure.message, failure.place, failure.traceback
        case Cancelled():
            return (now,)
        case Released():
            return ()


_EVENTS: Final[Mapping[type[Outcome], str]] = {
    Done: "succeeded", Again: "failed, to be tried again", Dead: "died", Cancelled: "cancelled", Released: "released",
}  # fmt: skip


def _remember(connection: sqlite3.Connection, settlements: Sequence[Settlement], owner: str, now: float) -> None:
    connection.executemany(
        "INSERT INTO corner_job_history VALUES (?, ?, ?, ?, ?)",
        [
            (done.id, now, _EVENTS[type(done.outcome)], done.attempt, _detail(done.outcome, owner))
            for done in settlements
        ],
    )


def _detail(outcome: Outcome, owner: str) -> str:
    match outcome:
        case Again(failure=failure) if failure is not None:
            return f"{failure}; again in {outcome.delay:.1f} s ({owner})"
        case Dead(failure=failure):
            return f"{failure} ({owner})"
        case _:
            return owner


_PARENT_STATE: Final = "(SELECT older.state FROM corner_jobs AS older WHERE older.id = corner_jobs.parent)"
_ENDED_OTHERWISE: Final = f" WHERE parent = ? AND state = 1 AND {_PARENT_STATE} IN (3, 5)"
FREE_CHILDREN: Final = (
    (
        f"UPDATE corner_jobs SET state = 0, run_at = ? WHERE parent = ? AND state = 1 AND CASE run_on"  # noqa: S608 - ours
        f" WHEN 'success' THEN {_PARENT_STATE} = 3 WHEN 'failure' THEN {_PARENT_STATE} = 4 ELSE {_PARENT_STATE} >= 3 END"
    ),
    # a dead parent may be requeued, and then succeed: who waits for that goes on waiting
    (
        "INSERT INTO corner_job_history SELECT id, ?, 'cancelled', 0, 'its parent ' || parent || ' ended otherwise'"  # noqa: S608
        f" FROM corner_jobs{_ENDED_OTHERWISE}"
    ),
    f"UPDATE corner_jobs SET state = 5, finished_at = ?{_ENDED_OTHERWISE}",  # noqa: S608 - ours
)
"""Statements of the time and a parent's id: its children run or end, by what each waits for, if it has ended."""


def free_children(connection: sqlite3.Connection, parents: Sequence[str], now: float) -> None:
    """Let the children of ended parents run, or end with them, by what each waits for."""
    for parent in parents:
        if connection.execute("SELECT 1 FROM corner_jobs WHERE parent = ? AND state = 1", (parent,)).fetchone():
            for statement in FREE_CHILDREN:
                connection.execute(statement, (now, parent))


def promote(connection: sqlite3.Connection, now: float) -> int:
    """Make ready what is due; returns how many."""
    return connection.execute("UPDATE corner_jobs SET state = 0 WHERE state = 1 AND run_at <= ?", (now,)).rowcount


def cancel(connection: sqlite3.Connection, job_id: str, now: float) -> bool:
    """Cancel what waits, mark what runs."""
    waiting = connection.execute(
        "UPDATE corner_jobs SET state = 5, finished_at = ?, cancel = 1 WHERE id = ? AND state <= 1", (now, job_id)
    ).rowcount
    if waiting:
        connection.execute(
            "INSERT INTO corner_job_history VALUES (?, ?, 'cancelled', 0, 'before it ran')", (job_id, now)
        )
        free_children(connection, [job_id], now)
        return True
    return bool(connection.execute("UPDATE corner_jobs SET cancel = 1 WHERE id = ? AND state = 2", (job_id,)).rowcount)


def requeue(connection: sqlite3.Connection, job_id: str, now: float) -> bool:
    """Let a dead or cancelled job run again from its first attempt.

    Raises:
        sqlite3.IntegrityError: Another job with its key is alive.
    """
    changed = connection.execute(
        "UPDATE corner_jobs SET state = 0, attempt = 0, run_at = ?, cancel = 0, finished_at = NULL, started_at = NULL"
        " WHERE id = ? AND state IN (4, 5)",
        (now, job_id),
    ).rowcount
    if changed:
        connection.execute("INSERT INTO corner_job_history VALUES (?, ?, 'requeued', 0, '')", (job_id, now))
    return bool(changed)


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


def leave(connection: sqlite3.Connection, owner: str) -> None:
    """Take a worker out; what it still holds is released, not counted as an attempt."""
    connection.execute(
        "UPDATE corner_jobs SET state = 0, attempt = attempt - 1, owner = NULL WHERE state = 2 AND owner = ?", (owner,)
    )
    connection.execute("DELETE FROM corner_job_workers WHERE owner = ?", (owner,))


def lost_workers(connection: sqlite3.Connection) -> list[str]:
    """Return the workers that are dead, or whose lease has run out."""
    rows = connection.execute("SELECT owner, host, boot, namespace, pid, pid_started, lease FROM corner_job_workers")
    now = lease_clock()
    return [owner for owner, *process, lease in rows if lease < now or Owner(owner, *process).is_dead()]


def reap(connection: sqlite3.Connection, workers: Sequence[str], now: float) -> int:
    """Make ready again what lost workers held; the attempt stays counted. Returns how many jobs."""
    jobs = 0
    for worker in workers:
        connection.execute(
            "INSERT INTO corner_job_history SELECT id, ?, 'its worker was lost', attempt, owner FROM corner_jobs"
            " WHERE state = 2 AND owner = ?",
            (now, worker),
        )
        jobs += connection.execute(
            "UPDATE corner_jobs SET state = 0, owner = NULL, error_type = 'WorkerLost', error_place = '',"
            " error = 'the process that ran it (' || owner || ') was lost', traceback = '' WHERE state = 2 AND owner = ?",
            (worker,),
        ).rowcount
        connection.execute("DELETE FROM corner_job_workers WHERE owner = ?", (worker,))
    return jobs


def purge(connection: sqlite3.Connection, before: float, *, most: int = 1000) -> int:
    """Delete ended jobs (dead ones excepted) that ended before *before*, up to *most*; returns how many."""
    ids = connection.execute(
        "SELECT id FROM corner_jobs WHERE state >= 3 AND state != 4 AND finished_at < ? LIMIT ?", (before, most)
    ).fetchall()
    connection.executemany("DELETE FROM corner_job_history WHERE job = ?", ids)
    connection.executemany("DELETE FROM corner_jobs WHERE id = ?", ids)
    return len(ids)
