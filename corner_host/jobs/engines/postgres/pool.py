"""Connections that callers share.

The rest of the engine asks for `Fetch`, a statement and its values in, rows out.
"""

from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from importlib import import_module
from typing import Any, Final, TypeAlias, final

import anyio

from corner_host.jobs.errors import JobEngineError

from .trouble import TROUBLE, explain, explain_asked

Row: TypeAlias = Mapping[str, Any]
Fetch: TypeAlias = Callable[..., Awaitable[Sequence[Row]]]
"""Runs a statement (the first argument) with its values (the others), and returns the rows."""

_asyncpg: Any = import_module("asyncpg")  # which has no types
_CLOSE_SECONDS: Final = 2.0


@final
class Pool:
    """Connections to one database, made when they are needed.

    Args:
        name: The database, as it may be shown.
        url: The database's, as asyncpg takes it.
        most: How many connections there may be.
        prepare: What is done with each connection at first.
        options: What asyncpg is told of each connection.
    """

    def __init__(
        self, name: str, url: str, most: int, prepare: Callable[[Any], Awaitable[None]], options: Mapping[str, Any]
    ) -> None:
        self._name = name
        self._url = url
        self._most = most
        self._prepare = prepare
        self._options = options
        self._pool: Any = None

    async def open(self) -> None:
        """Be ready to `fetch`; no connection is made yet."""
        self._pool = await _asyncpg.create_pool(
            self._url, min_size=0, max_size=self._most, init=self._prepare, reset=_leave_as_it_is, **self._options
        )

    async def close(self) -> None:
        """Let go of all connections."""
        pool, self._pool = self._pool, None
        if pool is not None:
            with anyio.move_on_after(_CLOSE_SECONDS) as limit:
                await pool.close()
            if limit.cancelled_caught:
                pool.terminate()

    async def fetch(self, statement: str, *values: object) -> Sequence[Row]:
        """Run a statement on any connection, in a transaction of its own.

        Raises:
            JobEngineError: The server is away, or refused.
        """
        async with self._connection() as connection:
            rows: Sequence[Row] = await connection.fetch(statement, *values)
        return rows

    @asynccontextmanager
    async def transaction(self) -> AsyncGenerator[Fetch]:
        """Give what runs statements in one transaction, committed at the end.

        Raises:
            JobEngineError: The server is away, or refused.
        """
        async with self._connection() as connection, connection.transaction():
            yield connection.fetch

    @asynccontextmanager
    async def _connection(self) -> AsyncGenerator[Any]:
        pool = self._opened
        try:
            connection = await pool.acquire()
        except TROUBLE as error:
            raise explain(self._name, error) from error
        try:
            yield connection
        except TROUBLE as error:
            raise explain_asked(self._name, error) from error
        finally:
            await pool.release(connection)

    @property
    def _opened(self) -> Any:
        if self._pool is None:
            raise JobEngineError(
                "The job store is not open: it is while the host runs.\n"
                "To fix: put jobs after the start; services that put jobs are added after add_jobs(), so that they stop first."
            )
        return self._pool


async def _leave_as_it_is(connection: object) -> None:
    """Reset nothing, since nothing was set; it saves a round trip for each statement."""
