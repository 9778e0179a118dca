"""What goes wrong with a server, and how it is said to people. Knows asyncpg's errors."""

import ssl
from importlib import import_module
from typing import Any, Final

from corner_host.jobs.errors import JobEngineError, JobEngineUnavailableError

_asyncpg: Any = import_module("asyncpg")  # which has no types

TROUBLE: Final[tuple[type[Exception], ...]] = (
    _asyncpg.PostgresError,
    _asyncpg.InterfaceError,
    OSError,
    TimeoutError,
    JobEngineError,
)
"""What is raised when a server is away, refuses, or does not answer: by asyncpg, and by what is built on it here."""
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


class WrongDatabaseError(JobEngineError):
    """The server is there, and says no: a wrong user, password or database, or a right that is missing."""


def explain(name: str, error: BaseException) -> JobEngineError:
    """Return the error for people; *name* is how the database is shown.

    It is a `WrongDatabaseError` where waiting does not help, and unavailable where it does.
    """
    if isinstance(error, JobEngineError):
        return error
    if isinstance(error, _asyncpg.DataError):
        return JobEngineError(f"{name} refused to store a job: {error}. Nothing was stored.")
    if isinstance(error, (_asyncpg.UndefinedTableError, _asyncpg.InvalidSchemaNameError)):
        return JobEngineError(f"{name} has no tables for jobs any more: {error}.\nTo fix: restart, and they are made.")
    if isinstance(error, _WRONG):
        advice = "To fix: Jobs:ConnectionString must name a user, a password and a database that exist there."
        return WrongDatabaseError(f"{name} refuses to be used for jobs: {error}.\n{advice}")
    if isinstance(error, _asyncpg.PostgresError) and not isinstance(error, _AWAY):
        return JobEngineError(f"{name} refused what was asked of it for jobs: {error}. Nothing was stored.")
    reason = "it does not answer" if isinstance(error, TimeoutError) else str(error) or type(error).__name__
    return JobEngineUnavailableError(f"{name} cannot be reached for jobs: {reason}. Nothing was stored.")
