"""The engine that is put around another one, and adds transactions to it."""

import logging
from collections.abc import AsyncGenerator, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import replace
from typing import Final, final

import anyio

from corner_host.jobs.contracts import (
    Capabilities,
    Deliver,
    Duplicate,
    Enqueued,
    JobEngine,
    JobSchedules,
    NewJob,
    Subscription,
)
from corner_host.jobs.engines.sqlite import SqliteEngine
from corner_host.jobs.errors import JobEngineUnavailableError
from corner_host.jobs.records import JobQueues
from corner_host.primitives import Backoff, CancellationToken, CancellationTokenSource

from .entries import QUEUE, entry_of
from .forwarding import Forwarder
from .records import OutboxRecords

_log = logging.getLogger("corner_host.jobs.outbox")
_BACKOFF: Final = Backoff(first=0.5, ceiling=30.0)
_AT_ONCE: Final = 64
_LEASE_SECONDS: Final = 10.0
_RETENTION_SECONDS: Final = 86_400.0
_LAST_SECONDS: Final = 5.0


@final
class OutboxEngine:
    """An engine whose jobs can join the transactions of a SQLite file.

    Jobs that are put without a transaction go to the engine at once. While its server is away, this one is open all the
    same: jobs are put in transactions, and wait.

    Args:
        inner: The engine.
        path: The application's SQLite file.
    """

    def __init__(self, inner: JobEngine, path: str) -> None:
        self._inner = inner
        self._local = SqliteEngine(path, lease=_LEASE_SECONDS, retention=_RETENTION_SECONDS)
        self._ready = anyio.Event()
        self._problem = "it is not open yet"

    @property
    def capabilities(self) -> Capabilities:
        """What the engine can do, and transactions."""
        return replace(self._inner.capabilities, transactions=self._local.capabilities.transactions)

    def opened(self) -> AbstractAsyncContextManager[None]:
        """Open the file and the engine, forward what is there; on leaving, forward what can be."""
        return self._opened()

    @asynccontextmanager
    async def _opened(self) -> AsyncGenerator[None]:
        self._ready = anyio.Event()
        stopping, closing = CancellationTokenSource(), anyio.Event()
        forwarder = Forwarder(self._local, self._inner, self._ready, stopping.token)
        async with self._local.opened(), AsyncExitStack() as opened:
            await self._try_to_open(opened)
            async with anyio.create_task_group() as group:
                done = anyio.Event()

                async def forward() -> None:
                    entries = Subscription(queues=[QUEUE], slots=_AT_ONCE)
                    await self._local.run(forwarder.forward, entries, stopping.token)
                    done.set()

                group.start_soon(forward)
                group.start_soon(self._open_later, closing)
                try:
                    yield
                finally:
                    stopping.cancel()
                    with anyio.move_on_after(_LAST_SECONDS, shield=True):
                        await done.wait()
                    closing.set()
                    if not (done.is_set() and self._ready.is_set()):
                        group.cancel_scope.cancel()

    async def _try_to_open(self, opened: AsyncExitStack) -> None:
        try:
            await opened.enter_async_context(self._inner.opened())
        except JobEngineUnavailableError as error:
            self._problem = str(error)
        else:
            self._ready.set()

    async def _open_later(self, closing: anyio.Event) -> None:
        """Have the engine open until *closing*, once its server is there."""
        failures = 0
        while not self._ready.is_set():
            failures += 1
            wait = _BACKOFF.longest(failures=failures)
            _log.warning(
                "%s It is tried again in %.1f s; jobs in transactions wait in the outbox.", self._problem, wait
            )
            await anyio.sleep(wait)
            try:
                async with self._inner.opened():
                    self._ready.set()
                    await closing.wait()
            except JobEngineUnavailableError as error:
                self._problem = str(error)

    async def put(self, jobs: Sequence[NewJob], *, transaction: object | None = None) -> Sequence[Enqueued | Duplicate]:
        """Store the jobs in the engine; with *transaction*, in the outbox as part of that."""
        if transaction is None:
            return await self._open.put(jobs)
        return await self._local.put([entry_of(job) for job in jobs], transaction=transaction)

    async def run(self, deliver: Deliver, subscription: Subscription, stopping: CancellationToken) -> None:
        """Work on the engine, once it is open, until *stopping*."""
        async with anyio.create_task_group() as group:

            async def stop() -> None:
                await stopping.wait()
                group.cancel_scope.cancel()

            group.start_soon(stop)
            await self._ready.wait()
            group.cancel_scope.cancel()
        if self._ready.is_set():
            await self._inner.run(deliver, subscription, stopping)

    async def cancel(self, job_id: str) -> bool:
        """Cancel a job, in the outbox or in the engine."""
        return await self._local.cancel(job_id) or await self._open.cancel(job_id)

    @property
    def records(self) -> OutboxRecords:
        """The jobs of both."""
        return OutboxRecords(self._local, self._open.records)

    @property
    def queues(self) -> JobQueues:
        """The engine's."""
        return self._open.queues

    @property
    def schedules(self) -> JobSchedules:
        """The engine's."""
        return self._open.schedules

    @property
    def _open(self) -> JobEngine:
        if not self._ready.is_set():
            raise JobEngineUnavailableError(f"{self._problem}\nJobs can be put in transactions meanwhile.")
        return self._inner
