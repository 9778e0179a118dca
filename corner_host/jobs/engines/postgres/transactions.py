"""Storing a job inside the application's own transaction, on its own connection to the same database.

What the application hands over is recognised by shape, so that neither psycopg nor SQLAlchemy is imported here before it
has been by the application. A connection that blocks is used in a worker thread, while its owner waits: the event loop goes
on, also where the job's key is held by a transaction of this very loop.
"""

from collections.abc import Callable, Sequence
from typing import Any, Final

from anyio import to_thread

from corner_host.jobs.errors import NotSupportedByEngineError

from .pool import Fetch, Row

KINDS: Final = (
    "asyncpg Connection",
    "psycopg AsyncConnection and Connection",
    "SQLAlchemy AsyncConnection and AsyncSession on asyncpg or psycopg, Connection and Session on psycopg",
)


async def fetch_in(transaction: object) -> Fetch:
    """Return what runs statements on the caller's connection, in its transaction.

    Raises:
        NotSupportedByEngineError: *transaction* is none of `KINDS`, or is in no transaction.
    """
    connection = await _connection_of(transaction)
    module = type(connection).__module__.partition(".")[0]
    if module == "asyncpg" and hasattr(connection, "fetch"):
        if not connection.is_in_transaction():
            raise _in_no_transaction("The asyncpg connection", "async with connection.transaction():")
        fetch: Fetch = connection.fetch
        return fetch
    if module == "psycopg" and hasattr(connection, "notifies"):
        return _of_psycopg(connection, blocking="AsyncConnection" not in _names_of(connection))
    raise NotSupportedByEngineError(
        f"A job cannot join the transaction of a {type(transaction).__module__}.{type(transaction).__qualname__}"
        f"{'' if connection is transaction else f' on {module}'}.\n"
        f"The postgres engine takes: {'; '.join(KINDS)}."
    )


async def _connection_of(transaction: Any) -> Any:
    """Return the driver's connection under SQLAlchemy's, its transaction begun; all else as it is."""
    if not _is_of_sqlalchemy(transaction):
        return transaction
    kinds = _names_of(transaction)
    if "scoped_session" in kinds:
        raise NotSupportedByEngineError(
            "A scoped_session of SQLAlchemy stands for another session in each thread, so the job might join the wrong one.\n"
            "To fix: hand over the session itself, 'transaction=session()'."
        )
    if "Session" in kinds:
        return (await to_thread.run_sync(transaction.connection)).connection.driver_connection
    if "Connection" in kinds:
        if not transaction.in_transaction():
            transaction.begin()
        return transaction.connection.driver_connection
    if "AsyncSession" in kinds or "async_scoped_session" in kinds:
        transaction, kinds = await transaction.connection(), {"AsyncConnection"}
    if "AsyncConnection" in kinds:
        await transaction.exec_driver_sql("SELECT 1")  # it begins the driver's transaction at its first statement
        return (await transaction.get_raw_connection()).driver_connection
    return transaction


def _is_of_sqlalchemy(value: object) -> bool:
    return any(base.__module__.startswith("sqlalchemy.") for base in type(value).__mro__)


def _names_of(value: object) -> set[str]:
    return {base.__name__ for base in type(value).__mro__}


def _of_psycopg(connection: Any, *, blocking: bool) -> Fetch:
    # the application has it, or there were no such connection
    from psycopg import AsyncRawCursor, RawCursor  # noqa: PLC0415
    from psycopg.pq import TransactionStatus  # noqa: PLC0415
    from psycopg.rows import dict_row  # noqa: PLC0415

    if connection.autocommit and connection.info.transaction_status == TransactionStatus.IDLE:
        kind = "with" if blocking else "async with"
        raise _in_no_transaction("The psycopg connection, in autocommit mode,", f"{kind} connection.transaction():")

    async def fetch(statement: str, *values: object) -> Sequence[Row]:
        cursor = AsyncRawCursor(connection, row_factory=dict_row)
        await cursor.execute(statement.encode(), values)
        return await cursor.fetchall()

    def fetch_blocking(statement: str, *values: object) -> Sequence[Row]:
        return RawCursor(connection, row_factory=dict_row).execute(statement.encode(), values).fetchall()

    return _in_a_thread(fetch_blocking) if blocking else fetch


def _in_a_thread(fetch: Callable[..., Sequence[Row]]) -> Fetch:
    async def fetch_in_a_thread(statement: str, *values: object) -> Sequence[Row]:
        return await to_thread.run_sync(fetch, statement, *values)

    return fetch_in_a_thread


def _in_no_transaction(who: str, how: str) -> NotSupportedByEngineError:
    return NotSupportedByEngineError(
        f"{who} is in no transaction, so the job would not be part of one.\n"
        f"To fix: put the job inside '{how}', or leave transaction out."
    )
