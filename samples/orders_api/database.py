"""The database: SQLite by default, PostgreSQL by the setting ``OrdersApi:Database``."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

from sqlalchemy import URL, event, make_url
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine

from .settings import OrdersApiSettings

PATIENCE_SECONDS = 5.0
"""How long a database is waited for that does not answer."""

SessionMaker = async_sessionmaker[AsyncSession]


async def make_engine(settings: OrdersApiSettings) -> AsyncIterator[AsyncEngine]:
    """Make the engine, which connects when somebody asks it to; disconnect at the end."""
    url = make_url(settings.database)
    engine = _sqlite_engine(url) if url.get_backend_name() == "sqlite" else _postgresql_engine(url)
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


def _postgresql_engine(url: URL) -> AsyncEngine:
    patience = {} if "timeout" in url.query else {"timeout": PATIENCE_SECONDS}
    return create_async_engine(url, pool_pre_ping=True, connect_args=patience)


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
