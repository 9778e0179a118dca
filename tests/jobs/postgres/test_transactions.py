"""Jobs put in the application's own transaction, by whichever library it talks to PostgreSQL."""

from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import replace
from typing import Any

import asyncpg
import psycopg
import pytest
import sqlalchemy
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine

from corner_host.jobs import Duplicate, JobState, NotSupportedByEngineError
from corner_host.jobs.engines.postgres import PostgresEngine
from corner_host.testing.job_bench import JobBench, new_job


@asynccontextmanager
async def of_asyncpg(url: str, *, commit: bool) -> AsyncGenerator[Any]:
    connection = await asyncpg.connect(url)
    transaction = connection.transaction()
    await transaction.start()
    yield connection
    await (transaction.commit() if commit else transaction.rollback())
    await connection.close()


@asynccontextmanager
async def of_psycopg(url: str, *, commit: bool) -> AsyncGenerator[Any]:
    async with await psycopg.AsyncConnection.connect(url) as connection:
        yield connection
        await (connection.commit() if commit else connection.rollback())


def of_sqlalchemy(driver: str, kind: str) -> Callable[..., AbstractAsyncContextManager[Any]]:
    @asynccontextmanager
    async def opened(url: str, *, commit: bool) -> AsyncGenerator[Any]:
        engine = create_async_engine(url.replace("postgresql://", f"postgresql+{driver}://"))
        async with engine.connect() if kind == "connection" else AsyncSession(engine) as transaction:
            yield transaction
            await (transaction.commit() if commit else transaction.rollback())
        await engine.dispose()

    return opened


@pytest.fixture(
    params=[
        pytest.param(of_asyncpg, id="asyncpg"),
        pytest.param(of_psycopg, id="psycopg"),
        *[
            pytest.param(of_sqlalchemy(driver, kind), id=f"sqlalchemy {kind} on {driver}")
            for driver in ("asyncpg", "psycopg")
            for kind in ("connection", "session")
        ],
    ]
)
def opened(request: pytest.FixtureRequest) -> Callable[..., AbstractAsyncContextManager[Any]]:
    """The way to open a transaction, by one library."""
    chosen: Callable[..., AbstractAsyncContextManager[Any]] = request.param
    return chosen


@asynccontextmanager
async def bench_on(url: str, schema: str) -> AsyncGenerator[JobBench]:
    engine = PostgresEngine(url, schema=schema)
    async with engine.opened():
        yield JobBench(engine)


async def test_a_job_in_a_transaction_exists_once_it_is_committed(
    url: str, schema: str, opened: Callable[..., AbstractAsyncContextManager[Any]]
) -> None:
    """Nobody sees it before; then a worker that was there already runs it."""
    new = new_job()
    async with bench_on(url, schema) as bench, bench.worker():
        async with opened(url, commit=True) as transaction:
            await bench.engine.put([new], transaction=transaction)
            before = await bench.engine.records.get(new.id)
        await bench.ended(new.id)
        after = await bench.state(new.id)

    assert (before, after) == (None, JobState.SUCCEEDED)


async def test_a_job_in_a_transaction_that_is_rolled_back_never_was(
    url: str, schema: str, opened: Callable[..., AbstractAsyncContextManager[Any]]
) -> None:
    """Also with a key, which is free again."""
    new = new_job(key="nightly")
    async with bench_on(url, schema) as bench:
        async with opened(url, commit=False) as transaction:
            await bench.engine.put([new], transaction=transaction)
        found = await bench.engine.records.get(new.id)
        await bench.put(key="nightly")

    assert found is None


async def test_a_key_that_is_taken_is_told_inside_a_transaction_too(
    url: str, schema: str, opened: Callable[..., AbstractAsyncContextManager[Any]]
) -> None:
    """By an older job, and by one of the same transaction; and a child of a job that has ended may run at once."""
    first, second, child = new_job(key="b"), new_job(key="b"), new_job()
    async with bench_on(url, schema) as bench:
        async with bench.worker():
            ended = await bench.put("parent")
            await bench.ended(ended)
        older = await bench.put(key="a")
        async with opened(url, commit=True) as transaction:
            answers = await bench.engine.put(
                [new_job(key="a"), first, second, child, new_job(parent=ended)], transaction=transaction
            )

        states = [await bench.state(answer.id) for answer in answers]

    assert (answers[0], answers[2]) == (Duplicate(older), Duplicate(first.id))
    assert states == [JobState.WAITING] * 5


@pytest.mark.parametrize("kind", ["asyncpg", "psycopg"])
async def test_a_connection_without_a_transaction_is_refused(url: str, schema: str, kind: str) -> None:
    """The job would be stored at once, which is not what was asked for."""
    async with bench_on(url, schema) as bench:
        connection: Any = (
            await asyncpg.connect(url)
            if kind == "asyncpg"
            else await psycopg.AsyncConnection.connect(url, autocommit=True)
        )

        with pytest.raises(NotSupportedByEngineError, match="in no transaction"):
            await bench.engine.put([new_job()], transaction=connection)
        await connection.close()


async def test_a_blocking_connection_is_refused(url: str, schema: str) -> None:
    """It would hold up the event loop; the message says what is taken instead."""
    engine = sqlalchemy.create_engine(url.replace("postgresql://", "postgresql+psycopg://"))
    async with bench_on(url, schema) as bench:
        with psycopg.connect(url) as connection, engine.connect() as other:
            for transaction in (connection, other):
                with pytest.raises(NotSupportedByEngineError, match="AsyncSession"):
                    await bench.engine.put([new_job()], transaction=transaction)
    engine.dispose()


async def test_a_child_whose_parent_ends_before_the_child_is_committed_runs(url: str, schema: str) -> None:
    """Neither transaction sees the other; the worker's keeper looks after it."""
    child = new_job("child")
    async with bench_on(url, schema) as bench:
        parent = await bench.put("parent")
        async with bench.worker():
            async with of_asyncpg(url, commit=True) as transaction:
                await bench.engine.put([replace(child, parent=parent)], transaction=transaction)
                await bench.ended(parent)
            await bench.ended(child.id)
            state = await bench.state(child.id)

    assert state is JobState.SUCCEEDED
