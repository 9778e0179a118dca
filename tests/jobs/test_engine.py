"""The SQLite engine, in a file and in memory: what it stores it delivers, at least once, in order."""

import time
from pathlib import Path

import anyio
import pytest

from corner_host.jobs import (
    Again,
    Dead,
    Delivery,
    Done,
    Duplicate,
    Enqueued,
    Failure,
    JobFilter,
    JobState,
    Outcome,
)
from tests.jobs.harness import new_job, shop

FAILURE = Failure("OSError", "the printer is on fire", "shop.py:7", "Traceback ...")


@pytest.fixture(params=["file", "memory"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    return ":memory:" if request.param == "memory" else str(tmp_path / "jobs.db")


async def test_a_job_put_is_delivered_and_ends_with_its_result(store: str) -> None:
    """A job's life from put to success, with its data and its history."""
    async with shop(store) as jobs:
        job_id = await jobs.put(payload=b'{"order": 7}', key="order:7")

        async with jobs.worker(lambda _: Done(b'{"total": 3}')):
            await jobs.ended(job_id)

        info = await jobs.info(job_id)
        assert (info.state, info.attempt, info.payload, info.result) == (
            JobState.SUCCEEDED,
            1,
            {"order": 7},
            {"total": 3},
        )
        assert [event.event for event in info.history] == ["succeeded"]


async def test_the_highest_priority_runs_first_and_equals_in_order_of_arrival(store: str) -> None:
    """Priority before age; never at random."""
    async with shop(store) as jobs:
        ids = [await jobs.put(name, priority=priority) for name, priority in (("b", 0), ("c", 0), ("a", 5), ("d", -1))]

        async with jobs.worker(slots=1):
            await jobs.ended(*ids)

        assert [delivery.name for delivery in jobs.delivered] == ["a", "b", "c", "d"]


async def test_a_key_is_taken_while_its_job_waits_or_runs(store: str) -> None:
    """The answer to a second put is the first one's id; after the end the key is free."""
    release = anyio.Event()
    async with shop(store) as jobs:
        first = await jobs.put(key="nightly")
        waiting = await jobs.put_again(key="nightly")
        async with jobs.worker(hold=lambda _: release):
            with anyio.fail_after(10):
                while not jobs.delivered:
                    await anyio.sleep(0)
            running = await jobs.put_again(key="nightly")
            other_kind = await jobs.put_again("other", key="nightly")
            release.set()
            await jobs.ended(first)
        free = await jobs.put_again(key="nightly")

    assert waiting == running == Duplicate(first)
    assert isinstance(other_kind, Enqueued)
    assert isinstance(free, Enqueued)


async def test_a_delayed_job_is_scheduled_until_its_time(store: str) -> None:
    """It is not delivered early, and becomes ready by itself."""
    async with shop(store) as jobs:
        far = await jobs.put(run_at=9e9)
        soon = await jobs.put(run_at=0.0 + _now() + 0.05)
        assert await jobs.state(soon) is JobState.SCHEDULED

        async with jobs.worker():
            await jobs.ended(soon)

        assert await jobs.state(far) is JobState.SCHEDULED


async def test_a_failed_attempt_is_tried_again_and_counted(store: str) -> None:
    """Again puts it back, with the error kept; the next attempt has the next number."""

    def outcome(delivery: Delivery) -> Outcome:
        return Again(0.0, FAILURE) if delivery.attempt == 1 else Done()

    async with shop(store) as jobs:
        job_id = await jobs.put()
        async with jobs.worker(outcome):
            await jobs.ended(job_id)

        info = await jobs.info(job_id)
        assert [delivery.attempt for delivery in jobs.delivered] == [1, 2]
        assert (info.state, info.error) == (JobState.SUCCEEDED, None)
        assert [event.event for event in info.history] == ["failed, to be tried again", "succeeded"]


async def test_a_dead_job_stays_in_the_dead_letters_until_it_is_requeued(store: str) -> None:
    """Its error can be found; requeueing counts its attempts anew."""
    async with shop(store) as jobs:
        job_id = await jobs.put()
        async with jobs.worker(lambda delivery: Dead(FAILURE) if len(jobs.delivered) == 1 else Done()):
            await jobs.ended(job_id)
            (dead,) = await jobs.engine.records.list(JobFilter(state=JobState.DEAD, error="printer"))
            assert (dead.id, dead.error_type, dead.error_place) == (job_id, "OSError", "shop.py:7")

            assert await jobs.engine.records.requeue(job_id)
            await jobs.ended(job_id)

        assert (await jobs.info(job_id)).attempt == 1
        assert not await jobs.engine.records.requeue(job_id)


async def test_a_waiting_job_is_cancelled_at_once(store: str) -> None:
    """It is never delivered; a second cancel finds nothing to do."""
    async with shop(store) as jobs:
        job_id = await jobs.put()

        assert await jobs.engine.cancel(job_id)
        assert not await jobs.engine.cancel(job_id)
        assert not await jobs.engine.cancel("nobody")
        assert await jobs.state(job_id) is JobState.CANCELLED


async def test_cancelling_a_running_job_cancels_its_token(store: str) -> None:
    """The delivery learns of it through its token."""
    async with shop(store) as jobs:
        job_id = await jobs.put()
        never = anyio.Event()
        async with anyio.create_task_group() as group, jobs.worker(hold=lambda _: never):
            with anyio.fail_after(10):
                while not jobs.delivered:
                    await anyio.sleep(0)
                assert await jobs.engine.cancel(job_id)
                await jobs.delivered[0].cancellation.wait()
            never.set()
            group.cancel_scope.cancel()


async def test_a_cancelled_worker_gives_its_jobs_back_uncounted(store: str) -> None:
    """Cancellation is never taken for an end: the job waits again, and this attempt did not count."""
    never = anyio.Event()
    async with shop(store) as jobs:
        job_id = await jobs.put()
        async with anyio.create_task_group() as group:
            group.start_soon(_work_for_ever, jobs, never)
            with anyio.fail_after(10):
                while not jobs.delivered:
                    await anyio.sleep(0)
            group.cancel_scope.cancel()

        info = await jobs.info(job_id)
        assert (info.state, info.attempt, info.worker) == (JobState.WAITING, 0, None)
        assert [event.event for event in info.history] == ["released"]


async def test_a_stopping_worker_finishes_what_runs_and_claims_no_more(store: str) -> None:
    """A graceful stop loses nothing and starts nothing."""
    release = anyio.Event()
    async with shop(store) as jobs:
        first, second = await jobs.put(), await jobs.put()
        async with jobs.worker(slots=1, hold=lambda _: release) as stopping:
            with anyio.fail_after(10):
                while not jobs.delivered:
                    await anyio.sleep(0)
            stopping.cancel()
            release.set()

        assert (await jobs.state(first), await jobs.state(second)) == (JobState.SUCCEEDED, JobState.WAITING)


async def test_no_more_than_the_limit_of_a_kind_run_at_once(store: str) -> None:
    """The limit is checked when jobs are claimed; other kinds go on meanwhile."""
    release = anyio.Event()
    async with shop(store) as jobs:
        slow = [await jobs.put("slow") for _ in range(3)]
        quick = [await jobs.put("quick") for _ in range(3)]
        async with jobs.worker(limits={"slow": 1}, hold=lambda each: release if each.name == "slow" else None):
            await jobs.ended(*quick)
            running = await jobs.engine.records.list(JobFilter(state=JobState.RUNNING))
            assert [info.name for info in running] == ["slow"]
            release.set()
            await jobs.ended(*slow)


@pytest.mark.parametrize(("run_on", "outcome", "expected"), [
    ("success", Done(), JobState.SUCCEEDED),
    ("failure", Dead(FAILURE), JobState.SUCCEEDED),
    ("end", Dead(FAILURE), JobState.SUCCEEDED),
    ("failure", Done(), JobState.CANCELLED),
    ("success", Dead(FAILURE), JobState.SCHEDULED),
])  # fmt: skip
async def test_a_child_runs_when_its_parent_ends_as_it_wishes(
    store: str, run_on: str, outcome: Outcome, expected: JobState
) -> None:
    """A child waits for its parent, runs or is cancelled by its condition; a dead parent may yet be requeued."""
    async with shop(store) as jobs:
        parent = await jobs.put("parent")
        child = await jobs.put("child", parent=parent, run_on=run_on)
        async with jobs.worker(lambda each: outcome if each.name == "parent" else Done()):
            await jobs.ended(parent)
            if expected.has_ended:
                await jobs.ended(child)

        assert await jobs.state(child) is expected


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


async def test_the_list_is_newest_first_and_can_be_paged(store: str) -> None:
    """`before` goes on where the last page ended."""
    async with shop(store) as jobs:
        ids = [await jobs.put(name) for name in "abcde"]

        page = await jobs.engine.records.list(JobFilter(limit=2))
        rest = await jobs.engine.records.list(JobFilter(before=page[-1].id))

        assert [info.id for info in [*page, *rest]] == ids[::-1]


def _now() -> float:

    return time.time()


async def _work_for_ever(jobs: object, never: anyio.Event) -> None:
    async with jobs.worker(hold=lambda _: never):  # type: ignore[attr-defined]
        await never.wait()
