"""What goes wrong with a server, and how it is said to people. Knows asyncpg's errors."""

import ssl
from importlib import import_module
from typing import Any, Final

from corner_host.jobs.errors import JobEngineError, JobEngineUnavailableError

_asyncpg: Any = import_module("asyncpg")  # which has no types

TROUBLE: Final[tuple[type[Exception], ...]] = (
    _asyncpg.PostgresError,
    _asyncpg.InterfaceError,
    _asyncpg.InternalClientError,  # where a connection breaks off between two of its steps
    OSError,
    TimeoutError,
    JobEngineError,
)
"""What is raised when a server is away, refuses, or does not answer: by asyncpg, and by what is built on it here."""
_WRONG: Final[tuple[type[Exception], ...]] = (
    _asyncpg.InvalidAuthorizationSpecificationError,
    _asyncpg.InvalidCatalogNameError,
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
_UNANSWERED: Final[tuple[type[Exception], ...]] = (
    _asyncpg.ConnectionDoesNotExistError,
    _asyncpg.InternalClientError,
    OSError,
    TimeoutError,
)
"""What is raised where a connection breaks off, or nothing comes: the server may have done what it was asked."""
_SESSION_LOST: Final[tuple[type[Exception], ...]] = (
    _asyncpg.InvalidSQLStatementNameError,
    _asyncpg.DuplicatePreparedStatementError,
)
"""What a server says that does not remember what was said a moment ago, or remembers what somebody else said."""
NEEDS_SESSIONS: Final = (
    "A worker listens for notifications, and prepares its statements once: it needs a session of its own.\n"
    "To fix: let Jobs:ConnectionString name the server itself, or a pool of sessions (PgBouncer's pool_mode=session)."
)


class WrongDatabaseError(JobEngineError):
    """The server is there, and says no: a wrong user, password or database, or a right that is missing."""


class IdTakenError(JobEngineError):
    """Some of the jobs are stored already."""


class AnswerLostError(JobEngineUnavailableError):
    """The server was asked, and did not answer: whether it did what it was asked is not known."""


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
    if isinstance(error, _asyncpg.InsufficientPrivilegeError):
        return WrongDatabaseError(
            f"{name} refuses to be used for jobs: {error}.\n"
            "To fix: give the user that right. One that may not make tables needs USAGE on the schema of the jobs, SELECT,"
            " INSERT, UPDATE, DELETE on all tables and USAGE on all sequences in it; somebody who may make them runs what"
            " 'python -m corner_host.jobs.engines.postgres' prints."
        )
    if isinstance(error, _WRONG):
        advice = "To fix: Jobs:ConnectionString must name a user, a password and a database that exist there."
        return WrongDatabaseError(f"{name} refuses to be used for jobs: {error}.\n{advice}")
    if isinstance(error, _SESSION_LOST):
        return JobEngineError(f"{name} is reached through a pooler that keeps no sessions: {error}.\n{NEEDS_SESSIONS}")
    if isinstance(error, _asyncpg.UniqueViolationError):
        return IdTakenError(f"{name} has one of these jobs already: {error}. Nothing was stored.")
    if isinstance(error, _asyncpg.TooManyConnectionsError):
        return JobEngineUnavailableError(
            f"{name} has no connection left for jobs: {error}. Nothing was stored.\n"
            "To fix: raise max_connections, or the user's CONNECTION LIMIT; a host with a worker takes up to eleven."
        )
    if isinstance(error, _asyncpg.QueryCanceledError):
        return JobEngineUnavailableError(
            f"{name} gave up what it was asked for jobs: {error}. Nothing was stored.\n"
            "To fix: where that is the user's statement_timeout, let it be some seconds."
        )
    if isinstance(error, _asyncpg.TargetServerAttributeNotMatched):
        return JobEngineUnavailableError(
            f"{name} takes no jobs now: it is a standby, or read-only. Nothing was stored."
        )
    if isinstance(error, _asyncpg.PostgresError) and not isinstance(error, _AWAY):
        return JobEngineError(f"{name} refused what was asked of it for jobs: {error}. Nothing was stored.")
    return JobEngineUnavailableError(f"{name} cannot be reached for jobs: {_reason(error)}. Nothing was stored.")


def explain_asked(name: str, error: BaseException) -> JobEngineError:
    """The same, where the server had been asked: an `AnswerLostError` where it did not answer."""
    if isinstance(error, _UNANSWERED) and not isinstance(error, JobEngineError):
        return AnswerLostError(
            f"{name} did not answer what it was asked for jobs: {_reason(error)}. Whether anything was stored is not known."
        )
    return explain(name, error)


def _reason(error: BaseException) -> str:
    return "it does not answer" if isinstance(error, TimeoutError) else str(error) or type(error).__name__
