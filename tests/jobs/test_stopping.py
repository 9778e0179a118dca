"""What a stop tells of queues: how much runs and waits, and what has become of it."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import anyio
import pytest

from corner_host import HostBuilder, JobClient
from corner_host.jobs import Capabilities, JobEngine, JobEngineError, QueueDepth, RetryLater
from corner_host.jobs.engines.nats import NatsEngine
from corner_host.jobs.engines.postgres import PostgresEngine
from corner_host.jobs.engines.sqlite import SqliteEngine
from corner_host.jobs.outbox import OutboxEngine

from .hosted import Receipt, jobs, put

NEVER, LATER = 98, 99
LOGGED = "--Logging:LogLevel:Default=Information"


class Work:
    """Jobs that run until they are let go, but for one that never ends, and one that then asks to be tried later."""

    def __init__(self) -> None:
        self.begun = 0
        self.release = anyio.Event()

    async def run(self, job: Receipt) -> None:
        self.begun += 1
        await self.release.wait()
        if job.order == NEVER:
            await anyio.sleep_forever()
        if job.order == LATER:
            raise RetryLater(60)

    def register(self, builder: HostBuilder) -> None:
        builder.services.add_job_handler(Receipt, self.run, name="process_order", queue="orders")

    async def until_they_run(self, client: JobClient, *orders: int, running: int = 2) -> None:
        """Put jobs; return when so many of them run."""
        for order in orders:
            await put(client, order)
        while self.begun < running:
            await anyio.sleep(0.005)


def told(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [each.getMessage() for each in caplog.records if each.getMessage().startswith("orders: ")]


@asynccontextmanager
async def released_when_told(caplog: pytest.LogCaptureFixture, work: Work) -> AsyncGenerator[None]:
    """Let the jobs end as soon as the stop has told that they run."""

    async def release() -> None:
        while not told(caplog):
            await anyio.sleep(0.005)
        work.release.set()

    with anyio.fail_after(30):
        async with anyio.create_task_group() as group:
            group.start_soon(release)
            yield


async def test_a_stop_tells_of_each_queue_what_is_kept_and_where(
    caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    """What runs may finish, what waits is kept in the file; told by the logger of queues."""
    path, work = tmp_path / "jobs.db", Work()
    arguments = ("--Jobs:Engine=sqlite", "--Jobs:MaxConcurrency=2", f"--Jobs:ConnectionString={path}", LOGGED)
    async with released_when_told(caplog, work), jobs(work.register, *arguments) as client:
        await work.until_they_run(client, 1, 2, 3, 4, 5)

    assert told(caplog) == ["orders: 2 running, 3 waiting; policy: persist", f"orders: 2 finished, 3 kept in {path}"]
    assert {each.name for each in caplog.records if each.getMessage() in told(caplog)} == {"corner_host.queue"}


async def test_what_did_not_finish_is_told_apart(caplog: pytest.LogCaptureFixture, tmp_path: Path) -> None:
    """One is given back at the end of the grace, and waits again; one is to be tried again later."""
    path, work = tmp_path / "jobs.db", Work()
    arguments = ("--Jobs:Engine=sqlite", "--Jobs:GraceSeconds=0.5", f"--Jobs:ConnectionString={path}", LOGGED)
    async with released_when_told(caplog, work), jobs(work.register, *arguments) as client:
        await work.until_they_run(client, 1, 2, NEVER, LATER, running=4)

    assert told(caplog) == [
        "orders: 4 running, 0 waiting; policy: persist",
        f"orders: 2 finished, 1 given back, 1 to be tried again, 1 kept in {path}",
    ]


async def test_jobs_in_memory_are_abandoned_by_name(caplog: pytest.LogCaptureFixture) -> None:
    """They end with the process, those that were to run later too."""
    work = Work()
    async with (
        released_when_told(caplog, work),
        jobs(work.register, "--Jobs:MaxConcurrency=2", LOGGED) as client,
    ):
        await work.until_they_run(client, 1, 2, 3, 4, 5)
        await put(client, 9, delay=60)

    assert told(caplog) == [
        "orders: 2 running, 3 waiting; policy: abandon",
        "orders: 2 finished, 4 abandoned: process_order (4)",
    ]


class Silent:
    """A store that does not say how much waits: it is away, or takes for ever."""

    def __init__(self, *, raises: bool) -> None:
        self._inner = SqliteEngine(":memory:")
        self._raises = raises
        self.capabilities = replace(self._inner.capabilities, durable=True, store="tin@shelf")

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    @property
    def queues(self) -> "Silent":
        return self

    async def depth(self, queue: str) -> QueueDepth:
        if self._raises:
            raise JobEngineError(f"the shelf with {queue} is away")
        await anyio.sleep_forever()
        raise AssertionError


@pytest.mark.parametrize("raises", [True, False])
async def test_a_store_that_does_not_answer_does_not_hold_up_the_stop(
    caplog: pytest.LogCaptureFixture, *, raises: bool
) -> None:
    """How much waits is then unknown, and said so."""
    work = Work()

    def register(builder: HostBuilder) -> None:
        builder.services.add_singleton(JobEngine, instance=Silent(raises=raises))
        work.register(builder)

    async with released_when_told(caplog, work), jobs(register, LOGGED) as client:
        await work.until_they_run(client, 1, 2)

    assert told(caplog) == [
        "orders: 2 running, waiting: unknown; policy: persist",
        "orders: 2 finished, the rest kept in tin@shelf",
    ]


async def test_a_queue_in_which_there_is_nothing_is_not_told_of(caplog: pytest.LogCaptureFixture) -> None:
    """What has ended is no work."""
    work = Work()
    work.release.set()
    async with jobs(work.register, LOGGED) as client:
        await client.result(await put(client))

    assert told(caplog) == []


def test_each_engine_says_where_it_keeps_jobs_and_never_a_password(tmp_path: Path) -> None:
    """As a path, or a server; the outbox as the engine behind it."""
    nats = NatsEngine("nats://app:hush@one:4222,nats://app:hush@two", stream="shop")
    engines: list[JobEngine] = [
        SqliteEngine("jobs.db"),
        SqliteEngine(":memory:"),
        PostgresEngine("postgresql://app:hush@db:5433/shop"),
        nats,
        OutboxEngine(nats, str(tmp_path / "shop.db")),
    ]

    assert [each.capabilities.store for each in engines] == [
        str(Path("jobs.db").absolute()),
        "",
        "PostgreSQL shop@db:5433",
        "NATS shop@one:4222, two:4222",
        "NATS shop@one:4222, two:4222",
    ]
    assert [each.capabilities.durable for each in engines] == [True, False, True, True, True]
    assert Capabilities(engine="tin").durable
