"""The SQLite engine, in a file and in memory: what every engine promises, and what only this one can show."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path

import anyio
import pytest

from corner_host.jobs import Again, Dead, Delivery, Done, Failure, JobEngine, JobFilter, JobState, Outcome
from corner_host.jobs.engines.sqlite import SqliteEngine
from corner_host.testing import JobEngineConformance
from tests.jobs.harness import new_job, shop


class TestSqliteInAFile(JobEngineConformance):
    """Durable jobs."""

    cancel_outlives_worker = True

    @pytest.fixture(autouse=True)
    def in_a_folder_of_its_own(self, tmp_path: Path) -> None:
        self.folder = tmp_path
        self.files = 0

    def engine_factory(self, *, lease: float) -> Callable[[], JobEngine]:
        self.files += 1
        return partial(SqliteEngine, self._file, lease=lease)

    @contextmanager
    def nobody_writing(self) -> Iterator[None]:
        """A process that stands still inside a transaction holds up everybody, as any lock of SQLite's does."""
        with closing(sqlite3.connect(self._file, isolation_level=None, timeout=10)) as connection:
            connection.execute("BEGIN IMMEDIATE")
            yield
            connection.execute("ROLLBACK")

    @property
    def _file(self) -> str:
        return str(self.folder / f"jobs-{self.files}.db")


class TestSqliteInMemory(JobEngineConformance):
    """Jobs that end with the process."""

    across_processes = False
    cancel_outlives_worker = True

    def engine_factory(self, *, lease: float) -> Callable[[], JobEngine]:
        return partial(SqliteEngine, ":memory:", lease=lease)


@pytest.fixture(params=["file", "memory"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    return ":memory:" if request.param == "memory" else str(tmp_path / "jobs.db")


async def test_the_history_says_what_happened_and_who_did_it(store: str) -> None:
    """One line for each attempt."""

    def outcome(delivery: Delivery) -> Outcome:
        return Again(0.0, Failure("OSError", "busy", "shop.py:7")) if delivery.attempt == 1 else Done()

    async with shop(store) as jobs:
        job_id = await jobs.put()
        async with jobs.worker(outcome):
            await jobs.ended(job_id)

        history = (await jobs.info(job_id)).history
        assert [(line.event, line.attempt) for line in history] == [("FAILED", 1), ("SUCCEEDED", 2)]
        assert (history[0].error_type, history[0].error, history[0].error_place) == ("OSError", "busy", "shop.py:7")
        assert all(line.worker and line.started_at and line.started_at <= line.at for line in history)


async def test_dead_letters_are_found_by_part_of_their_error(store: str) -> None:
    """By its type or its message."""
    failure = Failure("OSError", "the printer is on fire", "shop.py:7")
    async with shop(store) as jobs:
        job_id = await jobs.put()
        async with jobs.worker(lambda _: Dead(failure)):
            await jobs.ended(job_id)

        for part in ("printer", "OSErr"):
            (dead,) = await jobs.engine.records.list(JobFilter(state=JobState.DEAD, error=part))
            assert (dead.id, dead.error, dead.error_place) == (job_id, failure.message, failure.place)


async def test_what_is_put_in_one_call_is_put_whole_or_not_at_all(store: str) -> None:
    """A payload that the database refuses takes the others of its call with it, and nobody else's."""
    async with shop(store) as jobs:
        bad = new_job(payload=object())
        with pytest.raises(Exception, match="refused to write"):
            await jobs.engine.put([new_job(), bad])
        await jobs.put()

        assert len(await jobs.engine.records.list(JobFilter())) == 1


async def test_one_of_many_callers_gets_the_error_of_its_own_job_only(store: str) -> None:
    """Callers share a transaction, never each other's errors."""
    async with shop(store) as jobs:
        failures: list[Exception] = []

        async def put(payload: object) -> None:
            try:
                await jobs.put(payload=payload)
            except Exception as error:
                failures.append(error)

        async with anyio.create_task_group() as group:
            for index in range(20):
                group.start_soon(put, object() if index == 7 else b"{}")

        assert len(failures) == 1
        assert len(await jobs.engine.records.list(JobFilter())) == 19


async def test_a_kind_that_is_at_its_limit_does_not_stand_before_others(store: str) -> None:
    """However many of it wait in front."""
    release = anyio.Event()
    async with (
        shop(store) as jobs,
        jobs.worker(slots=2, limits={"slow": 1}, hold=lambda each: release if each.name == "slow" else None),
    ):
        await anyio.sleep(0.1)  # it has looked, and waits to be woken
        answers = await jobs.engine.put([*(new_job("slow") for _ in range(5)), new_job("quick")])
        *slow, quick = (answer.id for answer in answers)
        await jobs.ended(quick)
        running = [await jobs.state(each) for each in slow].count(JobState.RUNNING)
        release.set()
        await jobs.ended(*slow)

    assert running == 1
