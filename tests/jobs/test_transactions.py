"""Jobs put in the application's own transaction, by whichever library it talks to SQLite."""

import sqlite3
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, closing
from pathlib import Path
from typing import Any

import aiosqlite
import pytest
import sqlalchemy
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine
from sqlalchemy.orm import Session

from corner_host import JobClient
from corner_host.jobs import Duplicate, JobCancelledError, NotSupportedByEngineError
from tests.jobs.hosted import Receipt, handler, jobs, put


async def send(job: Receipt) -> int:
    return job.order


def on(database: Path) -> AbstractAsyncContextManager[JobClient]:
    return jobs(handler(send), "--Jobs:Engine=sqlite", f"--Jobs:ConnectionString={database}")


async def test_a_job_put_in_the_application_s_transaction_exists_once_it_is_committed(tmp_path: Path) -> None:
    """Rolled back, it never was; committed, it runs, on the application's own file."""
    database = tmp_path / "shop.db"
    handled: list[int] = []

    async def send(job: Receipt) -> None:
        handled.append(job.order)

    async with jobs(handler(send), "--Jobs:Engine=sqlite", f"--Jobs:ConnectionString={database}") as client:
        connection = sqlite3.connect(database, isolation_level=None)
        connection.execute("CREATE TABLE orders (id INTEGER PRIMARY KEY)")
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("INSERT INTO orders VALUES (1)")
        await put(client, 1, transaction=connection)
        connection.execute("ROLLBACK")
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("INSERT INTO orders VALUES (2)")
        committed = await put(client, 2, transaction=connection)
        connection.execute("COMMIT")
        await client.result(committed)
        connection.close()

    assert handled == [2]


@pytest.mark.parametrize("kind", ["connection", "session"])
async def test_a_job_put_in_a_transaction_after_one_that_has_ended_runs(tmp_path: Path, kind: str) -> None:
    """Its parent's end is past, and nobody else would let it go."""
    database = tmp_path / "shop.db"
    engine = sqlalchemy.create_engine(f"sqlite:///{database}")
    async with on(database) as client:
        parent = await put(client, 1)
        await client.result(parent)
        with engine.connect() if kind == "connection" else Session(engine) as transaction:
            child = await put(client, 2, after=parent, transaction=transaction)
            useless = await put(client, 3, after=parent, run_on="failure", transaction=transaction)
            transaction.commit()

        assert await client.result(child, timeout=20) == 2
        with pytest.raises(JobCancelledError):
            await client.result(useless, timeout=20)
    engine.dispose()


@pytest.mark.parametrize("kind", ["connection", "session"])
async def test_a_job_joins_a_transaction_of_sqlalchemy(tmp_path: Path, kind: str) -> None:
    """A connection or a session of its own engine on the same file; the outcome may be a duplicate, as ever."""
    database = tmp_path / "shop.db"
    engine = sqlalchemy.create_engine(f"sqlite:///{database}")
    async with on(database) as client:
        with engine.connect() if kind == "connection" else Session(engine) as transaction:
            rolled_back = await put(client, 1, transaction=transaction)
            transaction.rollback()
            committed = await put(client, 2, transaction=transaction, key="two")
            again = await client.enqueue(Receipt(order=3), transaction=transaction, key="two")
            transaction.commit()

        assert again == Duplicate(committed)
        assert await client.get(rolled_back) is None
        assert await client.result(committed) == 2
    engine.dispose()


@pytest.mark.parametrize("anyio_backend", ["asyncio"])
@pytest.mark.parametrize("kind", ["connection", "session", "aiosqlite"])
async def test_a_job_joins_an_asynchronous_transaction(tmp_path: Path, kind: str) -> None:
    """SQLAlchemy's asynchronous connection and session, and aiosqlite's own; these know asyncio alone."""
    database = tmp_path / "shop.db"
    engine = create_async_engine(f"sqlite+aiosqlite:///{database}")
    kinds: dict[str, Callable[[], Any]] = {
        "connection": engine.connect,
        "session": lambda: AsyncSession(engine),
        "aiosqlite": lambda: aiosqlite.connect(database),
    }
    async with on(database) as client:
        async with kinds[kind]() as transaction:
            rolled_back = await put(client, 1, transaction=transaction)
            await transaction.rollback()
            committed = await put(client, 2, transaction=transaction)
            many = await client.enqueue_many([Receipt(order=3), Receipt(order=4)], transaction=transaction)
            await transaction.commit()

        assert await client.get(rolled_back) is None
        assert [await client.result(each) for each in (committed, many[0].id, many[1].id)] == [2, 3, 4]
    await engine.dispose()


async def test_the_transaction_of_another_database_is_refused(tmp_path: Path) -> None:
    """It has no jobs; nothing is put anywhere."""
    async with on(tmp_path / "shop.db") as client:
        with (
            closing(sqlite3.connect(":memory:")) as other,
            pytest.raises(NotSupportedByEngineError, match="job tables"),
        ):
            await client.enqueue(Receipt(order=1), transaction=other)

        assert await client.list() == []
