"""What is stored in the stream, for clients and operators: single jobs, and the dead ones."""

import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Final, NoReturn, final

import anyio

from corner_host.jobs.errors import NotSupportedByEngineError
from corner_host.jobs.info import BulkAnswer, FailureGroup, JobCount, JobEventKind, JobFilter, JobInfo, JobState

from .batches import Message, store_all
from .dead import DeadLetter, dead_letters
from .letters import Letter
from .putting import freed, ready_or_later
from .server import RefusedError, Server, Stored
from .signs import Sign
from .subjects import Place, Subjects, place_of

_LOOK_SECONDS: Final = (0.005, 0.01, 0.02, 0.05, 0.2, 1.0)
_KEPT_SECONDS: Final = 86_400
_ALL_DEAD: Final = JobFilter(state=JobState.DEAD)


@final
class NatsRecords:
    """The stored jobs of one stream.

    Args:
        server: The connection.
        retention: How long ended jobs are kept, in seconds.
    """

    def __init__(self, server: Server, retention: float) -> None:
        self._server = server
        self._subjects = Subjects(server.stream)
        self._retention = retention

    async def get(self, job_id: str) -> JobInfo | None:
        """Return the job, or None."""
        stored = await self._find(job_id)
        return None if stored is None else await self._info(stored)

    async def wait_ended(self, job_id: str) -> JobInfo | None:
        """Return the job once it has ended; None when it is unknown."""
        news = anyio.Event()

        async def came(_: object) -> None:
            news.set()

        async with self._server.listening(self._subjects.wherever(job_id), came):
            looks = 0
            while True:
                info = await self.get(job_id)
                if info is None or info.state.has_ended:
                    return info
                # what is stored in a batch is heard of before it is there
                with anyio.move_on_after(_LOOK_SECONDS[min(looks, len(_LOOK_SECONDS) - 1)]):
                    await news.wait()
                looks = 0 if news.is_set() else looks + 1
                if news.is_set():
                    news = anyio.Event()
                    await anyio.sleep(_LOOK_SECONDS[0])

    async def cancel(self, job_id: str) -> bool:
        """Cancel a job that waits; ask one that runs to stop."""
        stored = await self._find(job_id)
        if stored is None or place_of(stored.subject) in {Place.ENDED, Place.DEAD}:
            return False
        letter = Letter.found(stored.subject, stored.data)
        if place_of(stored.subject) is Place.WORK and await self._is_lent(letter.queue, stored.sequence):
            wish = Message(self._subjects.cancel(job_id)).kept_for(_KEPT_SECONDS)
            await store_all(self._server, [wish])
            return True
        letter.state, letter.finished_at = JobState.CANCELLED.value, time.time()
        letter.note(JobEventKind.CANCELLED, time.time(), letter.attempts)
        subject = self._subjects.job(Place.ENDED, letter.queue, letter.name, letter.id)
        end = Message(subject, letter.write()).kept_for(self._retention).if_last_is(stored.sequence, stored.subject)
        if not await self._store(letter, end):
            return await self.cancel(job_id)  # it has just moved on
        await self._server.delete(stored.sequence)
        wish = Message(self._subjects.cancel(job_id)).kept_for(1)  # for a worker that was given it at this moment
        await store_all(self._server, [wish])
        return True

    async def requeue(self, job_id: str) -> bool:
        """Let a dead or cancelled job run again. False when it is neither, or another one has its key by now."""
        stored = await self._find(job_id)
        if stored is None:
            return False
        letter = Letter.found(stored.subject, stored.data)
        return letter.state in {JobState.DEAD, JobState.CANCELLED} and await self._requeue(stored, letter, time.time())

    async def delete(self, job_id: str) -> bool:
        """Forget a job. False when it runs or is unknown."""
        stored = await self._find(job_id)
        if stored is None:
            return False
        letter = Letter.found(stored.subject, stored.data)
        if place_of(stored.subject) is Place.WORK and await self._is_lent(letter.queue, stored.sequence):
            return False
        if not await self._server.delete(stored.sequence):
            return False
        if letter.key is not None and place_of(stored.subject) in {Place.WORK, Place.LATER}:
            await store_all(self._server, [freed(self._subjects, letter.name, letter.key)])
        return True

    async def list(self, wanted: JobFilter, *, limit: int = 100, before: str | None = None) -> Sequence[JobInfo]:
        """Return the dead jobs that are meant."""
        _dead_only(wanted)
        found: list[JobInfo] = []
        async for each in dead_letters(self._server, wanted, before=before):
            found.append(replace(each.info, history=(), traceback=None))
            if len(found) >= limit:
                break
        return found

    async def count(self, wanted: JobFilter, *, most: int = 10_000) -> int:
        """Return how many dead jobs are meant."""
        _dead_only(wanted)
        if wanted == _ALL_DEAD:
            return min(most, len(await self._server.subjects(self._subjects.all_at(Place.DEAD))))
        count = 0
        async for _ in dead_letters(self._server, wanted):
            count += 1
            if count >= most:
                break
        return count

    async def counts(self) -> Sequence[JobCount]:
        """Cannot be answered."""
        _refuse("count jobs by state")

    async def failures(
        self, *, since: datetime | None = None, until: datetime | None = None, limit: int = 100
    ) -> Sequence[FailureGroup]:
        """Cannot be answered."""
        del since, until, limit
        _refuse("group failed attempts")

    async def requeue_all(
        self, wanted: JobFilter, *, per_second: float | None = None, dry_run: bool = False
    ) -> BulkAnswer:
        """Requeue the dead jobs that are meant, the oldest first."""
        meant = await _meant(self._server, wanted)
        now, count = time.time(), 0
        for number, each in enumerate(meant):
            at = now if per_second is None else now + number / per_second
            count += dry_run or await self._requeue(each.stored, each.letter, at)
        return _answer(meant, count)

    async def cancel_all(self, wanted: JobFilter, *, dry_run: bool = False) -> BulkAnswer:
        """Cannot be done: dead jobs have ended."""
        del wanted, dry_run
        _refuse("cancel jobs by a filter")

    async def delete_all(self, wanted: JobFilter, *, dry_run: bool = False) -> BulkAnswer:
        """Delete the dead jobs that are meant."""
        meant, count = await _meant(self._server, wanted), 0
        for each in meant:
            count += dry_run or await self._server.delete(each.stored.sequence)
        return _answer(meant, count)

    async def _requeue(self, stored: Stored, letter: Letter, at: float) -> bool:
        letter.note(JobEventKind.REQUEUED, time.time(), 0)
        letter.attempts, letter.run_at, letter.state = 0, at, ""
        letter.started_at = letter.finished_at = letter.worker = None
        message = ready_or_later(self._subjects, letter, time.time())
        messages = [message.if_last_is(stored.sequence, stored.subject)]
        if letter.key is not None:
            key = self._subjects.key(letter.name, letter.key)
            holder = await self._server.last(key)
            if holder is not None and holder.data:
                return False
            expected = 0 if holder is None else holder.sequence
            messages.append(Message(key, letter.id.encode()).if_last_is(expected))
        if not await store_all(self._server, messages):
            return False
        await self._server.delete(stored.sequence)
        return True

    async def _store(self, letter: Letter, end: Message) -> bool:
        key = [] if letter.key is None else [freed(self._subjects, letter.name, letter.key)]
        return await store_all(self._server, [end, *key])

    async def _find(self, job_id: str) -> Stored | None:
        return await self._server.last(self._subjects.wherever(job_id))

    async def _info(self, stored: Stored) -> JobInfo:
        letter = Letter.found(stored.subject, stored.data)
        match place_of(stored.subject):
            case Place.LATER:
                return letter.info(JobState.SCHEDULED, letter.attempts)
            case Place.WORK if await self._is_lent(letter.queue, stored.sequence):
                return await self._running(letter, stored.sequence)
            case Place.WORK:
                return letter.info(JobState.WAITING, letter.attempts)
            case _:
                return letter.info(JobState(letter.state), letter.attempts)

    async def _running(self, letter: Letter, sequence: int) -> JobInfo:
        sign = await Sign.find(self._server, self._subjects.run(letter.id), sequence)
        if sign is None:
            return letter.info(JobState.RUNNING, letter.attempts + 1)
        return replace(
            letter.info(JobState.RUNNING, sign.attempt, worker=sign.worker),
            started_at=datetime.fromtimestamp(sign.started_at, UTC),
            progress=sign.progress,
            progress_note=sign.note,
        )

    async def _is_lent(self, queue: str, sequence: int) -> bool:
        """Whether the server has given the message to a worker: it gives them in order."""
        try:
            info = await self._server.ask(f"CONSUMER.INFO.{self._server.stream}.{self._subjects.consumer(queue)}")
        except RefusedError:
            return False
        return int(info["delivered"]["stream_seq"]) >= sequence


async def _meant(server: Server, wanted: JobFilter) -> list[DeadLetter]:
    """Return the dead jobs that are meant, oldest first."""
    if wanted.state not in {None, JobState.DEAD}:
        return []
    return [each async for each in dead_letters(server, wanted)][::-1]


def _dead_only(wanted: JobFilter) -> None:
    if wanted.state is not JobState.DEAD:
        _refuse("list jobs by state")


def _refuse(what: str) -> NoReturn:
    raise NotSupportedByEngineError(
        f"The engine nats cannot {what}: it has no index of jobs; it lists the dead ones, JobFilter(state=JobState.DEAD).\n"
        "The engines sqlite and postgres can."
    )


def _answer(meant: "Sequence[DeadLetter]", count: int) -> BulkAnswer:
    times = [each.info.enqueued_at for each in meant]
    return BulkAnswer(
        count=count, skipped=len(meant) - count, oldest=min(times, default=None), newest=max(times, default=None)
    )
