"""Between the store and the handlers: settles what has ended, claims for the slots that are free, delivers.

One exchange with the writer does both, so that a full worker costs a transaction a batch and not two a job. Claiming and
settling are shielded: a job that was claimed is always delivered or released.
"""

import logging
import math
import sqlite3
import time
from collections.abc import Sequence
from typing import Final, final

import anyio
import anyio.lowlevel

from corner_host.jobs.contracts import Deliver, Delivery, Outcome, Released, Subscription
from corner_host.jobs.engines.crew import Crew
from corner_host.jobs.errors import JobEngineError
from corner_host.primitives import CancellationToken, CancellationTokenSource, LoopHandle

from .claiming import Claimed, claim
from .settling import Settlement, settle
from .timers import pause_after
from .workers import to_cancel
from .writer import Writer

_LAST_PAUSE: Final = 0.5
_log = logging.getLogger("corner_host.jobs.sqlite")


@final
class Pump:
    """The worker's loop on one store.

    Args:
        writer: The thread that writes.
        owner: Whose name jobs are claimed in.
        deliver: Runs one delivery to its outcome.
        subscription: Which queues, how many at once.
        stopping: Claim no more, and end when what runs has ended.
    """

    def __init__(
        self, writer: Writer, owner: str, deliver: Deliver, subscription: Subscription, stopping: CancellationToken
    ) -> None:
        self._writer = writer
        self._owner = owner
        self._deliver = deliver
        self._subscription = subscription
        self._stopping = stopping
        self._loop = LoopHandle.current()
        self._woken = anyio.Event()
        self._held: dict[tuple[str, int], CancellationTokenSource] = {}
        self._settled: list[Settlement] = []
        self._look_for_cancelled = False
        self._wait: float | None = None
        self._failures = 0

    def wake(self) -> None:
        """Have the store looked at again; from any thread."""
        self._loop.post(self._wake)

    def give_up_all(self) -> None:
        """Tell every running job that its lease is lost; from any thread."""
        self._loop.post(self._cancel_all)

    async def run(self) -> None:
        """Pump until the end; when cancelled, release what runs and let the cancellation through."""
        with self._stopping.register(self.wake):
            crew: Crew[Claimed] | None = None
            try:
                async with anyio.create_task_group() as group:
                    crew = Crew(group, self._run, self._subscription.slots)
                    while await self._turn(crew):
                        pass
                    crew.close()
            finally:
                waiting = () if crew is None else crew.take_back()
                self._settled += [Settlement(row.id, row.attempt, Released()) for row in waiting]
                if self._settled:
                    with anyio.CancelScope(shield=True):
                        await self._exchange(0)

    async def _turn(self, crew: Crew[Claimed]) -> bool:
        """Settle and claim once; False when all is done. Waits when there is nothing to do."""
        stopping = self._stopping.is_cancellation_requested
        if stopping and not self._held and not self._settled:
            return False
        free = 0 if stopping else self._subscription.slots - len(self._held)
        self._woken = anyio.Event()
        claimed: Sequence[Claimed] = ()
        if free or self._settled or self._look_for_cancelled:
            await anyio.lowlevel.checkpoint_if_cancelled()  # a cancelled worker must not claim
            with anyio.CancelScope(shield=True):
                claimed = await self._exchange(free)
        for row in claimed:
            self._held[row.id, row.attempt] = CancellationTokenSource()
        if claimed:
            crew.give(claimed)
        if len(claimed) == free and claimed:
            await anyio.lowlevel.checkpoint()  # there may be more, and the new ones want their first step
        elif not self._settled and (self._held or not stopping):
            with anyio.move_on_after(math.inf if self._wait is None or stopping else self._wait):
                await self._woken.wait()
        return True

    async def _exchange(self, free: int) -> Sequence[Claimed]:
        settled, self._settled = self._settled, []
        look, self._look_for_cancelled = self._look_for_cancelled, False
        now = time.time()

        def exchange(
            connection: sqlite3.Connection,
        ) -> tuple[list[Settlement], list[Claimed], float | None, list[tuple[str, int]]]:
            lost = settle(connection, self._owner, settled, now) if settled else []
            claimed, wait = claim(connection, self._owner, self._subscription, free, now) if free else ([], None)
            return lost, claimed, wait, to_cancel(connection, self._owner) if look else []

        try:
            lost, claimed, self._wait, unwanted = await self._writer.execute(exchange)
        except JobEngineError as error:
            self._failures += 1
            pause = pause_after(self._failures)
            _log.error("%s It is tried again in %.1f s; nothing is lost.", error, pause)
            self._settled[:0] = settled
            self._look_for_cancelled = look
            await self._pause(pause)
            return ()
        self._failures = 0
        for done in lost:
            _log.warning(
                "Attempt %d of job %s ended after its lease was lost; its outcome (%s) does not count.",
                done.attempt,
                done.id,
                type(done.outcome).__name__,
            )
        for job in unwanted:
            if job in self._held:
                self._held[job].cancel()
        return claimed

    async def _pause(self, seconds: float) -> None:
        """Leave the store alone; a stop does not wait for long, but it does."""
        if self._stopping.is_cancellation_requested:
            await anyio.sleep(min(seconds, _LAST_PAUSE))
            return
        with anyio.CancelScope() as waiting, self._stopping.register(lambda: self._loop.post(waiting.cancel)):
            await anyio.sleep(seconds)

    async def _run(self, row: Claimed) -> None:
        outcome: Outcome = Released()
        try:
            outcome = await self._deliver(self._delivery(row))
        finally:
            del self._held[row.id, row.attempt]
            self._settled.append(Settlement(row.id, row.attempt, outcome))
            self._woken.set()

    def _delivery(self, row: Claimed) -> Delivery:
        async def progress(fraction: float, note: str) -> None:
            await self._writer.execute(
                lambda connection: connection.execute(
                    "UPDATE corner_jobs SET progress = ?, progress_note = ? WHERE id = ? AND owner = ? AND attempt = ?",
                    (fraction, note, row.id, self._owner, row.attempt),
                )
            )

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
            cancellation=self._held[row.id, row.attempt].token,
            progress=progress,
            heartbeat=anyio.lowlevel.checkpoint,  # the writer's thread keeps the lease
            due_at=row.due_at,
        )

    def _wake(self) -> None:
        self._look_for_cancelled = True
        self._woken.set()

    def _cancel_all(self) -> None:
        for source in self._held.values():
            source.cancel()
