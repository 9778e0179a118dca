"""Whether something between us and the server hands our sessions to others.

A pooler that gives a session to each transaction, as PgBouncer's pool_mode=transaction, loses notifications without a word,
and what is prepared or set in a session turns up in somebody else's. One that keeps sessions is as good as the server.
"""

from collections.abc import Awaitable, Callable
from typing import Any, Final

import anyio

from .database import let_go

_PATIENCE_SECONDS: Final = 3.0


async def keeps_session(connection: Any, connect: Callable[[], Awaitable[Any]]) -> bool:
    """Tell whether *connection*, which prepares nothing, stays with one process of the server; *connect* makes another one.

    The server itself tells its process when it is connected to. A pooler tells something else; if it hands out sessions for
    each transaction, the process that served us last is given to who comes next.
    """
    process = await _process(connection)
    if process == connection.get_server_pid():
        return True
    other = await connect()
    try:
        async with other.transaction():
            await other.fetchval("SELECT 1")  # now it has a process
            with anyio.move_on_after(_PATIENCE_SECONDS):  # there may be no second process
                return await _process(connection) == process
        return False
    finally:
        await let_go(other)


async def _process(connection: Any) -> int:
    async with connection.transaction():
        number: int = await connection.fetchval("SELECT pg_backend_pid()")
    return number
