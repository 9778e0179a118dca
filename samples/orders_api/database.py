"""The database: SQLite by default, PostgreSQL by the setting ``OrdersApi:Database``."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

from sqlalchemy import URL, event, make_url
from sqlalchemy.exc import ArgumentError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine

from .errors import ShopSettingsError
from .settings import OrdersApiSettings

_DRIVERS = {"sqlite": "sqlite+aiosqlite", "postgresql": "postgresql+asyncpg"}

PATIENCE_SECONDS = 5.0
"""How long a database is waited for that does not answer."""

SessionMaker = async_sessionmaker[AsyncSession]


async def make_engine(settings: OrdersApiSettings) -> AsyncIterator[AsyncEngine]:
    """Make the engine, which connects when somebody asks it to; disconnect at the end."""
    url = database_url(settings.database)
    engine = _sqlite_engine(url) if url.get_backend_name() == "sqlite" else _postgresql_engine(url)
    yield engine
    await engine.dispose()


def database_url(text: str) -> URL:
    """Return the URL that *text* is, with the driver that the shop needs.

    Raises:
        ShopSettingsError: It is none, or one of a database that the shop does not know.
    """
    try:
        url = make_url(text)
        return url.set(drivername=_DRIVERS[url.get_backend_name()])
    except (ArgumentError, KeyError):
        pass
    # raised out here, and without the text, since there may be a password in it
    raise ShopSettingsError(
        "OrdersApi:Database is no URL of a database that the shop knows.\n"
        "To fix: sqlite+aiosqlite:///orders.db, or postgresql+asyncpg://user:password@host/name."
    )


def job_settings(database: str) -> dict[str, str]:
    """Return where jobs are kept: beside the orders, so that an order and its job are stored in one transaction."""
    url = database_url(database)
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
    folder = Path(url.database or "").parent
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ShopSettingsError(
            f"The folder of the database cannot be made: {error}.\nTo fix: let OrdersApi:Database name another file."
        ) from error
    engine = create_async_engine(url, pool_size=1, max_overflow=0)
    event.listen(engine.sync_engine, "connect", _prepare_sqlite)
    return engine


def _prepare_sqlite(connection: Any, _record: object) -> None:
    cursor = connection.cursor()
    for pragma in ("journal_mode = WAL", "foreign_keys = ON", "synchronous = FULL"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()
