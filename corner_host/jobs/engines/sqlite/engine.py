"""The embedded engine: one SQLite file, one machine, any number of processes; or a private database in memory.

Durable: a job is on disk when ``put`` returns. A worker process holds one lease, renewed by the writer's thread, so that
a handler which blocks the event loop keeps it. When the process dies, its jobs are delivered again: at once where its pid
can be seen to be gone, else when the lease has run out.

Source of the design: measured against sixteen libraries; the outbox and claim patterns are those of Wolverine and pgqueuer.
"""

import sqlite3
import time
from collections.abc import AsyncGenerator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import final

import anyio
from anyio import to_thread

from corner_host.jobs.contracts import Capabilities, Deliver, Duplicate, Enqueued, NewJob, Subscription
from corner_host.jobs.errors import JobEngineError
from corner_host.primitives import CancellationToken

from . import changes, putting, workers
from .owner import Owner
from .pump import Pump
from .queues import SqliteQueues, end_pauses
from .records import SqliteRecords
from .schedules import SqliteSchedules
from .schema import MEMORY
from .transactions import KINDS, put_in_transaction
from .writer import Writer, transaction

_LOOK_SECONDS = 0.01
"""How often it is seen whether another process has written: half of it is the mean delay of a job from there."""
_REAP_SECONDS = 1.0
_PURGE_SECONDS = 60.0
_PURGE_AT_ONCE = 500


@final
class SqliteEngine:
    """Jobs in one SQLite file.

    Args:
        path: The file, made when missing; ``:memory:`` keeps jobs as long as the process lives.
        synchronous: ``FULL`` keeps every job over a power failure; ``NORMAL`` may lose the last ones then, but none when a
            process is killed, and is quicker.
        lease: How long a worker may be silent before its jobs are given to others, in seconds, from 1.
        retention: How long ended jobs are kept, in seconds; dead ones are kept until somebody decides.
    """

    def __init__(
        self, path: str, *, synchronous: str = "FULL", lease: float = 30.0, retention: float = 7 * 86_400.0
    ) -> None:
        self._capabilities = (
            Capabilities(engine="memory", durable=False)
            if path == MEMORY
            else Capabilities(engine="sqlite", store=str(Path(path).absolute()), transactions=KINDS)
        )
        self._path = path
        self._synchronous = synchronous
        self._lease = lease
        self._retention = retention
        self._writer: Writer | None = None
        self._reader: Writer | None = None
        self._pumps: dict[Owner, Pump] = {}
        self._seen = (-1, -1)
        self._next: float | None = None

    @property
    def capabilities(self) -> Capabilities:
        """All there is."""
        return self._capabilities

    def opened(self) -> AbstractAsyncContextManager[None]:
        """Open the file; on leaving, write what was asked and close it."""
        return self._opened()

    @asynccontextmanager
    async def _opened(self) -> AsyncGenerator[None]:
        writer = await to_thread.run_sync(lambda: Writer(self._path, synchronous=self._synchronous))
        writer.every(_LOOK_SECONDS, self._look)
        writer.every(min(_REAP_SECONDS, self._lease / 3), self._keep)
        writer.every(_PURGE_SECONDS, self._purge)
        self._writer = writer
        try:
            self._reader = await to_thread.run_sync(writer.reader)
            yield
        finally:
            opened = {writer} if self._reader is None else {writer, self._reader}
            self._writer = self._reader = None
            with anyio.CancelScope(shield=True):
                for each in opened:
                    await to_thread.run_sync(each.close)

    async def put(self, jobs: Sequence[NewJob], *, transaction: object | None = None) -> Sequence[Enqueued | Duplicate]:
        """Store the jobs in one transaction: this store's own, or the caller's on the same file."""
        now = time.time()
        if transaction is not None:
            return await put_in_transaction(transaction, jobs, now)
        answers = await self._open.execute(lambda connection: putting.put(connection, jobs, now))
        self._wake()
        return answers

    async def run(self, deliver: Deliver, subscription: Subscription, stopping: CancellationToken) -> None:
        """Work for the subscription until *stopping*."""
        owner = Owner.this_process()
        writer = self._open
        await writer.execute(lambda connection: workers.register(connection, owner, self._lease))
        pump = self._pumps[owner] = Pump(writer, owner.name, deliver, subscription, stopping)
        try:
            await pump.run()
        finally:
            del self._pumps[owner]
            with anyio.CancelScope(shield=True):
                await writer.execute(lambda connection: workers.leave(connection, owner.name, time.time()))

    async def cancel(self, job_id: str) -> bool:
        """Cancel what waits, ask what runs to stop."""
        cancelled = await self._open.execute(lambda connection: changes.cancel(connection, [job_id], time.time()))
        self._wake()
        return bool(cancelled)

    @property
    def records(self) -> SqliteRecords:
        """The stored jobs."""
        writer = self._open
        return SqliteRecords(writer, self._reader or writer, self._wake)

    @property
    def queues(self) -> SqliteQueues:
        """Which queues are paused."""
        writer = self._open
        return SqliteQueues(writer, self._reader or writer, self._wake)

    @property
    def schedules(self) -> SqliteSchedules:
        """Up to where each recurring job was put."""
        return SqliteSchedules(self._open, self._wake)

    @property
    def _open(self) -> Writer:
        if self._writer is None:
            raise JobEngineError(
                "The job store is not open: it is while the host runs.\n"
                "To fix: put jobs after the start; services that put jobs are added after add_jobs(), so that they stop first."
            )
        return self._writer

    def _wake(self) -> None:
        for pump in list(self._pumps.values()):
            pump.wake()

    def _look(self, connection: sqlite3.Connection) -> None:
        """Notice what is due and what other processes have written. Cheap where nothing has happened: it is done often."""
        if not self._pumps:
            return
        now = time.time()
        version = connection.execute("PRAGMA data_version").fetchone()[0]  # others' writes; ours are total_changes
        if (version, connection.total_changes) != self._seen:
            if version != self._seen[0]:
                self._wake()
            self._next = changes.next_moment(connection)
            self._seen = version, connection.total_changes
        if self._next is not None and self._next <= now:
            with transaction(connection):
                changes.promote(connection, now)
                end_pauses(connection, now)
            self._wake()

    def _keep(self, connection: sqlite3.Connection) -> None:
        """Renew this process's leases and take over from lost workers."""
        with transaction(connection):
            for owner, pump in list(self._pumps.items()):
                if not workers.renew(connection, owner.name, self._lease):
                    pump.give_up_all()  # this process stood still for longer than its lease
                    workers.register(connection, owner, self._lease)
                    pump.wake()
        lost = workers.lost_workers(connection)
        if lost:
            with transaction(connection):
                workers.reap(connection, lost, time.time())
            self._wake()

    def _purge(self, connection: sqlite3.Connection) -> bool:
        with transaction(connection):
            purged = changes.purge(connection, time.time() - self._retention, most=_PURGE_AT_ONCE)
        return purged == _PURGE_AT_ONCE
