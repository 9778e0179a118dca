"""Jobs put into the stream, together with the keys that they hold.

A key is a message that names its job; it is stored with the job or not at all, and only where there is none. After the
job's end it is emptied, and soon forgotten by the server. A worker that was killed between the two leaves it: so a key
whose job has ended, and stays so for a while, may be taken.
"""

import time
from collections.abc import Sequence
from typing import Final, final

import anyio

from corner_host.jobs.contracts import Duplicate, Enqueued, NewJob
from corner_host.jobs.errors import JobEngineError, JobEngineUnavailableError

from .batches import MOST_MESSAGES, Message, store_all
from .letters import ROOM, Letter
from .server import RefusedError, Server, Stored
from .subjects import Place, Subjects, place_of

_PATIENCE_SECONDS: Final = 15.0
_PAUSE_SECONDS: Final = 0.25
_LEFT_SECONDS: Final = 5.0
_LOOK_SECONDS: Final = 0.01
_MOST_JOBS: Final = MOST_MESSAGES // 2 - 1
"""Of one batch: a job with a key takes two messages, and a schedule may come along."""


def ready_or_later(subjects: Subjects, letter: Letter, now: float) -> Message:
    """Return the message of a job that is to run at its time."""
    work = subjects.job(Place.WORK, letter.queue, letter.name, letter.id)
    if letter.run_at <= now:
        return Message(work, letter.write())
    later = subjects.job(Place.LATER, letter.queue, letter.name, letter.id)
    return Message(later, letter.write()).moved_to(work, letter.run_at)


def freed(subjects: Subjects, name: str, key: str) -> Message:
    """Return what frees a key."""
    return Message(subjects.key(name, key)).kept_for(1)


@final
class Putting:
    """Puts jobs."""

    def __init__(self, server: Server, subjects: Subjects) -> None:
        self._server = server
        self._subjects = subjects

    async def put(self, jobs: Sequence[NewJob]) -> list[Enqueued | Duplicate]:
        """Store jobs, all or none of each five hundred; a key that is taken makes a duplicate of that one only.

        Raises:
            JobPayloadError: One is too large; none is stored.
            JobEngineError: The server did not answer; the message says what is known.
        """
        for job in jobs:
            if len(job.payload) > self._server.most_bytes - ROOM:
                raise self._server.too_large(len(job.payload))
        answers: list[Enqueued | Duplicate] = []
        for start in range(0, len(jobs), _MOST_JOBS):
            try:
                answers += await self._put_once(jobs[start : start + _MOST_JOBS])
            except JobEngineError as error:
                if answers:
                    raise JobEngineError(
                        f"{error}\nThe first {len(answers)} of {len(jobs)} jobs are stored."
                    ) from error
                raise
        return answers

    async def put_with(self, condition: Message, jobs: Sequence[NewJob]) -> bool:
        """Store jobs and one more message, all or none; False when the condition of that one does not hold."""
        batch = _Batch(self._server, self._subjects, jobs)
        while True:
            if await store_all(self._server, [*batch.messages(), condition]):
                return True
            if not await batch.look_at_keys():
                return False

    async def _put_once(self, jobs: Sequence[NewJob]) -> list[Enqueued | Duplicate]:
        batch = _Batch(self._server, self._subjects, jobs)
        patience: float | None = None
        asked = in_doubt = False
        while True:
            try:
                if asked and await batch.is_stored():
                    return batch.answers()
                messages = batch.messages()
                asked = True
                if not messages or await store_all(self._server, messages):
                    return batch.answers()
                asked = False
                await batch.look_at_keys()
            except RefusedError:
                raise
            except JobEngineError as error:  # whether it was stored is asked before it is tried again
                in_doubt = in_doubt or not isinstance(error, JobEngineUnavailableError)
                now = anyio.current_time()
                patience = patience or now + _PATIENCE_SECONDS
                if now > patience:
                    if not in_doubt:
                        raise
                    raise JobEngineError(f"{error}\nIt is not known whether the job was stored.") from error
                await anyio.sleep(_PAUSE_SECONDS)


@final
class _Batch:
    """Jobs that are to be stored together, and what is known of their keys."""

    def __init__(self, server: Server, subjects: Subjects, jobs: Sequence[NewJob]) -> None:
        self._server = server
        self._subjects = subjects
        self._jobs = jobs
        self._now = time.time()
        self._expected: dict[str, int] = {}
        self._duplicates: dict[str, str] = {}
        held: dict[str, str] = {}
        for job in jobs:
            if job.key is not None:
                first = held.setdefault(subjects.key(job.name, job.key), job.id)
                if first != job.id:
                    self._duplicates[job.id] = first

    def answers(self) -> list[Enqueued | Duplicate]:
        return [
            Duplicate(self._duplicates[job.id]) if job.id in self._duplicates else Enqueued(job.id)
            for job in self._jobs
        ]

    def messages(self) -> list[Message]:
        messages: list[Message] = []
        for job in self._new():
            messages.append(ready_or_later(self._subjects, Letter.of(job, self._now), self._now))
            if job.key is not None:
                subject = self._subjects.key(job.name, job.key)
                messages.append(Message(subject, job.id.encode()).if_last_is(self._expected.get(subject, 0)))
        return messages

    async def is_stored(self) -> bool:
        new = self._new()
        return not new or await self._server.last(self._subjects.wherever(new[0].id)) is not None

    async def look_at_keys(self) -> bool:
        """Find out which keys are taken; False when nothing has changed."""
        before = dict(self._expected), dict(self._duplicates)
        for job in self._new():
            if job.key is None:
                continue
            subject = self._subjects.key(job.name, job.key)
            holder = await self._holder(subject)
            if holder is not None and holder.data and holder.data.decode() != job.id:
                self._duplicates[job.id] = holder.data.decode()
            else:
                self._expected[subject] = 0 if holder is None else holder.sequence
        return before != (self._expected, self._duplicates)

    async def _holder(self, subject: str) -> Stored | None:
        """Return the key's message; as an empty one where its job has ended and nobody has freed it for a while."""
        patience = anyio.current_time() + _LEFT_SECONDS
        while True:
            holder = await self._server.last(subject)
            if holder is None or not holder.data:
                return holder
            job = await self._server.last(self._subjects.wherever(holder.data.decode()))
            if job is not None and place_of(job.subject) not in {Place.ENDED, Place.DEAD}:
                return holder
            if anyio.current_time() > patience:
                return Stored(holder.subject, holder.sequence, b"")
            await anyio.sleep(_LOOK_SECONDS)

    def _new(self) -> list[NewJob]:
        return [job for job in self._jobs if job.id not in self._duplicates]
