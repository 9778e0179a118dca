"""Recurring jobs in the store: who moves a schedule forward also puts its jobs, in one transaction."""

import math
import sqlite3
import time
from collections.abc import Callable, Sequence
from typing import Final, final

from corner_host.jobs.contracts import NewJob, Schedule

from .putting import put
from .writer import Writer

_PAUSED: Final = 1
"""In ``paused``: until it is resumed. 0 is not at all, and anything else until when, in seconds since the epoch."""


@final
class SqliteSchedules:
    """The stored schedules of one file."""

    def __init__(self, writer: Writer, changed: Callable[[], None]) -> None:
        self._writer = writer
        self._changed = changed

    async def add(self, schedule: Schedule) -> None:
        """Store it; other times than the stored ones start it anew."""
        await self._writer.execute(
            lambda connection: connection.execute(
                "INSERT INTO corner_job_schedules VALUES (?, ?, ?, 0) ON CONFLICT (id) DO UPDATE"
                " SET spec = excluded.spec, last = excluded.last WHERE spec != excluded.spec",
                (schedule.id, schedule.spec, schedule.last),
            )
        )

    async def list(self) -> Sequence[Schedule]:
        """Return all that are stored."""
        return await self._writer.execute(
            lambda connection: [
                Schedule(id=name, spec=spec, last=last, paused_until=math.inf if paused == _PAUSED else paused or None)
                for name, spec, last, paused in connection.execute(
                    "SELECT id, spec, last, paused FROM corner_job_schedules"
                )
            ]
        )

    async def advance(self, schedule: Schedule, upto: float, jobs: Sequence[NewJob]) -> bool:
        """Move it from where it stood to *upto* and put *jobs*; False when another process was first."""

        def move(connection: sqlite3.Connection) -> bool:
            moved = connection.execute(
                "UPDATE corner_job_schedules SET last = ? WHERE id = ? AND last = ? AND paused = ?",
                (upto, schedule.id, schedule.last, _stored(schedule.paused_until)),
            ).rowcount
            if moved:
                put(connection, jobs, time.time())
            return bool(moved)

        moved = await self._writer.execute(move)
        self._changed()
        return moved

    async def pause(self, schedule_id: str, *, until: float = math.inf) -> bool:
        """Pause it until then."""
        return await self._set(schedule_id, until)

    async def resume(self, schedule_id: str) -> bool:
        """Let it go on."""
        return await self._set(schedule_id, None)

    async def _set(self, schedule_id: str, until: float | None) -> bool:
        statement = "UPDATE corner_job_schedules SET paused = ? WHERE id = ?"
        return await self._writer.execute(
            lambda connection: bool(connection.execute(statement, (_stored(until), schedule_id)).rowcount)
        )


def _stored(until: float | None) -> float:
    return 0 if until is None else _PAUSED if math.isinf(until) else until
