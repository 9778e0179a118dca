"""Between the server and the handlers: settles what has ended, claims for the slots that are free, delivers.

One connection of its own carries the worker's statements and the server's notifications. While the handlers of one half
of the slots run, the other half is claimed. Settling and claiming are shielded: what was claimed is delivered or released.
"""

import json
import logging
import math
from collections.abc import Iterable, Sequence
from typing import Any, Final, final

import anyio
import anyio.lowlevel
from anyio.abc import TaskGroup

from corner_host.jobs.contracts import Deliver, Delivery, Outcome, Released, Subscription
from corner_host.primitives import Backoff, CancellationToken, CancellationTokenSource, LoopHandle

from .claiming import Claimed, Claims
from .database import TROUBLE, Database
from .settling import Settlement, settle
from .statements import Statements
from .worker import Worker

_log = logging.getLogger("corner_host.jobs.postgres")
_LOOK_SECONDS: Final = 1.0
"""How often the server is asked for what no notification told of: due jobs, lost workers, new names."""
_SOONEST_SECONDS: Final = 0.005
_LAST_WORD_SECONDS: Final = 5.0
_BACKOFF: Final = Backoff(first=0.5, ceiling=10.0)


@final
class Pump:
    """The worker's loop on one database.

    Args:
        database: Where to connect.
        statements: The statements.
        worker: Whose name jobs are claimed in.
        lease: How long it may be silent, in seconds.
        deliver: Runs one delivery to its outcome.
        subscription: Which queues, how many at once.
        stopping: Claim no more, and end when what runs has ended.
    """

    def __init__(
        self, database: Database, statements: Statements, worker: Worker, lease: float, deliver: Deliver,
        subscription: Subscription, stopping: CancellationToken,
    ) -> None:  # fmt: skip
        self._database = database
        self._statements = statements
        self._worker = worker
        self._deliver = deliver
        self._slots = subscription.slots
        self._stopping = stopping
        self._claims = Claims(statements, worker.id, subscription, lease)
        self._lease = lease
        self._loop = LoopHandle.current()
        self._woken = anyio.Event()
        self._running: dict[tuple[int, int], CancellationTokenSource] = {}
        self._settled: list[Settlement] = []
        self._connection: Any = None
        self._failures = 0
        self._looked_at = -_LOOK_SECONDS
        self._wait = 0.0

    def wake(self, *, look: bool = False) -> None:
        """Claim soon, and with *look* see first what there is; from any thread."""
        self._loop.post(self._look_soon if look else self._wake)

    def learn(self, entrypoints: Sequence[str]) -> None:
        """Claim jobs of these entrypoints, too, and soon."""
        self._claims.learn(entrypoints)
        self._wake()

    def held(self) -> list[tuple[int, int]]:
        """Return which jobs (id and attempt) are this worker's; from any thread."""
        return [*list(self._running), *[(done.number, done.attempt) for done in list(self._settled)]]

    def end_soon(self, jobs: Iterable[tuple[int, int]]) -> None:
        """Cancel the tokens of these jobs; from any thread."""
        wanted = list(jobs)

        def cancel() -> None:
            for job in wanted:
                if job in self._running:
                    self._running[job].cancel()

        self._loop.post(cancel)

    async def run(self) -> None:
        """Pump until the end; when cancelled, release what runs and let the cancellation through."""
        with self._stopping.register(self.wake):
            try:
                async with anyio.create_task_group() as deliveries:
                    while await self._turn(deliveries):
                        pass
            finally:
                with anyio.move_on_after(_LAST_WORD_SECONDS, shield=True):
                    await self._say_goodbye()

    async def _turn(self, deliveries: TaskGroup) -> bool:
        """Settle and claim once; False when all is done. Waits when there is nothing to do."""
        stopping = self._stopping.is_cancellation_requested
        if stopping and not self._running and not self._settled:
            return False
        free = 0 if stopping else min(self._slots - len(self._running), -(-self._slots // 2))
        self._woken = anyio.Event()
        claimed: Sequence[Claimed] = ()
        if free or self._settled:
            await anyio.lowlevel.checkpoint_if_cancelled()  # a cancelled worker must not claim
            try:
                with anyio.CancelScope(shield=True):
                    claimed = await self._exchange(free)
            except TROUBLE as error:
                await self._recover(error)
                return True
            self._failures = 0
        for row in claimed:
            source = self._running[row.number, row.attempt] = CancellationTokenSource()
            if row.unwanted:
                source.cancel()
            deliveries.start_soon(self._run, row, source)
        if len(claimed) == free and claimed:
            await anyio.lowlevel.checkpoint()  # there may be more, and the new ones want their first step
        elif not self._settled and (self._running or not stopping):
            with anyio.move_on_after(self._wait if free else math.inf):
                await self._woken.wait()
        return True

    async def _exchange(self, free: int) -> Sequence[Claimed]:
        connection = await self._connected()
        settled = list(self._settled)
        if settled:
            lost = await settle(connection, self._statements, self._worker.id, self._worker.name, settled)
            del self._settled[: len(settled)]
            if lost:
                await self._report(connection, lost)
        self._wait = _LOOK_SECONDS
        if not free:
            return ()
        claimed: Sequence[Claimed] = await self._claim(connection, free)
        now = anyio.current_time()
        if len(claimed) < free or now >= self._looked_at + _LOOK_SECONDS:
            self._looked_at = now
            new, due = await self._claims.look(connection)
            if new and len(claimed) < free:
                claimed = [*claimed, *await self._claim(connection, free - len(claimed))]
            times = [each for each in (due, self._claims.opens, _LOOK_SECONDS) if each is not None]
            self._wait = max(_SOONEST_SECONDS, min(times))
        return claimed

    async def _claim(self, connection: Any, free: int) -> Sequence[Claimed]:
        claimed = await self._claims.claim(connection, free)
        # pgqueuer's claim takes over what was silent for too long, and that may be our own
        return [row for row in claimed if (row.number, row.attempt) not in self._running]

    async def _connected(self) -> Any:
        if self._connection is None or self._connection.is_closed():
            connection = await self._database.connect()
            await connection.add_listener(self._statements.channel, self._hear)
            await connection.fetch(self._statements.register, *self._worker.row())
            await connection.fetch(self._statements.drop, self._worker.id, [number for number, _ in self.held()])
            if self._failures:
                _log.info("%s is there again; jobs go on.", self._database.name)
            await self._claims.look(connection)
            self._connection = connection
        return self._connection

    async def _recover(self, error: Exception) -> None:
        """Say what is wrong, and wait before all is tried again; nothing is lost meanwhile."""
        connection, self._connection = self._connection, None
        if connection is not None and not connection.is_closed():
            connection.terminate()
        self._failures += 1
        wait = _BACKOFF.longest(failures=self._failures)
        _log.warning("%s Jobs wait; the next try is in %.1f s.", self._database.explain(error), wait)
        with anyio.move_on_after(wait):
            while not self._stopping.is_cancellation_requested or self._running or self._settled:
                self._woken = anyio.Event()
                await self._woken.wait()

    async def _report(self, connection: Any, lost: Sequence[Settlement]) -> None:
        numbers = [done.number for done in lost]
        rows = await connection.fetch(self._statements.ended_by, numbers, self._worker.name)
        ours = {row["number"] for row in rows}  # written before a connection broke off, and told twice
        for done in lost:
            if done.number not in ours:
                _log.warning(
                    "Attempt %d of job %s ended after its lease was lost; its outcome (%s) does not count.",
                    done.attempt, done.id, type(done.outcome).__name__,
                )  # fmt: skip

    async def _say_goodbye(self) -> None:
        try:
            connection = await self._connected()
            if self._settled:
                await self._exchange(0)
            await connection.fetch(self._statements.leave, self._worker.id)
            await connection.close()
        except TROUBLE as error:
            explained = self._database.explain(error)
            _log.warning("%s What still ran is given to others when its lease has run out.", explained)
            if self._connection is not None:
                self._connection.terminate()

    async def _run(self, row: Claimed, source: CancellationTokenSource) -> None:
        outcome: Outcome = Released()
        try:
            outcome = await self._deliver(self._delivery(row, source.token))
        finally:
            del self._running[row.number, row.attempt]
            self._settled.append(Settlement(row.number, row.id, row.attempt, outcome))
            self._woken.set()

    def _delivery(self, row: Claimed, token: CancellationToken) -> Delivery:
        async def progress(fraction: float, note: str) -> None:
            data = json.dumps({"progress": fraction, "note": note.replace("\0", "\ufffd")})
            await self._database.fetch(self._statements.progress, self._worker.id, row.number, row.attempt, data)

        return Delivery(
            id=row.id,
            name=row.name,
            queue=row.queue,
            payload=row.payload,
            attempt=row.attempt,
            key=row.key,
            priority=row.priority,
            enqueued_at=row.enqueued_at,
            trace=row.trace,
            cancellation=token,
            progress=progress,
            heartbeat=anyio.lowlevel.checkpoint,  # the keeper's thread keeps the lease
        )

    def _hear(self, connection: object, process: int, channel: str, payload: str) -> None:
        """Take a notification: pgqueuer's of a changed table or of jobs to be cancelled, or ours of changed queues."""
        del connection, process, channel
        event = json.loads(payload)
        if event["type"] == "cancellation_event":
            numbers = set(event["ids"])
            self.end_soon([job for job in self._running if job[0] in numbers])
        elif event["operation"] == "update":
            self._look_soon()
        elif event["operation"] == "insert":
            self._wake()

    def _look_soon(self) -> None:
        self._looked_at = -_LOOK_SECONDS
        self._wake()

    def _wake(self) -> None:
        self._woken.set()
