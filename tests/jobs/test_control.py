"""The operator's chair, in a host: what is shown, paused, spread and run by hand."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import anyio
import pytest

from corner_host import Host
from corner_host.diagnostics.origin import originating
from corner_host.jobs import (
    Duplicate,
    Enqueued,
    JobClient,
    JobContext,
    JobControl,
    JobFailed,
    JobFilter,
    JobNotFoundError,
    JobState,
    RateLimit,
)
from tests.jobs.hosted import AT_ONCE, Receipt


async def work(job: Receipt, context: JobContext) -> int:
    if job.order == 13:
        raise JobFailed("unlucky")
    await context.progress(0.5, "half")
    if job.order == 99:
        await context.cancellation.wait()
        context.cancellation.throw_if_cancellation_requested()
    return job.order


@asynccontextmanager
async def shop(*, rate_limit: RateLimit | None = None) -> AsyncGenerator[tuple[JobClient, JobControl]]:
    builder = Host.create_builder(["--Jobs:Engine=memory", "--Logging:LogLevel:Default=None"])
    builder.services.add_jobs(builder.configuration)
    builder.services.add_job_handler(Receipt, work, retry=AT_ONCE, rate_limit=rate_limit)
    builder.services.add_recurring_job(
        "nightly", Receipt(order=1), cron="30 2 * * *", time_zone="Europe/Madrid", misfire="skip"
    )
    with anyio.fail_after(30):
        async with builder.build() as host:
            yield host.services.get_required_service(JobClient), host.services.get_required_service(JobControl)


async def test_what_runs_is_shown_with_its_progress() -> None:
    """Who runs it, since when, how far; it can be cancelled from here."""
    async with shop() as (client, control):
        job = await client.enqueue(Receipt(order=99))
        while not (running := await control.running()) or running[0].progress is None:
            await anyio.sleep(0.005)
        places = control.waiting()
        assert await control.cancel(job.id)
        while (ended := await control.get(job.id)) is None or not ended.state.has_ended:
            await anyio.sleep(0.005)

    (info,) = running
    assert (info.id, info.progress, info.progress_note) == (job.id, 0.5, "half")
    assert info.worker is not None
    assert (places[job.id].file, places[job.id].function) == (__file__, "work")
    assert ended.state is JobState.CANCELLED


async def test_a_paused_queue_says_until_when_and_why() -> None:
    """Jobs wait meanwhile, and run when it is resumed."""
    async with shop() as (client, control):
        before = datetime.now(UTC)
        pause = await control.pause_queue("default", 900, reason="gateway down, INC-412")
        job = await client.enqueue(Receipt(order=7))
        (stored,) = await control.paused_queues()
        waiting = await control.count(JobFilter(state=JobState.WAITING))
        assert await control.resume_queue("default")
        result = await client.result(job.id)

    assert stored.until is not None
    assert pause.until is not None
    assert timedelta(seconds=899) < stored.until - before < timedelta(seconds=930)
    assert (stored.queue, stored.reason, waiting, result) == ("default", "gateway down, INC-412", 1, 7)


async def test_a_schedule_shows_its_next_times_and_can_be_paused_and_run_by_hand() -> None:
    """The times are those of its zone; a second run by hand is a duplicate of the first while that waits."""
    async with shop() as (_, control):
        while not (await control.schedules())[0].next:
            await anyio.sleep(0.005)
        (schedule,) = await control.schedules(times=2)
        while not await control.pause_schedule("nightly"):
            await anyio.sleep(0.005)
        (paused,) = await control.schedules()
        assert await control.pause_schedule("nightly", 600)
        (for_a_time,) = await control.schedules()
        assert await control.resume_schedule("nightly")
        await control.pause_queue("default")
        with originating("POST /schedules/{id}/run"):
            first, second = await control.run_schedule("nightly"), await control.run_schedule("nightly")
        (put,) = await control.list()
        with pytest.raises(JobNotFoundError, match="Registered: nightly"):
            await control.run_schedule("yearly")

    assert (schedule.id, schedule.name, schedule.time_zone, schedule.misfire) == (
        "nightly", "Receipt", "Europe/Madrid", "skip",
    )  # fmt: skip
    assert [moment.minute for moment in schedule.next] == [30, 30]
    assert (schedule.paused, paused.paused, paused.paused_until) == (False, True, None)
    assert for_a_time.paused_until is not None
    assert for_a_time.paused_until - datetime.now(UTC) < timedelta(seconds=600)
    assert isinstance(first, Enqueued)
    assert second == Duplicate(first.id)
    assert put.enqueued_by == "POST /schedules/{id}/run"


async def test_a_group_of_failures_is_requeued_as_one() -> None:
    """By the error's type and place, as the group shows them."""
    async with shop() as (client, control):
        ids = [(await client.enqueue(Receipt(order=13))).id for _ in range(3)]
        while await control.count(JobFilter(state=JobState.DEAD)) < 3:
            await anyio.sleep(0.005)
        (group,) = await control.failures()
        meant = JobFilter(state=JobState.DEAD, error_type=group.error_type, error_place=group.error_place)
        await control.pause_queue("default")
        answer = await control.requeue_all(meant)
        states = [info.state for info in await control.list(JobFilter(name="Receipt"))]
        assert await control.delete(ids[0])
        assert (await control.cancel_all(JobFilter(name="Receipt"))).count == 2
        assert (await control.delete_all(JobFilter(name="Receipt"))).count == 2

    assert (group.error_type, group.count, group.jobs, group.message) == ("JobFailed", 3, 3, "unlucky")
    assert group.error_place.startswith("tests/jobs/test_control.py:")
    assert (answer.count, states) == (3, [JobState.WAITING] * 3)


