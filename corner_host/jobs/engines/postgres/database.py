"""Connections to the server: how they are made, and what is said when they cannot be.

Knows asyncpg; the rest of the engine asks for `Fetch`, a statement and its values in, rows out. A connection string is
never shown: only host, port, database and user.
"""

import contextlib
import ssl
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from importlib import import_module
from typing import Any, Final, TypeAlias, final
from urllib.parse import parse_qs, unquote, urlsplit

import anyio

from corner_host.jobs.errors import JobEngineError, JobEngineUnavailableError, JobRegistrationError

Row: TypeAlias = Mapping[str, Any]
Fetch: TypeAlias = Callable[..., Awaitable[Sequence[Row]]]
"""Runs a statement (the first argument) with its values (the others), and returns the rows."""

_asyncpg: Any = import_module("asyncpg")  # which has no types

TROUBLE: Final[tuple[type[Exception], ...]] = (
    _asyncpg.PostgresError,
    _asyncpg.InterfaceError,
    OSError,
    TimeoutError,
    JobEngineError,
)
"""What is raised when a server is away, refuses, or does not answer: by asyncpg, and by `Database`."""
_WRONG: Final[tuple[type[Exception], ...]] = (
    _asyncpg.InvalidAuthorizationSpecificationError,
    _asyncpg.InvalidCatalogNameError,
    _asyncpg.InsufficientPrivilegeError,
    _asyncpg.ClientConfigurationError,
    ssl.SSLError,
)
"""What no waiting mends."""
_AWAY: Final[tuple[type[Exception], ...]] = (
    _asyncpg.PostgresConnectionError,
    _asyncpg.OperatorInterventionError,
    _asyncpg.InsufficientResourcesError,
)
"""What a server says that is going, coming, or full."""
_SCHEMES: Final = {"postgresql", "postgres", "postgresql+asyncpg", "postgresql+psycopg"}
_CONNECT_SECONDS: Final = 10.0
_CLOSE_SECONDS: Final = 2.0
_MOST_CONNECTIONS: Final = 5
_FOR_A_WORKER: Final = {"plan_cache_mode": "force_generic_plan", "jit": "off"}
"""A worker asks the same few questions again and again, of which any plan is as good: they are planned once."""


@final
class Database:
    """One database, by its URL.

    Args:
        url: ``postgresql://user:password@host:5432/database``; SQLAlchemy's ``postgresql+asyncpg://`` is taken too.
        patience: How long a statement may take, in seconds.

    Raises:
        JobRegistrationError: *url* is none.
    """

    def __init__(self, url: str, *, patience: float) -> None:
        scheme, separator, rest = url.partition("://")
        if not separator or scheme not in _SCHEMES:
            raise JobRegistrationError(
                "Jobs:ConnectionString is no URL of a PostgreSQL database; one is"
                " postgresql://user:password@host:5432/database. (It is not shown, since it may hold a password.)"
            )
        self._url = f"postgresql://{rest}"
        self._patience = patience
        self._pool: Any = None
        self.name = _shown(self._url)
        """Which database, as it may be shown."""

    async def connect(self) -> Any:
        """Return a new connection of asyncpg's.

        Raises:
            JobEngineError: There is none; see `explain`.
        """
        try:
            with anyio.fail_after(_CONNECT_SECONDS):
                return await _asyncpg.connect(
                    self._url,
                    command_timeout=self._patience,
                    timeout=_CONNECT_SECONDS,
                    server_settings=_FOR_A_WORKER,
                )
        except TROUBLE as error:
            raise self.explain(error) from error
        except ValueError as error:  # of a part of the URL
            raise WrongDatabaseError(f"Jobs:ConnectionString cannot be understood: {error}.") from error

    async def open(self) -> None:
        """Be ready to `fetch`; no connection is made yet."""
        self._pool = await _asyncpg.create_pool(
            self._url,
            min_size=0,
            max_size=_MOST_CONNECTIONS,
            command_timeout=self._patience,
            timeout=_CONNECT_SECONDS,
            reset=_leave_as_it_is,
        )

    async def close(self) -> None:
        """Let go of all connections."""
        pool, self._pool = self._pool, None
        if pool is not None:
            with anyio.move_on_after(_CONNECT_SECONDS) as limit:
                await pool.close()
            if limit.cancelled_caught:
                pool.terminate()

    async def fetch(self, statement: str, *values: object) -> Sequence[Row]:
        """Run a statement on any connection, in a transaction of its own.

        Raises:
            JobEngineError: The server is away, or refused.
        """
        pool = self._opened
        try:
            rows: Sequence[Row] = await pool.fetch(statement, *values)
        except TROUBLE as error:
            raise self.explain(error) from error
        return rows

    @asynccontextmanager
    async def transaction(self) -> AsyncGenerator[Fetch]:
        """Give what runs statements in one transaction, committed at the end.

        Raises:
            JobEngineError: The server is away, or refused.
        """
        pool = self._opened
        try:
            async with pool.acquire() as connection, connection.transaction():
                yield connection.fetch
        except TROUBLE as error:
            raise self.explain(error) from error

    @property
    def _opened(self) -> Any:
        if self._pool is None:
            raise JobEngineError(
                "The job store is not open: it is while the host runs.\n"
                "To fix: put jobs after the start; services that put jobs are added after add_jobs(), so that they stop first."
            )
        return self._pool

    def explain(self, error: BaseException) -> JobEngineError:
        """Return the error for people: a `WrongDatabaseError` where waiting does not help, and unavailable where it does."""
        if isinstance(error, JobEngineError):
            return error
        if isinstance(error, _asyncpg.DataError):
            return JobEngineError(f"{self.name} refused to store a job: {error}. Nothing was stored.")
        if isinstance(error, (_asyncpg.UndefinedTableError, _asyncpg.InvalidSchemaNameError)):
            return JobEngineError(
                f"{self.name} has no tables for jobs any more: {error}.\nTo fix: restart, and they are made."
            )
        if isinstance(error, _WRONG):
            advice = "To fix: Jobs:ConnectionString must name a user, a password and a database that exist there."
            return WrongDatabaseError(f"{self.name} refuses to be used for jobs: {error}.\n{advice}")
        if isinstance(error, _asyncpg.PostgresError) and not isinstance(error, _AWAY):
            return JobEngineError(f"{self.name} refused what was asked of it for jobs: {error}. Nothing was stored.")
        reason = "it does not answer" if isinstance(error, TimeoutError) else str(error) or type(error).__name__
        return JobEngineUnavailableError(f"{self.name} cannot be reached for jobs: {reason}. Nothing was stored.")


class WrongDatabaseError(JobEngineError):
    """The server is there, and says no: a wrong user, password or database, or a right that is missing."""


async def let_go(connection: Any) -> None:
    """Close a connection, whatever state it is in and whoever cancels."""
    with anyio.CancelScope(shield=True), contextlib.suppress(*TROUBLE):
        await connection.close(timeout=_CLOSE_SECONDS)


async def _leave_as_it_is(connection: object) -> None:
    """Reset nothing, since nothing was set; it saves a round trip for each statement."""


def _shown(url: str) -> str:
    try:
        parts = urlsplit(url)
        host = parts.hostname or parse_qs(parts.query).get("host", ["localhost"])[0]
        port, user, database = parts.port or 5432, unquote(parts.username or ""), unquote(parts.path.lstrip("/"))
    except ValueError:
        return "PostgreSQL"
    return f"PostgreSQL {database or user} at {host}:{port}" + (f" as {user}" if user else "")
