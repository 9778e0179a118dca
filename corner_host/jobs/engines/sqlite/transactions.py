"""Storing a job inside the application's own transaction, on its own connection to the same file.

What the application hands over is recognised by shape, so that neither SQLAlchemy nor aiosqlite is imported here.
"""

import inspect
import sqlite3
import sys
from collections.abc import Callable, Sequence
from typing import Any, Final

from corner_host.jobs.contracts import Duplicate, Enqueued, NewJob
from corner_host.jobs.errors import NotSupportedByEngineError, unknown_parent
from corner_host.jobs.families import in_generations, parents_elsewhere, with_its_parent

from .families import FREE_CHILDREN, PARENT
from .putting import EXISTING, INSERT, row_of

KINDS: Final = (
    "sqlite3.Connection",
    "aiosqlite.Connection",
    "SQLAlchemy Connection, Session, AsyncConnection, AsyncSession",
)


async def put_in_transaction(transaction: object, jobs: Sequence[NewJob], now: float) -> list[Enqueued | Duplicate]:
    """Store *jobs* on the caller's connection; they exist once the caller commits.

    Raises:
        JobNotFoundError: One is to run after a job that there is not.
        NotSupportedByEngineError: *transaction* is none of `KINDS`, or its database has no job table.
    """
    execute = _executor(transaction)
    answers: dict[str, Enqueued | Duplicate] = {}
    try:
        for parent in parents_elsewhere(jobs):
            cursor = await _settled(execute(PARENT, (parent,)))
            if await _settled(cursor.fetchone()) is None:
                raise unknown_parent(parent)
        for generation in in_generations(jobs):
            for job in generation:
                answers[job.id] = await _put(execute, with_its_parent(job, answers), now)
    except Exception as error:
        if "no such table" in str(error):
            raise NotSupportedByEngineError(
                "The transaction belongs to a database without the job tables.\n"
                "To fix: let Jobs:ConnectionString name the application's own SQLite file, or leave transaction out."
            ) from error
        raise
    return [answers[job.id] for job in jobs]


async def _put(execute: Callable[..., Any], job: NewJob, now: float) -> Enqueued | Duplicate:
    stored = await _settled(execute(INSERT, row_of(job, now)))
    if not stored.rowcount:
        cursor = await _settled(execute(EXISTING, (job.name, job.key)))
        found = await _settled(cursor.fetchone())
        return Duplicate(job.id if found is None else str(found[0]))
    for statement in FREE_CHILDREN if job.parent is not None else ():
        await _settled(execute(statement, (now, job.parent)))
    return Enqueued(job.id)


def _executor(transaction: Any) -> Any:
    if isinstance(transaction, sqlite3.Connection):
        return transaction.execute
    module = type(transaction).__module__
    if module.startswith("aiosqlite"):
        return transaction.execute
    if hasattr(transaction, "execute") and "sqlalchemy" in sys.modules and _is_sqlalchemy(transaction):
        text = sys.modules["sqlalchemy"].text

        def execute(statement: str, values: Sequence[object]) -> Any:
            parts = statement.split("?")
            named = "".join(f"{part}:v{index}" for index, part in enumerate(parts[:-1])) + parts[-1]
            return transaction.execute(text(named), {f"v{index}": value for index, value in enumerate(values)})

        return execute
    raise NotSupportedByEngineError(
        f"A job cannot join the transaction of a {module}.{type(transaction).__qualname__}.\n"
        f"The sqlite engine takes: {', '.join(KINDS)}."
    )


def _is_sqlalchemy(transaction: object) -> bool:
    return any(base.__module__.startswith("sqlalchemy.") for base in type(transaction).__mro__)


async def _settled(value: Any) -> Any:
    return await value if inspect.isawaitable(value) else value
