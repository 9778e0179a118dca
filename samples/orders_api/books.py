"""The shop's books: they open as soon as the database is there; then each scope gets a session."""

import json
import logging
import sqlite3
from collections.abc import AsyncIterator
from decimal import Decimal
from typing import Any

import anyio
from sqlalchemy import func, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from corner_host import BackgroundService, CancellationToken
from corner_host.diagnostics import HealthCheckResult
from corner_host.primitives import Backoff

from .database import PATIENCE_SECONDS, SessionMaker
from .errors import BooksAreClosedError, ShopSettingsError
from .settings import DATA
from .tables import Base, Customer, Product

_BACKOFF = Backoff(first=1.0, ceiling=5.0)
_COMING_OR_GOING = {"08", "53", "57"}
"""Classes of PostgreSQL's codes: no connection, too many of them, and a server that starts or stops."""


class Books(BackgroundService):
    """Whether the shop can look into its books. Added first, they are open before all else starts, if they can be.

    A database that is away, or locked, holds up nobody: the shop opens, says so in the log and on ``/health``, and answers
    503 until it is there. What waiting does not mend, such as a wrong password, ends the start.
    """

    def __init__(self, engine: AsyncEngine, sessions: SessionMaker, logger: logging.Logger) -> None:
        self._engine = engine
        self._sessions = sessions
        self._logger = logger
        self._opened = anyio.Event()
        self._problem = ""
        self._failures = 0

    async def start(self) -> None:
        """Open them, or begin to wait for their database.

        Raises:
            ShopSettingsError: They cannot be opened, and waiting would not help.
        """
        await self._try_to_open()
        await super().start()

    async def execute(self, stopping: CancellationToken) -> None:
        """Try until they are open, and keep them open until *stopping*."""
        while not self._opened.is_set() and not await stopping.sleep(_BACKOFF.delay(failures=self._failures)):
            await self._try_to_open()
        await stopping.wait()

    async def _try_to_open(self) -> None:
        try:
            with anyio.fail_after(PATIENCE_SECONDS):
                await self._open()
        except Exception as error:
            self._problem = reason(error)
            if not is_away(error):
                raise ShopSettingsError(
                    f"The books cannot be opened: {self._problem}.\n"
                    "To fix: let OrdersApi:Database name a database that may be used."
                ) from error
            self._failures += 1
            self._logger.warning(
                "The books cannot be opened: %s. They are tried again; until then the shop answers 503.", self._problem
            )
        else:
            if self._failures:
                self._logger.info("The books are open")
            self._opened.set()

    async def opened(self) -> None:
        """Return once they are open."""
        await self._opened.wait()

    def look(self) -> None:
        """Do nothing if they are open.

        Raises:
            BooksAreClosedError: They are not yet.
        """
        if not self._opened.is_set():
            raise BooksAreClosedError("Please try again in a moment.")

    async def check(self) -> HealthCheckResult:
        """Tell whether they are open, and their database answers."""
        if not self._opened.is_set():
            return HealthCheckResult.unhealthy(f"not opened yet: {self._problem}")
        try:
            async with self._sessions() as session:
                await session.scalar(select(1))
        except Exception as error:
            if not is_away(error):
                raise
            return HealthCheckResult.unhealthy(reason(error))
        return HealthCheckResult.healthy()

    async def _open(self) -> None:
        """Make the tables and fill the shelves, if they are missing."""
        async with self._engine.begin() as connection:
            await connection.run_sync(Base.metadata.create_all)
        async with self._sessions() as session, session.begin():
            if not await session.scalar(select(func.count()).select_from(Product)):
                session.add_all(Product(**{**row, "price": Decimal(row["price"])}) for row in _rows("products"))
                session.add_all(Customer(**row) for row in _rows("customers"))


async def make_session(sessions: SessionMaker, books: Books) -> AsyncIterator[AsyncSession]:
    """Open a session for a scope, and close it with the scope."""
    books.look()
    async with sessions() as session:
        yield session


async def check_database(books: Books) -> HealthCheckResult:
    """Tell ``/health`` whether the database answers."""
    return await books.check()


def give_books(books: Books) -> Books:
    """Have those books hosted that everybody else looks into."""
    return books


def is_away(error: Exception) -> bool:
    """Tell whether *error* says that the database is away, or locked, for the time being."""
    if isinstance(error, OSError | PoolTimeoutError):  # asyncpg raises the former, and a time that is up is one
        return True
    cause: Any = error.orig if isinstance(error, DBAPIError) else error
    if isinstance(cause, sqlite3.OperationalError):
        return cause.sqlite_errorname.startswith(("SQLITE_BUSY", "SQLITE_LOCKED"))
    return str(getattr(cause, "sqlstate", ""))[:2] in _COMING_OR_GOING


def reason(error: Exception) -> str:
    """Return what *error* says of itself, in a line."""
    if isinstance(error, TimeoutError):
        return f"the database has not answered within {PATIENCE_SECONDS:g} s"
    return str(error.orig if isinstance(error, DBAPIError) else error).rstrip(".")


def _rows(name: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = json.loads((DATA / f"{name}.json").read_text(encoding="utf-8"))
    return rows