async def test_no_more_of_a_kind_begin_than_its_rate_allows() -> None:
    """What is over it waits in the store; no worker is held."""
    async with shop(rate_limit=RateLimit(2, 3600)) as (client, control):
        for number in range(5):
            await client.enqueue(Receipt(order=number))
        while await control.count(JobFilter(state=JobState.SUCCEEDED)) < 2:
            await anyio.sleep(0.005)

        assert await control.count(JobFilter(state=JobState.WAITING)) == 3
        assert not await control.running()


@pytest.mark.parametrize(("count", "seconds"), [(0, 1.0), (1, 0.0), (1, float("inf"))])
def test_a_rate_must_be_possible(count: int, seconds: float) -> None:
    """At least one, in a time that ends."""
    with pytest.raises(ValueError, match="RateLimit"):
        RateLimit(count, seconds)


async def test_wrong_questions_are_refused() -> None:
    """Lists without a place, naive times, a novel to look for, a rate of nothing; odd text is only not found."""
    async with shop() as (_, control):
        with pytest.raises(ValueError, match="limit"):
            await control.list(limit=0)
        with pytest.raises(ValueError, match="aware"):
            await control.failures(since=datetime(2026, 1, 1))  # noqa: DTZ001 - naive on purpose
        with pytest.raises(ValueError, match="at most 1,000 characters"):
            await control.list(JobFilter(text="x" * 50_000))
        assert await control.list(JobFilter(text="\udce9%_\\\0", key="\udce9")) == []
        with pytest.raises(ValueError, match="per_second"):
            await control.requeue_all(JobFilter(), per_second=0)


async def test_a_bulk_requeue_leaves_out_whose_key_is_taken_and_its_dry_run_says_so() -> None:
    """By a job that waits, by one that was put later and has succeeded, or by another of the same that are meant."""
    async with shop() as (client, control):
        for key in ("waits", "succeeded", "twice", "twice", "free"):
            job = await client.enqueue(Receipt(order=13), key=key)
            while (ended := await control.get(job.id)) is None or not ended.state.has_ended:
                await anyio.sleep(0.005)
        await client.enqueue(Receipt(order=1), key="waits", delay=3600)
        paid = await client.enqueue(Receipt(order=2), key="succeeded")
        await client.result(paid.id, timeout=20)
        dead = JobFilter(state=JobState.DEAD)
        tried = await control.requeue_all(dead, dry_run=True)
        done = await control.requeue_all(dead)

    assert (tried.count, tried.skipped) == (done.count, done.skipped) == (2, 3)
