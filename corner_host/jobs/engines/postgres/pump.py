"""Between the server and the handlers: claims for the slots that are free, delivers, and has the outcomes settled.

One connection of its own carries the claims and the server's notifications. The next claim is sent before the handlers of
the last one have begun, so that the server works while they do, and another connection settles what has ended. Claiming is
shielded: what was claimed is delivered or released.
"""

import json
import logging
import math
from collections.abc import Iterable, Sequence
from typing import Any, Final, final

import anyio
import anyio.lowlevel

from corner_host.jobs.contracts import Cancelled, Deliver, Delivery, Outcome, Released, Subscription
from corner_host.jobs.engines.crew import Crew
from corner_host.primitives import Backoff, CancellationToken, CancellationTokenSource, LoopHandle

from .claiming import Claimed, Claims
from .database import Database, let_go
from .settling import Settlement, Settler
from .statements import Statements
from .trouble import TROUBLE
from .worker import Worker

_log = logging.getLogger("corner_host.jobs.postgres")
_LOOK_SECONDS: Final = 1.0
"""How often the server is asked for what no notification told of: due jobs, lost workers, new names."""
_SOONEST_SECONDS: Final = 0.005
_LAST_WORD_SECONDS: Final = 3.0
"""What a server that hangs may hold up a stop by: a claim that is under way then, and the farewell."""
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
        self._has_limits = bool(subscription.limits)
        self._stopping = stopping
        self._claims = Claims(statements, worker.id, subscription, lease)
        self._loop = LoopHandle.current()
        self._woken = anyio.Event()
        self._running: dict[tuple[int, int], CancellationTokenSource] = {}
        self._settler = Settler(database, statements, worker, self._hear_of_settled)
        self._connection: Any = None
        self._failures = 0
        self._is_held_back = False
        self._looked_at = -_LOOK_SECONDS
        self._wait = 0.0
        self._claiming = anyio.CancelScope()

    def wake(self, *, look: bool = False) -> None:
        """Claim soon, and with *look* see first what there is; from any thread."""
        self._loop.post(self._look_soon if look else self._wake)

    def learn(self, entrypoints: Sequence[str]) -> None:
        """Claim jobs of these entrypoints, too, and soon."""
        self._claims.learn(entrypoints)
        self._wake()

    def held(self) -> list[tuple[int, int]]:
        """Return which jobs (id and attempt) are this worker's; from any thread."""
        return [*list(self._running), *self._settler.held()]

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
        crew: Crew[Claimed] | None = None
        with self._stopping.register(self.wake), self._stopping.register(self._limit_claim):
            try:
                async with anyio.create_task_group() as group:
                    group.start_soon(self._settler.run)
                    async with anyio.create_task_group() as deliveries:
                        crew = Crew(deliveries, self._run, self._slots)
                        while await self._turn(crew):
                            pass
                        crew.close()
                    self._settler.close()
            finally:
                for row in crew.take_back() if crew is not None else ():
                    self._let_go(row, Released())
                with anyio.move_on_after(_LAST_WORD_SECONDS, shield=True) as limit:
                    await self._say_goodbye()
                if limit.cancelled_caught:
                    _log.warning(
                        "%s does not answer. What still ran, and %d jobs that have ended, are given to others when their leases"
                        " have run out.",
                        self._database.name, len(self._settler),
                    )  # fmt: skip

    async def _turn(self, crew: Crew[Claimed]) -> bool:
        """Claim once; False when all is done. Waits when there is nothing to do."""
        if self._stopping.is_cancellation_requested:
            return False  # what runs ends in its task group
        lag = max(0, len(self._settler) - self._slots)  # as much as settling lags behind, claiming waits for it
        self._is_held_back = lag > 0
        free = min(self._slots - len(self._running) - lag, -(-self._slots // 2))
        self._woken = anyio.Event()
        claimed: Sequence[Claimed] = ()
        if free > 0:
            await anyio.lowlevel.checkpoint_if_cancelled()  # a cancelled worker must not claim
            try:
                with anyio.CancelScope(shield=True) as self._claiming:
                    claimed = await self._exchange(free)
            except TROUBLE as error:
                await self._recover(error)
                return True
            self._failures = 0
        for row in claimed:
            self._running[row.number, row.attempt] = CancellationTokenSource()
        crew.give(claimed)
        if len(claimed) < free or not claimed:
            with anyio.move_on_after(self._wait if free > 0 else math.inf):
                await self._woken.wait()
        return True

    async def _exchange(self, free: int) -> Sequence[Claimed]:
        connection = await self._connected()
        claimed: Sequence[Claimed] = await self._claim(connection, free)
        self._wait = _LOOK_SECONDS
        now = anyio.current_time()
        if len(claimed) < free or now >= self._looked_at + _LOOK_SECONDS:
            self._looked_at = now
            try:
                new, due = await self._claims.look(connection)
                if new and len(claimed) < free:
                    claimed = [*claimed, *await self._claim(connection, free - len(claimed))]
            except TROUBLE:
                if not claimed:
                    raise
                self._wait = _SOONEST_SECONDS  # what was claimed is delivered, and the next turn sees what is wrong
                return claimed
            times = [each for each in (due, self._claims.opens, _LOOK_SECONDS) if each is not None]
            self._wait = max(_SOONEST_SECONDS, min(times))
        return claimed

    async def _claim(self, connection: Any, free: int) -> Sequence[Claimed]:
        claimed = await self._claims.claim(connection, free)
        if not claimed:
            return claimed
        # pgqueuer's claim takes over what was silent for too long, and that may be our own
        held = set(self.held())
        return [row for row in claimed if (row.number, row.attempt) not in held]

    async def _connected(self) -> Any:
        if self._connection is None or self._connection.is_closed():
            self._connection = connection = await self._database.connect()
            await connection.add_listener(self._statements.channel, self._hear)
            await connection.fetch(self._statements.register, *self._worker.row())
            await connection.fetch(self._statements.drop, self._worker.id, [number for number, _ in self.held()])
            if self._failures:
                _log.info("%s is there again; jobs go on.", self._database.name)
                self._settler.hurry()
            await self._claims.look(connection)
        return self._connection

    async def _recover(self, error: Exception) -> None:
        """Say what is wrong, and wait before all is tried again; nothing is lost meanwhile."""
        connection, self._connection = self._connection, None
        if connection is not None:
            await let_go(connection)
        self._failures += 1
        wait = _BACKOFF.longest(failures=self._failures)
        _log.warning("%s Jobs wait; the next try is in %.1f s.", self._database.explain(error), wait)
        with anyio.move_on_after(wait):
            while not self._stopping.is_cancellation_requested:
                self._woken = anyio.Event()
                await self._woken.wait()

    async def _say_goodbye(self) -> None:
        try:
            while len(self._settler):
                await self._settler.write()
            connection = await self._connected()
            await connection.fetch(self._statements.leave, self._worker.id)
        except TROUBLE as error:
            explained = self._database.explain(error)
            _log.warning("%s What still ran is given to others when its lease has run out.", explained)
        finally:
            await self._settler.hang_up()
            if self._connection is not None:
                await let_go(self._connection)

    async def _run(self, row: Claimed) -> None:
        outcome: Outcome = Cancelled() if row.unwanted else Released()
        try:
            if not row.unwanted:  # or else cancelled while it ran, by a worker that could not say so any more
                outcome = await self._deliver(self._delivery(row, self._running[row.number, row.attempt].token))
        finally:
            self._let_go(row, outcome)

    def _let_go(self, row: Claimed, outcome: Outcome) -> None:
        if isinstance(outcome, Released) and self._running[row.number, row.attempt].is_cancellation_requested:
            outcome = Cancelled()
        self._settler.add(Settlement(row.number, row.id, row.attempt, outcome))
        del self._running[row.number, row.attempt]  # only now, so that the keeper sees it here or there
        self._woken.set()

    def _delivery(self, row: Claimed, token: CancellationToken) -> Delivery:
        async def progress(fraction: float, note: str) -> None:
            data = json.dumps({"progress": fraction, "note": note.replace("\0", "\ufffd")})
            await self._database.work.fetch(self._statements.progress, self._worker.id, row.number, row.attempt, data)

        return Delivery(
            id=row.id,
            name=row.name,
            queue=row.queue,
            payload=row.payload,
            attempt=row.attempt,
            key=row.key,
            priority=row.priority,
            enqueued_at=row.enqueued_at,
            due_at=row.due_at,
            trace=row.trace,
            cancellation=token,
            progress=progress,
            heartbeat=anyio.lowlevel.checkpoint,  # the keeper's thread keeps the lease
        )

    def _hear(self, connection: object, process: int, channel: str, payload: str) -> None:
        """Take a notification: pgqueuer's of a changed table or of jobs to be cancelled, or ours of changed queues."""
        del connection, process, channel
        event = json.loads(payload)
        operation = event.get("operation")
        if event["type"] == "cancellation_event":
            numbers = set(event["ids"])
            self.end_soon([job for job in self._running if job[0] in numbers])
        elif operation == "update":
            self._look_soon()
        elif operation == "insert" or (self._has_limits and operation == "delete"):
            self._wake()  # a deleted row may have held the place of a limited name

    def _hear_of_settled(self, more: bool) -> None:  # noqa: FBT001 - a callback
        if more or self._is_held_back:
            self._wake()

    def _limit_claim(self) -> None:
        self._loop.post(self._end_claim_soon)

    def _end_claim_soon(self) -> None:
        self._claiming.deadline = anyio.current_time() + _LAST_WORD_SECONDS

    def _look_soon(self) -> None:
        self._looked_at = -_LOOK_SECONDS
        self._wake()

    def _wake(self) -> None:
        self._woken.set()
