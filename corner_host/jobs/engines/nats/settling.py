"""What has ended is moved to its next place, and then acknowledged.

Order:
    1. all that ended meanwhile is stored at its next place in one go: ended, dead, later or again ready
    2. the server is told that the jobs are done with, and gives them to nobody any more
Between the two, a job may be given out once more: who gets it sees that it lies elsewhere, and only does the second step.

Each move has a condition. An end counts where no other end is stored; giving back, or putting off, where the message that
was lent still lies there, and the lease was not lost meanwhile. So a worker that stood still changes nothing.
"""

import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, final

from corner_host.jobs.contracts import Again, Cancelled, Dead, Done, Failure, Outcome, Released
from corner_host.jobs.history import EVENTS, detail_of, failure_in
from corner_host.jobs.info import JobEventKind, JobState

from .batches import Message, Pipeline, store_all
from .letters import ROOM, Letter
from .putting import freed, ready_or_later
from .renewing import Lease
from .server import Server
from .subjects import Place, Subjects

_log = logging.getLogger("corner_host.jobs.nats")
_ACKNOWLEDGE: Final = b"+ACK"
MOST_AT_ONCE: Final = 500


@final
@dataclass(slots=True, kw_only=True)
class Lent:
    """A job that was lent to this process: its letter, the number of its message, its lease, and which attempt this is.

    *lost* attempts ended with their process, since the message was stored.
    """

    letter: Letter
    sequence: int
    lease: Lease
    attempt: int
    lost: int
    started_at: float


@final
@dataclass(slots=True)
class Settlement:
    """How an attempt ended; None where the job turned out to lie elsewhere already. *move* is what to store for it."""

    lent: Lent
    outcome: Outcome | None
    move: Message | None = None


@final
class Settling:
    """Settles.

    Args:
        server: The connection.
        pipeline: Stores the moves.
        subjects: The stream's.
        worker: As whom.
        retention: How long ended jobs are kept, in seconds; with 0, one that succeeded is only acknowledged.
    """

    def __init__(self, server: Server, pipeline: Pipeline, subjects: Subjects, worker: str, retention: float) -> None:
        self._server = server
        self._pipeline = pipeline
        self._subjects = subjects
        self._worker = worker
        self._retention = retention

    async def settle(self, settlements: Sequence[Settlement]) -> None:
        """Settle them.

        Raises:
            JobEngineError: The server did not answer; to be tried again.
        """
        now = time.time()
        for each in settlements:
            if each.move is not None or each.outcome is None or self._is_forgotten(each):
                continue
            each.move = self._move(each.lent, each.outcome, now)  # once only: it writes the letter's history
        moved = [each for each in settlements if each.move is not None]
        stored = await self._pipeline.store_each([each.move for each in moved if each.move is not None])
        ended: list[Letter] = []
        for each, held in zip(moved, stored, strict=True):
            if held or await self._is_stored_after_all(each):
                ended += [each.lent.letter] if each.lent.letter.state else []
        keys = [freed(self._subjects, each.name, each.key) for each in ended if each.key is not None]
        await self._pipeline.store_each(keys)  # only by whose end counts: the key may be another one's by now
        for each in settlements:
            await self._server.publish(each.lent.lease.reply, _ACKNOWLEDGE)

    def _is_forgotten(self, settlement: Settlement) -> bool:
        """Whether nothing is kept of the job: it succeeded, holds no key, and nobody wants to know."""
        return self._retention == 0 and isinstance(settlement.outcome, Done) and settlement.lent.letter.key is None

    async def _is_stored_after_all(self, settlement: Settlement) -> bool:
        """See why the condition of a move did not hold."""
        lent, move = settlement.lent, settlement.move
        newest = await self._server.last(self._subjects.wherever(lent.letter.id))
        if move is not None and newest is not None:
            if newest.data == move.data:
                return False  # it was stored before, and the answer got lost; a key will be seen to be free
            if newest.sequence == lent.sequence:
                await self._clear_the_way(lent.letter)
                if await store_all(self._server, [move]):
                    return True
        _log.warning(
            "Attempt %d of job %s ended after its lease was lost; its outcome (%s) does not count.",
            lent.attempt, lent.letter.id, type(settlement.outcome).__name__,
        )  # fmt: skip
        return False

    async def _clear_the_way(self, letter: Letter) -> None:
        """Remove an end from before the job was requeued."""
        for place in (Place.DEAD, Place.ENDED):
            left = await self._server.last(self._subjects.job(place, letter.queue, letter.name, letter.id))
            if left is not None:
                await self._server.delete(left.sequence)

    def _move(self, lent: Lent, outcome: Outcome, now: float) -> Message:
        letter = lent.letter
        for attempt in range(lent.attempt - lent.lost, lent.attempt):
            letter.note(JobEventKind.WORKER_LOST, now, attempt, detail=f"found by attempt {lent.attempt}")
        letter.started_at, letter.worker = lent.started_at, self._worker
        if isinstance(outcome, Done) and outcome.result is not None:
            size = len(outcome.result)
            if size > self._server.most_bytes - ROOM - len(letter.payload):
                outcome = Dead(
                    Failure("JobPayloadError", f"its result of {size:,} bytes is more than the server takes")
                )
        failure = failure_in(outcome)
        letter.note(
            EVENTS[type(outcome)], now, lent.attempt, started_at=lent.started_at, worker=self._worker, failure=failure,
            detail=detail_of(outcome),
        )  # fmt: skip
        if not isinstance(outcome, Cancelled | Released):
            letter.failure = failure
        match outcome:
            case Done(result):
                letter.result = result
                return self._ended(lent, Place.ENDED, JobState.SUCCEEDED, now)
            case Cancelled():
                return self._ended(lent, Place.ENDED, JobState.CANCELLED, now)
            case Dead():
                return self._ended(lent, Place.DEAD, JobState.DEAD, now)
            case Again(delay):
                letter.attempts, letter.run_at = lent.attempt, now + delay
            case Released(delay):
                letter.attempts = lent.attempt - 1
                letter.run_at = max(letter.run_at, now + delay) if delay else letter.run_at
        letter.started_at = None
        work = self._subjects.job(Place.WORK, letter.queue, letter.name, letter.id)
        return ready_or_later(self._subjects, letter, now).if_last_is(lent.sequence, work)

    def _ended(self, lent: Lent, place: Place, state: JobState, now: float) -> Message:
        letter = lent.letter
        letter.attempts, letter.state, letter.finished_at = lent.attempt, state.value, now
        message = Message(self._subjects.job(place, letter.queue, letter.name, letter.id), letter.write()).if_last_is(0)
        return message.kept_for(self._retention) if place is Place.ENDED else message
