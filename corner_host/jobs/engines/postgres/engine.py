"""The door of the engine: `PostgresEngine`."""

import time
from collections.abc import AsyncGenerator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any, final

import anyio
from pgqueuer.adapters.drivers.asyncpg import AsyncpgDriver

from corner_host.jobs.contracts import Capabilities, Deliver, Duplicate, Enqueued, NewJob, Subscription
from corner_host.jobs.errors import JobRegistrationError
from corner_host.primitives import CancellationToken, LoopHandle

from . import schema as tables
from .changes import Changes
from .database import Database, let_go
from .keeper import Keeper
from .names import entrypoint
from .pooler import keeps_session
from .pump import Pump
from .putting import put, put_alone
from .queues import PostgresQueues
from .records import PostgresRecords
from .schedules import PostgresSchedules
from .sharing import SharedPuts
from .statements import Statements
from .transactions import KINDS, fetch_in
from .trouble import NEEDS_SESSIONS, TROUBLE, WrongDatabaseError
from .upkeep import Upkeep
from .worker import Worker


@final
class PostgresEngine:
    """Jobs in a PostgreSQL database, for any number of machines.

    Args:
        url: ``postgresql://user:password@host:5432/database``.
        schema: The schema of the tables.
        create_tables: Whether they are made when they are missing, and brought up to date.
        lease: How long a worker may be silent before its jobs are given to others, in seconds, from 1.
        retention: How long ended jobs are kept, in seconds; dead ones are kept until somebody decides.

    Raises:
        JobRegistrationError: *url* or *schema* is none.
    """

    def __init__(
        self,
        url: str,
        *,
        schema: str = "corner_jobs",
        create_tables: bool = True,
        lease: float = 30.0,
        retention: float = 7 * 86_400.0,
    ) -> None:
        self._statements = Statements(schema)
        self._database = Database(url, patience=max(lease, 10.0))
        self._capabilities = Capabilities(engine="postgres", store=self._database.store, transactions=KINDS)
        self._puts = SharedPuts(self._database.work, self._statements)
        self._create_tables = create_tables
        self._lease = lease
        self._retention = retention
        self._pumps: list[Pump] = []

    @property
    def capabilities(self) -> Capabilities:
        """All there is."""
        return self._capabilities

    def opened(self) -> AbstractAsyncContextManager[None]:
        """Connect, make the tables if they are missing; on leaving, let go.

        Raises:
            JobEngineUnavailableError: On entering: the server is away.
            JobEngineError: On entering: it is there, and says no.
            JobRegistrationError: On entering: this is not asyncio.
        """
        return self._opened()

    @asynccontextmanager
    async def _opened(self) -> AsyncGenerator[None]:
        if not LoopHandle.current().is_asyncio:
            raise JobRegistrationError(
                "The postgres engine runs on asyncio alone, as its driver asyncpg does, and this is trio.\n"
                "To fix: run the host with backend='asyncio', or set Jobs:Engine to sqlite."
            )
        self._statements.claim.check()
        connection = await self._connect()
        try:
            await self._prepare(connection)
        except TROUBLE as error:
            raise self._database.explain(error) from error
        finally:
            await let_go(connection)
        await self._database.open()
        try:
            yield
        finally:
            with anyio.CancelScope(shield=True):
                await self._database.close()

    async def put(self, jobs: Sequence[NewJob], *, transaction: object | None = None) -> Sequence[Enqueued | Duplicate]:
        """Store the jobs in one transaction: one of its own, or the caller's on the same database."""
        if not jobs:
            return []
        now = time.time()
        if transaction is not None:
            return await put(await fetch_in(transaction), self._statements, jobs, now)
        if all(job.key is None and job.parent is None for job in jobs):
            answers = await self._puts.put(jobs, now)
        else:
            answers = await put_alone(self._database.work, self._statements, jobs, now)
        for pump in self._pumps:
            pump.learn([entrypoint(job.queue, job.name) for job in jobs])
        return answers

    async def run(self, deliver: Deliver, subscription: Subscription, stopping: CancellationToken) -> None:
        """Work for the subscription until *stopping*."""
        worker = Worker.this_process()
        pump = Pump(self._database, self._statements, worker, self._lease, deliver, subscription, stopping)
        upkeep = Upkeep(self._statements, self._retention)
        keeper = Keeper(self._database, self._statements, worker, pump, self._lease, upkeep)
        self._pumps.append(pump)
        try:
            async with anyio.create_task_group() as group:
                group.start_soon(keeper.keep)
                try:
                    await pump.run()
                finally:
                    keeper.end()
        finally:
            self._pumps.remove(pump)

    async def cancel(self, job_id: str) -> bool:
        """Cancel what waits, ask what runs to stop."""
        return bool(await self._changes.cancel([job_id]))

    @property
    def records(self) -> PostgresRecords:
        """The stored jobs."""
        return PostgresRecords(self._database.questions, self._statements, self._changes)

    @property
    def queues(self) -> PostgresQueues:
        """Which queues are paused."""
        return PostgresQueues(self._database.work, self._statements, self._look)

    @property
    def schedules(self) -> PostgresSchedules:
        """Up to where each recurring job was put."""
        return PostgresSchedules(self._database.work, self._statements, self._look)

    @property
    def _changes(self) -> Changes:
        return Changes(self._database.questions, self._statements, self._look)

    def _look(self) -> None:
        for pump in self._pumps:
            pump.wake(look=True)

    async def _connect(self) -> Any:
        return await self._database.connect_plainly(statement_cache_size=0)

    async def _prepare(self, connection: Any) -> None:
        if not await keeps_session(connection, self._connect):
            raise WrongDatabaseError(
                f"{self._database.name} is reached through a pooler that keeps no sessions.\n{NEEDS_SESSIONS}"
            )
        driver = AsyncpgDriver(connection)
        settings = self._statements.settings
        if await tables.is_current(driver, settings):
            return
        if not self._create_tables:
            raise WrongDatabaseError(
                f"{self._database.name} has no tables for jobs in the schema {self._statements.schema}, or old ones"
                f" (wanted: {tables.VERSION}), and Jobs:CreateTables is false.\n"
                f"To fix: python -m corner_host.jobs.engines.postgres {self._statements.schema} prints the statements."
            )
        await tables.install(driver, settings)
