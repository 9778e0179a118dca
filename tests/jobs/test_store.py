"""The engine behind the jobs: opened with the host, waited for while its server is away, asked how it is."""

from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import anyio
import pytest

from corner_host import Host
from corner_host.diagnostics import HealthCheckService, HealthStatus
from corner_host.jobs import JobClient, JobEngine, JobEngineError, JobEngineUnavailableError, JobEventKind, JobState
from corner_host.jobs.engines.sqlite import SqliteEngine
from tests.jobs.harness import shop
from tests.jobs.hosted import AT_ONCE, Receipt, handler, jobs, put


class Distant:
    """An engine whose server is away until *there* is set; SQLite's otherwise."""

    def __init__(self, there: anyio.Event) -> None:
        self._inner = SqliteEngine(":memory:")
        self._there = there

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    @asynccontextmanager
    async def opened(self) -> AsyncGenerator[None]:
        if not self._there.is_set():
            raise JobEngineUnavailableError("db.example:5432 cannot be reached.")
        async with self._inner.opened():
            yield


async def answer(job: Receipt) -> int:
    return job.order


@asynccontextmanager
async def host_on(engine: Any) -> AsyncGenerator[Host]:
    builder = Host.create_builder(["--Logging:LogLevel:Default=Warning"])
    builder.services.add_singleton(JobEngine, instance=engine)
    builder.services.add_jobs(builder.configuration)
    builder.services.add_job_handler(Receipt, answer, retry=AT_ONCE)
    with anyio.fail_after(30):
        async with builder.build() as host:
            yield host


async def status_of(host: Host) -> tuple[HealthStatus, str]:
    report = await host.services.get_required_service(HealthCheckService).check(lambda each: each.name == "jobs")
    return report.status, report.entries["jobs"].description


async def until(condition: Callable[[], Awaitable[bool]]) -> None:
    while True:
        if await condition():
            return
        await anyio.sleep(0.01)


async def test_a_host_starts_without_its_server_and_becomes_ready_with_it(caplog: pytest.LogCaptureFixture) -> None:
    """It says so, is not ready, refuses jobs with the reason, and works once the server is there."""
    there = anyio.Event()
    async with host_on(Distant(there)) as host:
        client = host.services.get_required_service(JobClient)
        before = await status_of(host)
        with pytest.raises(JobEngineError):
            await client.enqueue(Receipt(order=7))
        there.set()

        async def is_healthy() -> bool:
            return (await status_of(host))[0] is HealthStatus.HEALTHY

        await until(is_healthy)
        job = await client.enqueue(Receipt(order=7))
        result = await client.result(job.id)

    assert before == (HealthStatus.UNHEALTHY, "db.example:5432 cannot be reached.")
    assert result == 7
    assert "db.example:5432 cannot be reached. It is tried again in" in caplog.text


async def test_a_host_that_waits_for_its_server_can_be_stopped() -> None:
    """Waiting holds up nobody."""
    async with host_on(Distant(anyio.Event())) as host:
        pass

    assert host.services is not None


async def test_a_job_that_outlasts_the_grace_is_named_with_its_place(
    caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    """It is given back, uncounted, and the log says where it waited."""
    begun = anyio.Event()

    async def hang(job: Receipt) -> None:
        begun.set()
        await anyio.sleep_forever()

    path = tmp_path / "jobs.db"
    arguments = (f"--Jobs:ConnectionString={path}", "--Jobs:Engine=sqlite", "--Jobs:GraceSeconds=0.05")
    async with jobs(handler(hang), "--Logging:LogLevel:Default=Information", *arguments) as client:
        job_id = await put(client)
        await begun.wait()

    async with shop(path) as bench:
        info = await bench.info(job_id)
    assert (info.state, info.attempt) == (JobState.WAITING, 0)
    assert [line.event for line in info.history] == [JobEventKind.RELEASED]
    assert "default: 0 finished, 1 given back, 1 kept in" in caplog.text
    assert (
        f"Job {job_id} has not ended within 0.05 s and is given back, to run again: it waits at {__file__}"
        in caplog.text
    )


async def test_an_open_engine_is_healthy() -> None:
    """The check names the engine."""
    async with host_on(SqliteEngine(":memory:")) as host:
        assert await status_of(host) == (HealthStatus.HEALTHY, "memory")


async def test_an_engine_that_cannot_be_opened_fails_the_start() -> None:
    """Where waiting would not help, the reason is what the start raises."""
    with pytest.raises(JobEngineError, match="There is no folder"):
        async with host_on(SqliteEngine("/nowhere/at/all/jobs.db")):
            raise AssertionError("it must not start")
