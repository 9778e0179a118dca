"""Between the server and the handlers: asks for jobs, delivers them, settles what has ended.

What has ended meanwhile is settled together, while the next ones are on their way. Settling is shielded: a job that was
lent is settled, or its lease runs out.
"""

import logging
import os
import socket
import time
from secrets import token_hex
from typing import Final, final

import anyio
import anyio.lowlevel
from nats.aio.msg import Msg

from corner_host.jobs.contracts import (
    Again,
    Cancelled,
    Dead,
    Deliver,
    Delivery,
    Failure,
    Outcome,
    Released,
    Subscription,
)
from corner_host.jobs.engines.crew import Crew
from corner_host.jobs.errors import JobEngineError
from corner_host.primitives import Backoff, CancellationToken, CancellationTokenSource

from .asking import Asking
from .batches import Pipeline
from .letters import Letter
from .queues import NatsQueues
from .renewing import Lease, Renewing
from .server import Server
from .settling import MOST_AT_ONCE, Lent, Settlement, Settling
from .signs import Sign
from .subjects import Place, Subjects, token

_log = logging.getLogger("corner_host.jobs.nats")
_RETRY_SECONDS: Final = 0.5
_STRAY: Final = Failure("JobPayloadError", "the message is none that was put as a job")
_BACKOFF: Final = Backoff(first=_RETRY_SECONDS, ceiling=10.0)
_LAST_SECONDS: Final = 10.0
"""For what ended last; what cannot be stored by then runs again when its lease has run out."""
_AWAY_SECONDS: Final = 1.0
"""The same where the server is away already."""
_MOST_NAMED: Final = 20
_SHOW_SECONDS: Final = 2.0
"""What runs for longer shows who runs it."""


