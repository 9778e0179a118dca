"""What the section Jobs rules: how many run at once, for how long ended jobs are kept; recurring jobs in a host."""

import logging
from datetime import timedelta
from pathlib import Path

import anyio
import pytest

from corner_host import HostBuilder
from corner_host.jobs import JobContext, JobDeadError, JobFailed, JobState
from tests.jobs.hosted import Receipt, handler, jobs, put


@pytest.mark.parametrize("slots", [1, 3])
async def test_so_many_jobs_run_at_once(slots: int) -> None:
    """MaxConcurrency, over all kinds of job."""
    running, most = 0, 0

    async def work(job: Receipt) -> None:
        nonlocal running, most
        running += 1
        most = max(most, running)
        await anyio.sleep(0.01)
        running -= 1

    async with jobs(handler(work), f"--Jobs:MaxConcurrency={slots}") as client:
        for answer in await client.enqueue_many([Receipt(order=order) for order in range(9)]):
            await client.result(answer.id)

    assert most == slots


async def test_the_priority_decides_who_runs_first(tmp_path: Path) -> None:
    """Higher first, equals in order of arrival; put by a host that runs none itself."""
    arguments = ("--Jobs:Engine=sqlite", f"--Jobs:ConnectionString={tmp_path / 'jobs.db'}", "--Jobs:MaxConcurrency=1")
    order: list[int] = []

    async def note(job: Receipt) -> None:
        order.append(job.order)

    async with jobs(handler(note), *arguments, "--Jobs:WorkerEnabled=false") as client:
        ids = [await put(client, number, priority=priority) for number, priority in ((1, 0), (2, 5), (3, 0), (4, -1))]
    async with jobs(handler(note), *arguments) as client:
        for each in ids:
            await client.result(each)

    assert order == [2, 1, 3, 4]


async def test_ended_jobs_are_kept_for_the_retention_and_dead_ones_until_somebody_decides(tmp_path: Path) -> None:
    """RetentionDays; the dead letters are nobody's to throw away."""
    arguments = ("--Jobs:Engine=sqlite", f"--Jobs:ConnectionString={tmp_path / 'jobs.db'}")

    async def work(job: Receipt) -> None:
        if job.order == 2:
            raise JobFailed("no")

    async with jobs(handler(work), *arguments) as client:
        succeeded, dead = await put(client, 1), await put(client, 2)
        await client.result(succeeded)
        with pytest.raises(JobDeadError):
            await client.result(dead)
        kept = await client.list()
        await client.enqueue_many([Receipt(order=number) for number in range(10, 1510)])
        while len(await client.list(state=JobState.SUCCEEDED, limit=2000)) < 1501:
            await anyio.sleep(0.01)
    async with jobs(handler(work), *arguments, "--Jobs:RetentionDays=0") as client:
        while len(left := await client.list()) > 1:
            await anyio.sleep(0.01)

    assert len(kept) == 2
    assert [(each.id, each.state) for each in left] == [(dead, JobState.DEAD)]


async def test_a_job_logs_with_its_id(caplog: pytest.LogCaptureFixture) -> None:
    """context.log is the handler's logger, and its records say which job."""

    async def work(job: Receipt, context: JobContext) -> None:
        await context.heartbeat()
        context.log.warning("order %d", job.order)

    async with jobs(handler(work), "--Logging:LogLevel:Default=Warning") as client:
        job_id = await put(client)
        await client.result(job_id)

    (record,) = [each for each in caplog.records if each.getMessage() == "order 7"]
    assert record.name.endswith("work")
    assert (vars(record)["job_id"], vars(record)["attempt"]) == (job_id, 1)


async def test_a_function_gets_the_logger_named_after_it() -> None:
    """As everywhere, not the one of what makes it."""

    async def work(job: Receipt, logger: logging.Logger) -> str:
        return logger.name

    async with jobs(handler(work)) as client:
        name = await client.result(await put(client))

    assert name == f"{__name__}.{work.__qualname__}".replace(".<locals>", "")


@pytest.mark.parametrize("every", [1, 1.5, timedelta(seconds=1)])
async def test_a_recurring_job_is_put_by_a_host(every: float | timedelta) -> None:
    """By its id; nobody has to enqueue it."""
    ran = anyio.Event()

    async def work(job: Receipt) -> None:
        ran.set()

    def configure(builder: HostBuilder) -> None:
        handler(work)(builder)
        builder.services.add_recurring_job(id="often", payload=Receipt(order=3), every=every)

    async with jobs(configure) as client:
        await ran.wait()
        (found, *_) = await client.list(name="Receipt")

    assert found.payload == {"order": 3}
