"""The database: SQLite by default, PostgreSQL by the setting ``OrdersApi:Database``; a session for each scope."""

import json
from collections.abc import AsyncIterator
from decimal import Decimal
from pathlib import Path
from typing import Any

from sqlalchemy import URL, event, func, make_url, select
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine

from .settings import DATA, OrdersApiSettings
from .tables import Base, Customer, Product

SessionMaker = async_sessionmaker[AsyncSession]


async def make_engine(settings: OrdersApiSettings) -> AsyncIterator[AsyncEngine]:
    """Connect, make the tables and fill the shelves if they are missing; disconnect at the end."""
    url = make_url(settings.database)
    engine = _sqlite_engine(url) if url.get_backend_name() == "sqlite" else create_async_engine(url, pool_pre_ping=True)
    async with engine.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)
    async with SessionMaker(engine)() as session, session.begin():
        if not await session.scalar(select(func.count()).select_from(Product)):
            session.add_all(Product(**{**row, "price": Decimal(row["price"])}) for row in _rows("products"))
            session.add_all(Customer(**row) for row in _rows("customers"))
    yield engine
    await engine.dispose()


def job_settings(database: str) -> dict[str, str]:
    """Return where jobs are kept: beside the orders, so that an order and its job are stored in one transaction."""
    url = make_url(database)
    if url.get_backend_name() == "sqlite":
        return {"Jobs:Engine": "sqlite", "Jobs:ConnectionString": url.database or ""}
    plain = url.set(drivername=url.get_backend_name())
    return {"Jobs:Engine": "postgres", "Jobs:ConnectionString": plain.render_as_string(hide_password=False)}


def make_session_maker(engine: AsyncEngine) -> SessionMaker:
    """Return what makes sessions; objects stay readable after a commit."""
    return SessionMaker(engine, expire_on_commit=False)


async def make_session(sessions: SessionMaker) -> AsyncIterator[AsyncSession]:
    """Open a session for a scope, and close it with the scope."""
    async with sessions() as session:
        yield session


async def check_database(session: AsyncSession) -> bool:
    """Tell ``/health`` whether the database answers."""
    return await session.scalar(select(1)) == 1


def _rows(name: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = json.loads((DATA / f"{name}.json").read_text(encoding="utf-8"))
    return rows


def _sqlite_engine(url: URL) -> AsyncEngine:
    """SQLite has one writer at a time, and those who wait for it ask again by chance; one connection makes it a fair line."""
    if url.database:
        Path(url.database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_async_engine(url, pool_size=1, max_overflow=0)
    event.listen(engine.sync_engine, "connect", _prepare_sqlite)
    return engine


def _prepare_sqlite(connection: Any, _record: object) -> None:
    cursor = connection.cursor()
    for pragma in ("journal_mode = WAL", "foreign_keys = ON", "synchronous = FULL"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()
