"""The dead letters of the stream: found by walking them, since a stream has no index but its subjects."""

from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, final

import anyio

from corner_host.jobs.info import JobFilter, JobInfo, JobState

from .letters import Letter
from .server import Server, Stored
from .subjects import Place, Subjects

_AT_ONCE: Final = 64


@final
@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A dead job where it lies."""

    stored: Stored
    letter: Letter

    @property
    def info(self) -> JobInfo:
        """The job as it is shown."""
        return self.letter.info(JobState.DEAD, self.letter.attempts)


async def dead_letters(server: Server, wanted: JobFilter, *, before: str | None = None) -> AsyncGenerator[DeadLetter]:
    """Yield the dead jobs that are meant, newest first."""
    subjects = Subjects(server.stream)
    found = sorted(
        await server.subjects(subjects.all_at(Place.DEAD)), key=lambda each: each.rpartition(".")[2], reverse=True
    )
    if before is not None:
        found = [each for each in found if each.rpartition(".")[2] < before]
    for start in range(0, len(found), _AT_ONCE):
        for stored in await _read(server, found[start : start + _AT_ONCE]):
            if stored is not None and _is_meant(letter := Letter.found(stored.subject, stored.data), wanted):
                yield DeadLetter(stored, letter)


async def _read(server: Server, subjects: Sequence[str]) -> list[Stored | None]:
    read: dict[str, Stored | None] = {}

    async def one(subject: str) -> None:
        read[subject] = await server.last(subject)

    async with anyio.create_task_group() as group:
        for subject in subjects:
            group.start_soon(one, subject)
    return [read[subject] for subject in subjects]


def _is_meant(letter: Letter, wanted: JobFilter) -> bool:
    failure = letter.failure
    kind, message, place = ("", "", "") if failure is None else (failure.kind, failure.message, failure.place)
    enqueued_at = letter.enqueued_at
    exact = (
        (wanted.name, letter.name),
        (wanted.queue, letter.queue),
        (wanted.key, letter.key),
        (wanted.error_type, kind),
        (wanted.error_place, place),
        (wanted.parent, None),
        (wanted.worker, None),
    )
    return (
        all(want is None or want == found for want, found in exact)
        and (wanted.error is None or wanted.error in kind or wanted.error in message)
        and (wanted.text is None or _has(letter, wanted.text))
        and (wanted.since is None or enqueued_at >= _seconds(wanted.since))
        and (wanted.until is None or enqueued_at < _seconds(wanted.until))
    )


def _has(letter: Letter, text: str) -> bool:
    texts = (letter.id, letter.key or "", letter.payload.decode(errors="replace"))
    return any(text.lower() in each.lower() for each in texts)


def _seconds(moment: datetime) -> float:
    return moment.timestamp()
