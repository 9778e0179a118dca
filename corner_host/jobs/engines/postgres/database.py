"""Connections to the server: where it is, and how they are made.

A connection string is never shown: only host, port, database and user.
"""

import contextlib
from importlib import import_module
from typing import Any, Final, final
from urllib.parse import parse_qs, unquote, urlsplit

import anyio

from corner_host.jobs.errors import JobEngineError, JobRegistrationError

from .pool import Pool
from .trouble import TROUBLE, WrongDatabaseError, explain

_asyncpg: Any = import_module("asyncpg")  # which has no types
_SCHEMES: Final = {"postgresql", "postgres", "postgresql+asyncpg", "postgresql+psycopg"}
_CONNECT_SECONDS: Final = 10.0
_CLOSE_SECONDS: Final = 2.0
_MOST_AT_WORK: Final = 5
_MOST_WITH_QUESTIONS: Final = 3
_FOR_WORK: Final = (
    "SET plan_cache_mode = force_generic_plan; SET jit = off; SET enable_sort = off; SET enable_seqscan = off;"
    " SET enable_bitmapscan = off; SET enable_hashjoin = off; SET enable_mergejoin = off"
)
"""Work asks the same few questions again and again, each of which one index answers row by row: they are planned once, and to
that. By itself the planner sorts the whole backlog for each claim: it cannot know how much waits, since its statistics of a
queue are always of another moment."""
_FOR_QUESTIONS: Final = "SET plan_cache_mode = force_custom_plan"
"""What people ask is different each time."""


@final
class Database:
    """One database, by its URL.

    Args:
        url: ``postgresql://user:password@host:5432/database``; SQLAlchemy's ``postgresql+asyncpg://`` is taken too. Several
            hosts, divided by commas, are a server and the standbys that may take over.
        patience: How long a statement may take, in seconds.

    Attributes:
        name: Which database, as it may be shown.
        store: The same in short, as where something is kept.
        work: Connections for putting, and for what workers do now and then.
        questions: Connections for people.

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
        self._options: dict[str, Any] = {"command_timeout": patience, "timeout": _CONNECT_SECONDS}
        if "target_session_attrs=" not in rest:
            self._options["target_session_attrs"] = "read-write"  # a standby cannot store jobs before it has taken over
        self.name, self.store = _shown(self._url)
        self.work = Pool(self.name, self._url, _MOST_AT_WORK, _prepare_for_work, self._options)
        self.questions = Pool(self.name, self._url, _MOST_WITH_QUESTIONS, _prepare_for_questions, self._options)

    async def connect(self) -> Any:
        """Return a new connection of asyncpg's, for work.

        Raises:
            JobEngineError: There is none; see `explain`.
        """
        connection = await self.connect_plainly()
        try:
            await _prepare_for_work(connection)
        except TROUBLE as error:
            await let_go(connection)
            raise self.explain(error) from error
        return connection

    async def connect_plainly(self, **options: object) -> Any:
        """Return a new connection of asyncpg's to which nothing has been said.

        Raises:
            JobEngineError: There is none; see `explain`.
        """
        try:
            with anyio.fail_after(_CONNECT_SECONDS):
                return await _asyncpg.connect(self._url, **self._options, **options)
        except TROUBLE as error:
            raise self.explain(error) from error
        except ValueError as error:  # of a part of the URL
            raise WrongDatabaseError(f"Jobs:ConnectionString cannot be understood: {error}.") from error

    async def open(self) -> None:
        """Be ready to work and to be asked; no connection is made yet."""
        await self.work.open()
        await self.questions.open()

    async def close(self) -> None:
        """Let go of what was opened."""
        await self.work.close()
        await self.questions.close()

    def explain(self, error: BaseException) -> JobEngineError:
        """Return the error for people; see ``trouble``."""
        return explain(self.name, error)


async def let_go(connection: Any) -> None:
    """Close a connection, whatever state it is in and whoever cancels."""
    with anyio.CancelScope(shield=True), contextlib.suppress(*TROUBLE):
        await connection.close(timeout=_CLOSE_SECONDS)


async def _prepare_for_work(connection: Any) -> None:
    await connection.execute(_FOR_WORK)


async def _prepare_for_questions(connection: Any) -> None:
    await connection.execute(_FOR_QUESTIONS)


def _shown(url: str) -> tuple[str, str]:
    try:
        parts = urlsplit(url)
        named = parts.netloc.rpartition("@")[2] or parse_qs(parts.query).get("host", ["localhost"])[0]
        hosts = ",".join(_with_port(each) for each in named.split(","))  # several, where one may take over
        user, database = unquote(parts.username or ""), unquote(parts.path.lstrip("/"))
    except ValueError:
        return "PostgreSQL", "PostgreSQL"
    database = database or user
    return f"PostgreSQL {database} at {hosts}" + (f" as {user}" if user else ""), f"PostgreSQL {database}@{hosts}"


def _with_port(host: str) -> str:
    has_port = host.rpartition(":")[2].isdecimal() and not host.startswith("/")
    return host if has_port else f"{host}:5432"
