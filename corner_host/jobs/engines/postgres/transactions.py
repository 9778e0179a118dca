"""Storing a job inside the application's own transaction, on its own connection to the same database.

What the application hands over is recognised by shape, so that neither psycopg nor SQLAlchemy is imported here before it
has been by the application.
"""

from collections.abc import Sequence
from typing import Any, Final

from corner_host.jobs.errors import NotSupportedByEngineError

from .pool import Fetch, Row

KINDS: Final = (
    "asyncpg Connection",
    "psycopg AsyncConnection",
    "SQLAlchemy AsyncConnection and AsyncSession, on asyncpg or psycopg",
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
            raise NotSupportedByEngineError(
                "The asyncpg connection is in no transaction, so the job would not be part of one.\n"
                "To fix: put the job inside 'async with connection.transaction():', or leave transaction out."
            )
        fetch: Fetch = connection.fetch
        return fetch
    if module == "psycopg" and hasattr(connection, "notifies") and _is_asynchronous(connection):
        return _of_psycopg(connection)
    raise NotSupportedByEngineError(
        f"A job cannot join the transaction of a {type(transaction).__module__}.{type(transaction).__qualname__}.\n"
        f"The postgres engine takes: {'; '.join(KINDS)}."
    )


async def _connection_of(transaction: Any) -> Any:
    """Return the driver's connection under SQLAlchemy's, its transaction begun; all else as it is."""
    bases = {f"{base.__module__}.{base.__name__}" for base in type(transaction).__mro__}
    if "sqlalchemy.ext.asyncio.session.AsyncSession" in bases:
        transaction = await transaction.connection()
    elif "sqlalchemy.ext.asyncio.engine.AsyncConnection" not in bases:
        return transaction
    await transaction.exec_driver_sql("SELECT 1")  # it begins the driver's transaction at its first statement
    return (await transaction.get_raw_connection()).driver_connection


def _is_asynchronous(connection: Any) -> bool:
    return any(base.__name__ == "AsyncConnection" for base in type(connection).__mro__)


def _of_psycopg(connection: Any) -> Fetch:
    from psycopg import AsyncRawCursor  # noqa: PLC0415 - the application has it, or there were no such connection
    from psycopg.pq import TransactionStatus  # noqa: PLC0415 - the same
    from psycopg.rows import dict_row  # noqa: PLC0415 - the same

    if connection.autocommit and connection.info.transaction_status == TransactionStatus.IDLE:
        raise NotSupportedByEngineError(
            "The psycopg connection is in autocommit mode and in no transaction, so the job would not be part of one.\n"
            "To fix: put the job inside 'async with connection.transaction():', or leave transaction out."
        )

    async def fetch(statement: str, *values: object) -> Sequence[Row]:
        cursor = AsyncRawCursor(connection, row_factory=dict_row)
        await cursor.execute(statement.encode(), values)
        return await cursor.fetchall()

    return fetch
