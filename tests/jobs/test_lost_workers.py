"""A worker that others have taken for lost, on SQLite: nobody's job is left with an owner that nobody looks after."""

import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from corner_host.jobs import NewJob, Subscription
from corner_host.jobs.engines.sqlite import putting, workers
from corner_host.jobs.engines.sqlite.claiming import claim
from corner_host.jobs.engines.sqlite.owner import Owner
from corner_host.jobs.engines.sqlite.schema import connect

EVERYTHING = Subscription(queues=["default"], slots=10)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    """A store with one job that waits."""
    connection = connect(str(tmp_path / "jobs.db"), synchronous="NORMAL")
    putting.put(connection, [NewJob(id="one", name="Work", queue="default", payload=b"{}")], time.time())
    yield connection
    connection.close()


def claimed(store: sqlite3.Connection, owner: Owner) -> list[str]:
    rows, _ = claim(store, owner.name, EVERYTHING, 10, time.time())
    return [row.id for row in rows]


def test_a_worker_that_was_taken_for_lost_claims_nothing(store: sqlite3.Connection) -> None:
    """Until it has entered itself again: if it died before that, its jobs would run for ever."""
    owner = Owner.this_process()
    workers.register(store, owner, 30.0)
    workers.reap(store, [owner.name], time.time())

    assert claimed(store, owner) == []
    workers.register(store, owner, 30.0)
    assert claimed(store, owner) == ["one"]


def test_a_job_whose_owner_nobody_knows_is_taken_over(store: sqlite3.Connection) -> None:
    """However it came to that; its attempt stays counted."""
    owner = Owner.this_process()
    workers.register(store, owner, 30.0)
    claimed(store, owner)
    store.execute("DELETE FROM corner_job_workers")

    lost = workers.lost_workers(store)
    workers.reap(store, lost, time.time())

    assert lost == [owner.name]
    assert store.execute("SELECT state, attempt FROM corner_jobs").fetchall() == [(0, 1)]


def test_a_living_worker_is_left_alone(store: sqlite3.Connection) -> None:
    """One that holds jobs, and one that holds none."""
    owner, idle = Owner.this_process(), Owner.this_process()
    for each in (owner, idle):
        workers.register(store, each, 30.0)
    claimed(store, owner)

    assert workers.lost_workers(store) == []
