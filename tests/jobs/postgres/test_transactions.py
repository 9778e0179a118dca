"""Jobs put in the application's own transaction, by whichever library it talks to PostgreSQL."""

from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import replace
from functools import partial
from typing import Any

import anyio
import asyncpg
import psycopg
import pytest
import sqlalchemy
from anyio import from_thread, to_thread
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine
from sqlalchemy.orm import Session, scoped_session, sessionmaker

from corner_host.jobs import Duplicate, Enqueued, JobState, NotSupportedByEngineError
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


@asynccontextmanager
async def of_blocking_psycopg(url: str, *, commit: bool) -> AsyncGenerator[Any]:
    with psycopg.connect(url) as connection:
        yield connection
        await to_thread.run_sync(connection.commit if commit else connection.rollback)


def of_blocking_sqlalchemy(kind: str) -> Callable[..., AbstractAsyncContextManager[Any]]:
    @asynccontextmanager
    async def opened(url: str, *, commit: bool) -> AsyncGenerator[Any]:
        engine = sqlalchemy.create_engine(url.replace("postgresql://", "postgresql+psycopg://"))
        with engine.connect() if kind == "connection" else Session(engine) as transaction:
            yield transaction
            await to_thread.run_sync(transaction.commit if commit else transaction.rollback)
        engine.dispose()

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
        pytest.param(of_blocking_psycopg, id="psycopg, blocking"),
        *[
            pytest.param(of_blocking_sqlalchemy(kind), id=f"sqlalchemy {kind}, blocking")
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


@pytest.mark.parametrize("kind", ["asyncpg", "psycopg", "psycopg, blocking"])
async def test_a_connection_without_a_transaction_is_refused(url: str, schema: str, kind: str) -> None:
    """The job would be stored at once, which is not what was asked for."""
    async with bench_on(url, schema) as bench, AsyncExitStack() as stack:
        connection: Any
        if kind == "asyncpg":
            connection = await asyncpg.connect(url)
            stack.push_async_callback(connection.close)
        elif kind == "psycopg":
            connection = await stack.enter_async_context(await psycopg.AsyncConnection.connect(url, autocommit=True))
        else:
            connection = stack.enter_context(psycopg.connect(url, autocommit=True))

        with pytest.raises(NotSupportedByEngineError, match="in no transaction"):
            await bench.engine.put([new_job()], transaction=connection)


async def test_a_blocking_connection_does_not_hold_up_the_loop(url: str, schema: str) -> None:
    """Not even where the key is taken by a transaction that goes on in the same loop."""
    first, second = new_job(key="nightly"), new_job(key="nightly")
    answers: list[Enqueued | Duplicate] = []
    async with bench_on(url, schema) as bench, of_blocking_psycopg(url, commit=True) as other:

        async def put_second() -> None:
            answers.extend(await bench.engine.put([second], transaction=other))

        async with anyio.create_task_group() as group, of_blocking_psycopg(url, commit=True) as one:
            await bench.engine.put([first], transaction=one)
            group.start_soon(put_second)
            await until_somebody_waits_for_a_lock(url)

    assert answers == [Duplicate(first.id)]


async def test_a_plain_function_in_a_worker_thread_puts_in_its_session(url: str, schema: str) -> None:
    """As a route of FastAPI that is no coroutine does."""
    new = new_job()

    def route(bench: JobBench, sessions: sessionmaker[Session]) -> None:
        with sessions.begin() as session:
            from_thread.run(partial(bench.engine.put, [new], transaction=session))

    engine = sqlalchemy.create_engine(url.replace("postgresql://", "postgresql+psycopg://"))
    async with bench_on(url, schema) as bench:
        await to_thread.run_sync(route, bench, sessionmaker(engine))
        state = await bench.state(new.id)
    engine.dispose()

    assert state is JobState.WAITING


async def test_a_session_of_the_thread_is_refused(url: str, schema: str) -> None:
    """It is another one where the job is stored, which nobody would commit."""
    sessions = scoped_session(
        sessionmaker(sqlalchemy.create_engine(url.replace("postgresql://", "postgresql+psycopg://")))
    )
    async with bench_on(url, schema) as bench:
        with pytest.raises(NotSupportedByEngineError, match=r"transaction=session\(\)"):
            await bench.engine.put([new_job()], transaction=sessions)


async def until_somebody_waits_for_a_lock(url: str) -> None:
    connection = await asyncpg.connect(url)
    try:
        while not await connection.fetchval("SELECT count(*) FROM pg_locks WHERE NOT granted"):
            await anyio.sleep(0.01)
    finally:
        await connection.close()


async def test_what_is_no_connection_is_refused(url: str, schema: str) -> None:
    """The message says what is taken."""
    async with bench_on(url, schema) as bench:
        with pytest.raises(NotSupportedByEngineError, match=r"cannot join.*\n.*asyncpg.*psycopg.*SQLAlchemy"):
            await bench.engine.put([new_job()], transaction=object())


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
