"""Keeps a worker's leases from a thread of its own, so that a handler which blocks the event loop does not lose its job.

It also sees which jobs are lost or shall be cancelled, where a notification went astray; which workers on this machine are
gone, so that their jobs need not wait for the lease; children whose parent ended while they were put; and the retention.
"""

import logging
import threading
from typing import Any, Final, final

import anyio
from anyio import to_thread

from corner_host.primitives import LoopHandle

from .database import Database, let_go
from .pool import Fetch
from .pump import Pump
from .putting import free_children
from .statements import Statements
from .trouble import TROUBLE
from .upkeep import Upkeep
from .worker import Worker

_log = logging.getLogger("corner_host.jobs.postgres")
_TICK_SECONDS: Final = 1.0
_FREE_SECONDS: Final = 5.0
_PURGE_SECONDS: Final = 60.0


@final
class Keeper:
    """Looks after one worker.

    Args:
        database: Where to connect.
        statements: The statements.
        worker: The worker.
        pump: Its loop.
        lease: How long it may be silent, in seconds.
        upkeep: What becomes of old jobs.
    """

    def __init__(
        self, database: Database, statements: Statements, worker: Worker, pump: Pump, lease: float, upkeep: Upkeep
    ) -> None:
        self._database = database
        self._statements = statements
        self._worker = worker
        self._pump = pump
        self._lease = lease
        self._upkeep = upkeep
        self._tick_seconds = min(_TICK_SECONDS, lease / 4)
        self._ended = False
        self._loop: LoopHandle | None = None
        self._work_scope = anyio.CancelScope()
        self._renewed_at = 0.0
        self._has_warned = False

    async def keep(self) -> None:
        """Keep until `end` is called, in a thread."""
        thread = threading.Thread(
            target=anyio.run,
            args=(self._work,),
            kwargs={"backend": "asyncio"},
            name="corner_host job keeper",
            daemon=True,
        )
        thread.start()
        with anyio.CancelScope(shield=True):  # `end` comes first
            await to_thread.run_sync(thread.join, limiter=anyio.CapacityLimiter(1))

    def end(self) -> None:
        """Have it end soon, whatever it waits for: nothing is held any more."""
        self._ended = True
        if self._loop is not None:
            self._loop.post(self._work_scope.cancel)

    async def _work(self) -> None:
        self._loop = LoopHandle.current()
        connection: Any = None
        freed_at, purged_at = -_FREE_SECONDS, -_PURGE_SECONDS
        self._renewed_at = anyio.current_time()
        with self._work_scope:
            while not self._ended:
                try:
                    if connection is None or connection.is_closed():
                        connection = await self._database.connect()
                    await self._tick(connection)
                    now = self._renewed_at = anyio.current_time()
                    self._has_warned = False
                    if now >= freed_at + _FREE_SECONDS:
                        freed_at = now
                        await self._free_children(connection.fetch)
                    if now >= purged_at + _PURGE_SECONDS:
                        purged_at = now
                        await self._upkeep.purge(connection.fetch)
                except TROUBLE as error:
                    self._failed(error)
                    if connection is not None:
                        await let_go(connection)
                    connection = None
                await anyio.sleep(self._tick_seconds)
        if connection is not None:
            await let_go(connection)

    def _failed(self, error: Exception) -> None:
        """Say so once half the lease is over: where connections are few, it may be the keeper alone that has none."""
        silent = anyio.current_time() - self._renewed_at
        explained = self._database.explain(error)
        _log.debug("The leases could not be renewed, and are again soon: %s", explained)
        if silent > self._lease / 2 and not self._has_warned and self._pump.held():
            self._has_warned = True
            _log.warning(
                "The leases of running jobs have not been renewed for %.1f s; after %g s they are given to others. %s",
                silent, self._lease, explained,
            )  # fmt: skip

    async def _tick(self, connection: Any) -> None:
        statements, worker = self._statements, self._worker
        held = self._pump.held()
        numbers, attempts = [number for number, _ in held], [attempt for _, attempt in held]
        if held:
            await connection.fetch(statements.renew, worker.id, numbers, attempts, self._lease / 3)
            unwanted = await connection.fetch(statements.unwanted, worker.id, numbers, attempts)
            self._pump.end_soon([(row["id"], row["attempt"]) for row in unwanted])
        await connection.fetch(statements.register, *worker.row())
        missed = False
        for row in await connection.fetch(statements.neighbours, worker.owner.host, worker.owner.boot):
            if worker.is_missed(row):
                await connection.fetch(statements.miss, row["id"])
                missed = True
        if missed:
            self._pump.wake(look=True)

    async def _free_children(self, fetch: Fetch) -> None:
        """Let go of children whose parent ended while they were put: neither side saw the other."""
        cancelled = await fetch(self._statements.free_all)
        await free_children(fetch, self._statements, [row["id"] for row in cancelled])
