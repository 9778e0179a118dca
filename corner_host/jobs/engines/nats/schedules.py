"""Recurring jobs in the stream: moving a schedule forward and putting its jobs is one batch, on the condition that it is new.

Source of the idea: compare-and-set, as NATS key-value buckets do it.
"""

import json
import math
from collections.abc import Sequence
from typing import final

from corner_host.jobs.contracts import NewJob, Schedule

from .batches import Message, store_all
from .putting import Putting
from .server import Server, Stored
from .subjects import Subjects


@final
class NatsSchedules:
    """The stored schedules of one stream."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._subjects = Subjects(server.stream)
        self._putting = Putting(server, self._subjects)

    async def add(self, schedule: Schedule) -> None:
        """Store it; other times than the stored ones start it anew."""
        while True:
            stored = await self._server.last(self._subjects.schedule(schedule.id))
            found = None if stored is None else _read(stored)
            if found is not None and found.spec == schedule.spec:
                return
            message = self._message(schedule, schedule.last, None if found is None else found.paused_until)
            if await store_all(self._server, [message.if_last_is(0 if stored is None else stored.sequence)]):
                return

    async def list(self) -> Sequence[Schedule]:
        """Return all that are stored."""
        found = [
            await self._server.last(subject)
            for subject in sorted(await self._server.subjects(self._subjects.all_schedules))
        ]
        return [schedule for stored in found if stored is not None and (schedule := _read(stored)) is not None]

    async def advance(self, schedule: Schedule, upto: float, jobs: Sequence[NewJob]) -> bool:
        """Move it from where it stood to *upto* and put *jobs*; False when another process was first."""
        stored = await self._server.last(self._subjects.schedule(schedule.id))
        found = None if stored is None else _read(stored)
        if (
            stored is None
            or found is None
            or (found.last, found.paused_until) != (schedule.last, schedule.paused_until)
        ):
            return False
        message = self._message(found, upto, found.paused_until)
        return await self._putting.put_with(message.if_last_is(stored.sequence), jobs)

    async def pause(self, schedule_id: str, *, until: float = math.inf) -> bool:
        """Pause it until then."""
        return await self._set(schedule_id, until)

    async def resume(self, schedule_id: str) -> bool:
        """Let it go on."""
        return await self._set(schedule_id, None)

    async def _set(self, schedule_id: str, until: float | None) -> bool:
        while True:
            stored = await self._server.last(self._subjects.schedule(schedule_id))
            found = None if stored is None else _read(stored)
            if stored is None or found is None:
                return False
            message = self._message(found, found.last, until)
            if await store_all(self._server, [message.if_last_is(stored.sequence)]):
                return True

    def _message(self, schedule: Schedule, last: float, until: float | None) -> Message:
        # not paused, paused until it is resumed, or until when
        paused = until is not None if until is None or math.isinf(until) else until
        data = json.dumps([schedule.id, schedule.spec, last, paused]).encode()
        return Message(self._subjects.schedule(schedule.id), data)


def _read(stored: Stored) -> Schedule | None:
    """Return the schedule; None where another program has written something else there."""
    try:
        schedule_id, spec, last, paused = json.loads(stored.data)
    except (ValueError, TypeError):
        return None
    until = math.inf if paused is True else paused or None
    return Schedule(id=schedule_id, spec=spec, last=last, paused_until=until)
