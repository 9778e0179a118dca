"""Hosts with jobs in processes of their own: kill -9, SIGTERM, a job that kills its worker, a host that only puts."""

import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import anyio
import pytest

from corner_host.jobs import JobFilter, JobState
from tests.jobs.harness import JobBench, new_job, shop
from tests.jobs.hosted import jobs
from tests.jobs.shop_program import Order

ORDERS = 60


@pytest.fixture
def anyio_backend() -> str:
    """The test only watches; the back end that matters is the worker's."""
    return "asyncio"


@contextmanager
def program(database: Path, backend: str, mode: str) -> "Iterator[subprocess.Popen[bytes]]":
    """The shop's program, killed at the end if it still runs."""
    command = [sys.executable, "-m", "tests.jobs.shop_program", str(database), backend, mode]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            yield process
        finally:
            process.kill()


def lines(database: Path) -> "list[tuple[str, int, int]]":
    file = database.with_suffix(".done")
    if not file.exists():
        return []
    found = [line.split() for line in file.read_text().splitlines()]
    return [(what, int(number), int(attempt)) for what, number, attempt in found]


async def until_lines(database: Path, what: str, count: int) -> None:
    with anyio.fail_after(30):
        while sum(line[0] == what for line in lines(database)) < count:
            await anyio.sleep(0.005)


async def put_orders(jobs: JobBench, count: int) -> list[str]:
    answers = await jobs.engine.put([new_job("Order", payload=b'{"number": %d}' % number) for number in range(count)])
    return [answer.id for answer in answers]


async def all_ended(jobs: JobBench, ids: list[str]) -> None:
    with anyio.fail_after(40):
        for job_id in ids:
            while not (await jobs.state(job_id)).has_ended:
                await anyio.sleep(0.01)


@pytest.mark.parametrize("worker", ["asyncio", "trio"])
async def test_a_killed_worker_loses_no_job(tmp_path: Path, worker: str) -> None:
    """kill -9 in the middle: a new worker ends every job, and only those that were running ran twice."""
    database = tmp_path / "jobs.db"
    async with shop(database) as jobs:
        ids = await put_orders(jobs, ORDERS)
        with program(database, worker, "work") as first:
            await until_lines(database, "end", 15)
            first.send_signal(signal.SIGKILL)
            first.wait()
        begun = Counter(number for what, number, _ in lines(database) if what == "start")
        with program(database, worker, "work"):
            await all_ended(jobs, ids)

        assert {await jobs.state(job_id) for job_id in ids} == {JobState.SUCCEEDED}
    started = Counter(number for what, number, _ in lines(database) if what == "start")
    assert set(started) == set(range(ORDERS))
    assert all(count == 1 or begun[number] == 1 for number, count in started.items())
    assert sum(count - 1 for count in started.values()) <= 10  # as many as ran at once


@pytest.mark.parametrize("worker", ["asyncio", "trio"])
async def test_sigterm_lets_running_jobs_finish(tmp_path: Path, worker: str) -> None:
    """A graceful stop: what runs ends, nothing runs twice, exit status 0."""
    database = tmp_path / "jobs.db"
    async with shop(database) as jobs:
        await put_orders(jobs, ORDERS)
        with program(database, worker, "slow") as process:
            await until_lines(database, "start", 5)
            process.send_signal(signal.SIGTERM)
            status = process.wait(20)

        left = await jobs.engine.records.list(JobFilter(state=JobState.RUNNING))
    starts = [number for what, number, _ in lines(database) if what == "start"]
    ends = [number for what, number, _ in lines(database) if what == "end"]
    assert (status, left) == (0, [])
    assert sorted(starts) == sorted(ends)


async def test_a_job_that_kills_its_process_ends_in_the_dead_letters(tmp_path: Path) -> None:
    """Attempts are counted when they are claimed: poison cannot loop for ever."""
    database = tmp_path / "jobs.db"
    async with shop(database) as jobs:
        (job_id,) = await put_orders(jobs, 1)
        with anyio.fail_after(40):
            while not (await jobs.state(job_id)).has_ended:
                with program(database, "asyncio", "poison") as process:
                    while process.poll() is None and not (await jobs.state(job_id)).has_ended:
                        await anyio.sleep(0.02)
        info = await jobs.info(job_id)

    assert (info.state, info.error_type) == (JobState.DEAD, "WorkerLost")
    assert [line[2] for line in lines(database)] == [1, 2, 3]


@pytest.mark.parametrize("worker", ["asyncio", "trio"])
async def test_a_host_without_a_worker_leaves_its_jobs_to_another_process(tmp_path: Path, worker: str) -> None:
    """WorkerEnabled=false: it puts jobs, and sees how they end elsewhere."""
    database = tmp_path / "jobs.db"

    async def never(job: Order) -> None:
        raise AssertionError("this process must not run it")

    arguments = ("--Jobs:Engine=sqlite", f"--Jobs:ConnectionString={database}", "--Jobs:WorkerEnabled=false")
    async with jobs(lambda builder: builder.services.add_job_handler(Order, never), *arguments) as client:
        answer = await client.enqueue(Order(number=7))
        with program(database, worker, "work"):
            result = await client.result(answer.id)

    assert result is None
    assert [line[:2] for line in lines(database)] == [("start", 7), ("end", 7)]
