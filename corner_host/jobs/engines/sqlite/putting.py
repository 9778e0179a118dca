"""Jobs put into the table. May be run again after a rollback, as all operations: they change nothing but the tables."""

import sqlite3
from collections.abc import Sequence
from typing import Final

from corner_host.jobs.contracts import Duplicate, Enqueued, NewJob
from corner_host.jobs.errors import unknown_parent
from corner_host.jobs.families import in_generations, parents_elsewhere, with_its_parent

from .families import PARENT, free_children
from .schema import Row

_FOR_THE_PARENT: Final = 9e15
"""The time at which a child runs: never, until its parent has ended."""

INSERT: Final = (
    "INSERT INTO corner_jobs (id, name, queue, state, priority, run_at, enqueued_at, key, payload, trace, parent, run_on)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING"
)
EXISTING: Final = "SELECT id FROM corner_jobs WHERE name = ? AND key = ? AND state <= 2"


def row_of(job: NewJob, now: float) -> tuple[object, ...]:
    """Return the values that `INSERT` takes."""
    run_at = _FOR_THE_PARENT if job.parent is not None else now if job.run_at is None else job.run_at
    state = Row.SCHEDULED if run_at > now else Row.WAITING
    return (
        job.id, job.name, job.queue, state.value, job.priority, run_at, now, job.key, job.payload, job.trace, job.parent,
        job.run_on,
    )  # fmt: skip


def put(connection: sqlite3.Connection, jobs: Sequence[NewJob], now: float) -> list[Enqueued | Duplicate]:
    """Store the jobs; a key that is taken makes a duplicate of that one only.

    Raises:
        JobNotFoundError: One is to run after a job that there is not, neither here nor among *jobs*.
    """
    for parent in parents_elsewhere(jobs):
        if connection.execute(PARENT, (parent,)).fetchone() is None:
            raise unknown_parent(parent)
    answers: dict[str, Enqueued | Duplicate] = {}
    for generation in in_generations(jobs):
        for job in generation:
            answers[job.id] = _put(connection, with_its_parent(job, answers), now)
    return [answers[job.id] for job in jobs]


def _put(connection: sqlite3.Connection, job: NewJob, now: float) -> Enqueued | Duplicate:
    if not connection.execute(INSERT, row_of(job, now)).rowcount:
        found = connection.execute(EXISTING, (job.name, job.key)).fetchone()
        return Duplicate(job.id if found is None else found[0])
    if job.parent is not None:
        free_children(connection, [job.parent], now)
    return Enqueued(job.id)
