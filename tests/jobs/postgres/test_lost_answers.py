"""Connections that break off before the server has answered: what it did then, and what the caller hears."""

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import uuid4

import anyio
import pytest
from anyio.abc import ByteStream, SocketStream, TaskGroup
from pgqueuer.domain.types import QueueManagerId

from corner_host.jobs import Duplicate, Enqueued, JobEngineError, JobState, NewJob
from corner_host.jobs.engines.postgres import PostgresEngine
from corner_host.jobs.engines.postgres.database import Database, let_go
from corner_host.jobs.engines.postgres.statements import Statements
from corner_host.testing.job_bench import JobBench, new_job
from tests.postgres import PostgresServer

PORT = ".s.PGSQL.5432"


class Wire:
    """Between the engine and the server.

    Attributes:
        answers_to_lose: So many of the server's next answers are not passed on; the connection breaks off instead.
        is_down: Nobody gets through.
    """

    def __init__(self, server: Path) -> None:
        self._server = server
        self.answers_to_lose = 0
        self.is_down = False

    async def carry(self, client: SocketStream) -> None:
        async with client:
            if self.is_down:
                return
            async with await anyio.connect_unix(self._server) as server, anyio.create_task_group() as group:
                group.start_soon(self._pass_on, client, server, group)
                async for answer in received(server):
                    if self.answers_to_lose:
                        self.answers_to_lose -= 1
                        break
                    await client.send(answer)
                group.cancel_scope.cancel()

    async def _pass_on(self, client: ByteStream, server: ByteStream, group: TaskGroup) -> None:
        async for question in received(client):
            await server.send(question)
        group.cancel_scope.cancel()


async def received(stream: ByteStream) -> AsyncIterator[bytes]:
    try:
        while True:
            yield await stream.receive()
    except (anyio.EndOfStream, anyio.BrokenResourceError):
        pass


@asynccontextmanager
async def wired(server: PostgresServer, url: str, schema: str) -> AsyncGenerator[tuple[Wire, JobBench]]:
    wire = Wire(server.folder / PORT)
    with TemporaryDirectory() as folder:
        listener = await anyio.create_unix_listener(Path(folder, PORT))
        async with listener, anyio.create_task_group() as group:
            group.start_soon(listener.serve, wire.carry)
            engine = PostgresEngine(url.replace(str(server.folder), folder), schema=schema)
            async with engine.opened():
                bench = JobBench(engine)
                await bench.put(key="warm")  # it makes the connection, and prepares both ways to put
                await bench.put()
                yield wire, bench
            group.cancel_scope.cancel()


@pytest.mark.parametrize("key", [None, "nightly"])
async def test_a_put_whose_answer_is_lost_is_looked_up(
    server: PostgresServer, url: str, schema: str, key: str | None
) -> None:
    """It is stored once, and the caller hears of that, not of the connection."""
    new = new_job(key=key)
    async with wired(server, url, schema) as (wire, bench):
        wire.answers_to_lose = 1
        answers = await bench.engine.put([new])
        count = sum(each.count for each in await bench.engine.records.counts())

    assert answers == [Enqueued(new.id)]
    assert (count, wire.answers_to_lose) == (3, 0)


async def test_a_put_whose_answer_stays_away_says_that_it_does_not_know(
    server: PostgresServer, url: str, schema: str
) -> None:
    """That nothing was stored would be a lie."""
    async with wired(server, url, schema) as (wire, bench):
        wire.answers_to_lose, wire.is_down = 1, True

        with pytest.raises(JobEngineError, match="Whether anything was stored is not known"):
            await bench.put()
        wire.is_down = False


async def test_jobs_that_are_stored_already_are_not_stored_twice(url: str, schema: str) -> None:
    """Who does not know whether they arrived may put them again, with others."""
    jobs: list[NewJob] = [new_job(), new_job(key="a"), new_job()]
    engine = PostgresEngine(url, schema=schema)
    async with engine.opened():
        await engine.put(jobs[:2])
        again = await engine.put(jobs)
        other = await engine.put([new_job(key="a")])

    assert again == [Enqueued(job.id) for job in jobs]
    assert other == [Duplicate(jobs[1].id)]


async def test_a_claim_whose_answer_is_lost_is_given_back(url: str, schema: str) -> None:
    """Once its worker is connected again: nobody has begun the job, so it is not an attempt."""
    statements, worker = Statements(schema), QueueManagerId(uuid4())
    engine = PostgresEngine(url, schema=schema)
    async with engine.opened():
        bench = JobBench(engine)
        unheard, held = await bench.put("unheard"), await bench.put("held")
        limits, lease = {"default:unheard": 0, "default:held": 0}, timedelta(seconds=30)
        sql, values = statements.claim(worker, limits, 2, lease, few_are_due=False)
        connection = await Database(url, patience=10.0).connect()
        try:
            numbers = [row["id"] for row in await connection.fetch(sql, *values)]
            await connection.fetch(statements.drop, worker, numbers[1:])
        finally:
            await let_go(connection)
        found = [await bench.info(each) for each in (unheard, held)]

    assert [(each.state, each.attempt) for each in found] == [(JobState.WAITING, 0), (JobState.RUNNING, 1)]