@final
class Pump:
    """The worker's loop on one stream.

    Args:
        server: The connection.
        consumers: Makes what gives out a queue.
        renewing: Keeps the leases.
        deliver: Runs one delivery to its outcome.
        subscription: Which queues, how many at once.
        stopping: Ask no more, and end when what runs has ended.
        retention: How long ended jobs are kept, in seconds.
    """

    def __init__(
        self,
        server: Server,
        consumers: NatsQueues,
        renewing: Renewing,
        deliver: Deliver,
        subscription: Subscription,
        stopping: CancellationToken,
        retention: float,
    ) -> None:
        self._server = server
        self._subjects = Subjects(server.stream)
        self._consumers = consumers
        self._renewing = renewing
        self._deliver = deliver
        self._slots = subscription.slots
        self._stopping = stopping
        self._worker = f"{socket.gethostname()}/{os.getpid()}/{token_hex(4)}"
        self._inbox = server.client.new_inbox()
        self._queues = {token(queue): queue for queue in subscription.queues}
        self._asking = Asking(server, self._subjects, list(self._queues.values()), self._inbox, renewing.lease)
        self._pipeline = Pipeline(server, server.client.new_inbox())
        self._settling = Settling(server, self._pipeline, self._subjects, self._worker, retention)
        self._held: dict[str, tuple[Lent, CancellationTokenSource]] = {}
        self._settled: list[Settlement] = []
        self._unsettled: dict[int, Lent] = {}
        self._ended = anyio.Event()
        self._shown: set[int] = set()
        self._doubtful: set[str] = set()
        self._failures = 0
        self._woken = anyio.Event()
        self._work_prefix = f"{server.stream}.{Place.WORK}."
        self._crew: Crew[Lent] | None = None

    def connection_changed(self) -> None:
        """Ask anew: what was asked on the old connection is not answered."""
        self._asking.forget()
        self._pipeline.give_up()
        self._woken.set()

    async def run(self) -> None:
        """Pump until the end; when cancelled, release what runs and let the cancellation through."""
        listening = self._server.listening
        async with self._pipeline.opened():
            try:
                async with (
                    listening(f"{self._inbox}.*", self._came),
                    listening(self._subjects.all_wishes, self._cancel),
                ):
                    with self._stopping.register(self._wake_up):
                        await self._pump()
            finally:
                limit = _LAST_SECONDS if self._server.is_connected else _AWAY_SECONDS
                with anyio.move_on_after(limit, shield=True):
                    while self._settled:
                        await self._settle()
                if self._settled:
                    _log.warning(
                        "The NATS server has not been told what became of %d of the jobs, which run again when their leases have"
                        " run out: %s",
                        len(self._settled), ", ".join(each.lent.letter.id for each in self._settled[:_MOST_NAMED]),
                    )  # fmt: skip

    async def _pump(self) -> None:
        async with anyio.create_task_group() as group:
            crew = self._crew = Crew(group, self._run, self._slots)
            try:
                group.start_soon(self._show)
                group.start_soon(self._keep_settling)
                while await self._turn():
                    pass
            finally:
                self._crew = None
                for lent in crew.take_back():
                    self._end(lent, Released())
            group.cancel_scope.cancel()

    def _wake_up(self) -> None:
        self._woken.set()

    async def _turn(self) -> bool:
        """Ask once; False when all is done. Waits until there is something new."""
        stopping = self._stopping.is_cancellation_requested
        if stopping and not self._held and not self._unsettled:
            return False
        self._woken = anyio.Event()
        wait = _RETRY_SECONDS
        if self._server.is_connected and not stopping and len(self._unsettled) < MOST_AT_ONCE:
            try:
                while self._doubtful:  # its consumer may have been deleted
                    await self._consumers.prepare(next(iter(self._doubtful)))
                    self._doubtful.pop()
                wait = await self._asking.ask(self._slots - len(self._held))
                self._failures = 0
            except JobEngineError as error:
                self._failures += 1
                wait = _BACKOFF.longest(failures=self._failures)
                if self._server.is_connected:  # else the connection says itself that it is gone
                    _log.error("No jobs can be asked for: %s It is tried again in %.1f s.", error, wait)
        with anyio.move_on_after(wait):
            await self._woken.wait()
        return True

    async def _keep_settling(self) -> None:
        """Settle what has ended, while the next ones are asked for."""
        while True:
            self._ended = anyio.Event()
            if self._settled and self._server.is_connected:
                with anyio.CancelScope(shield=True):
                    await self._settle()
                self._woken.set()
                await anyio.lowlevel.checkpoint()
            else:
                with anyio.move_on_after(_RETRY_SECONDS):
                    await self._ended.wait()

    async def _settle(self) -> None:
        taken, self._settled = self._settled[:MOST_AT_ONCE], self._settled[MOST_AT_ONCE:]
        settled = [each for each in taken if not self._is_void(each)]
        try:
            await self._settling.settle(settled)
        except BaseException as error:
            self._settled[:0] = settled
            if not isinstance(error, JobEngineError):
                raise
            _log.error("%s What has ended is stored in %.1f s; nothing is lost.", error, _RETRY_SECONDS)
            await anyio.sleep(_RETRY_SECONDS)
        else:
            for each in settled:
                self._let_go(each.lent)

    def _let_go(self, lent: Lent) -> None:
        self._renewing.let_go(lent.sequence, lent.lease)
        del self._unsettled[lent.sequence]

    def _is_void(self, settlement: Settlement) -> bool:
        """Whether another worker may have the job by now, so that it cannot be given back or put off."""
        lent, outcome = settlement.lent, settlement.outcome
        if not isinstance(outcome, Again | Released) or not self._renewing.is_lost(lent.lease):
            return False
        _log.warning(
            "Attempt %d of job %s ended after its lease was lost; its outcome (%s) does not count.",
            lent.attempt, lent.letter.id, type(outcome).__name__,
        )  # fmt: skip
        self._let_go(lent)
        return True

    async def _came(self, message: Msg) -> None:
        """Take what the server sends: a job, or why there is none."""
        if not message.subject.startswith(self._work_prefix):
            status = (message.headers or {}).get("Status", "")
            queue = self._asking.answered(int(message.subject.rpartition(".")[2]), status)
            if queue is not None:
                _log.warning("NATS gives no jobs of the queue %s (status %s), and is asked again.", queue, status)
                self._doubtful.add(queue)
            self._woken.set()
            return
        queue, _, _ = message.subject.removeprefix(self._work_prefix).partition(".")
        self._asking.came(self._queues.get(queue, queue))
        lent = _lent(message)
        job_id = lent.letter.id
        mine = self._held[job_id][0] if job_id in self._held else self._unsettled.get(lent.sequence)
        if mine is not None:
            # the server took this worker for lost, or was away itself: what runs goes on, and what has ended does not run again
            mine.lease.renew(lent.lease)
            self._woken.set()
            return
        self._renewing.hold(lent.sequence, lent.lease)
        self._held[job_id] = (lent, CancellationTokenSource())
        if self._crew is not None and not self._stopping.is_cancellation_requested:
            self._crew.give([lent])
        else:
            self._end(lent, Released())

    async def _cancel(self, message: Msg) -> None:
        for lent, source in list(self._held.values()):
            if message.subject == self._subjects.cancel(lent.letter.id):
                source.cancel()

    async def _run(self, lent: Lent) -> None:
        outcome: Outcome | None = Released()
        try:
            if lent.letter.is_stray:
                outcome = Dead(_STRAY)
                _log.error("What another program wrote to %s is no job, and a dead letter now.", lent.letter.id)
            elif lent.lost and await self._lies_elsewhere(lent):
                outcome = None
            elif lent.lost and await self._server.last(self._subjects.cancel(lent.letter.id)) is not None:
                outcome = Cancelled()
            else:
                _, source = self._held[lent.letter.id]
                outcome = await self._deliver(self._delivery(lent, source.token))
        except JobEngineError as error:
            _log.warning("Job %s is given back: %s", lent.letter.id, error)
        finally:
            self._end(lent, outcome)

    def _end(self, lent: Lent, outcome: Outcome | None) -> None:
        _, source = self._held.pop(lent.letter.id)
        if isinstance(outcome, Again | Released) and source.token.is_cancellation_requested:
            outcome = Cancelled()  # it does not run again
        self._shown.discard(lent.sequence)
        self._settled.append(Settlement(lent, outcome))
        self._unsettled[lent.sequence] = lent
        self._ended.set()
        self._woken.set()

    async def _lies_elsewhere(self, lent: Lent) -> bool:
        newest = await self._server.last(self._subjects.wherever(lent.letter.id))
        return newest is None or newest.sequence != lent.sequence

    def _delivery(self, lent: Lent, cancellation: CancellationToken) -> Delivery:
        letter = lent.letter

        async def progress(fraction: float, note: str) -> None:
            self._shown.add(lent.sequence)
            await self._sign(lent, fraction, note).leave(self._server)

        return Delivery(
            id=letter.id,
            name=letter.name,
            queue=letter.queue,
            payload=letter.payload,
            attempt=lent.attempt,
            key=letter.key,
            priority=letter.priority,
            enqueued_at=letter.enqueued_at,
            trace=letter.trace,
            due_at=letter.run_at,
            cancellation=cancellation,
            progress=progress,
            heartbeat=anyio.lowlevel.checkpoint,  # the thread keeps the lease
        )

    async def _show(self) -> None:
        """Show who runs what takes longer."""
        while True:
            await anyio.sleep(_SHOW_SECONDS)
            for lent, _ in list(self._held.values()):
                if lent.sequence not in self._shown and time.time() - lent.started_at >= _SHOW_SECONDS:
                    self._shown.add(lent.sequence)
                    try:
                        await self._sign(lent, None, "").leave(self._server)
                    except JobEngineError:
                        self._shown.discard(lent.sequence)
                        break

    def _sign(self, lent: Lent, fraction: float | None, note: str) -> Sign:
        return Sign(
            subject=self._subjects.run(lent.letter.id),
            sequence=lent.sequence,
            attempt=lent.attempt,
            worker=self._worker,
            started_at=lent.started_at,
            progress=fraction,
            note=note,
        )


def _lent(message: Msg) -> Lent:
    # $JS.ACK.[domain.account.]stream.consumer.delivered.sequence.consumer sequence.time.pending[.random]
    fields = message.reply.split(".")
    first = 4 if len(fields) == 9 else 6
    delivered, sequence = int(fields[first]), int(fields[first + 1])
    now = time.time()
    letter = Letter.found(message.subject, message.data)
    return Lent(
        letter=letter,
        sequence=sequence,
        lease=Lease(message.reply),
        attempt=letter.attempts + delivered,
        lost=delivered - 1,
        started_at=now,
    )
