"""Recurring jobs in the database: who moves a schedule forward also puts its jobs, in one transaction."""

import math
import time
from collections.abc import Callable, Sequence
from typing import final

from corner_host.jobs.contracts import NewJob, Schedule

from .pool import Pool
from .putting import put
from .statements import Statements


@final
class PostgresSchedules:
    """The stored schedules of one database."""

    def __init__(self, pool: Pool, statements: Statements, changed: Callable[[], None]) -> None:
        self._pool = pool
        self._statements = statements
        self._table = f"{statements.schema}.schedules"
        self._changed = changed

    async def add(self, schedule: Schedule) -> None:
        """Store it; other times than the stored ones start it anew."""
        await self._pool.fetch(
            f"INSERT INTO {self._table} (id, spec, last) VALUES ($1, $2, $3) ON CONFLICT (id) DO UPDATE"
            f" SET spec = excluded.spec, last = excluded.last WHERE {self._table}.spec <> excluded.spec",
            schedule.id,
            schedule.spec,
            schedule.last,
        )

    async def list(self) -> Sequence[Schedule]:
        """Return all that are stored."""
        rows = await self._pool.fetch(f"SELECT id, spec, last, paused_until FROM {self._table} ORDER BY id")
        return [
            Schedule(id=row["id"], spec=row["spec"], last=row["last"], paused_until=row["paused_until"]) for row in rows
        ]

    async def advance(self, schedule: Schedule, upto: float, jobs: Sequence[NewJob]) -> bool:
        """Move it from where it stood to *upto* and put *jobs*; False when another process was first."""
        async with self._pool.transaction() as fetch:
            moved = await fetch(
                f"UPDATE {self._table} SET last = $1 WHERE id = $2 AND last = $3"
                " AND paused_until IS NOT DISTINCT FROM $4 RETURNING id",
                upto,
                schedule.id,
                schedule.last,
                schedule.paused_until,
            )
            if moved and jobs:
                await put(fetch, self._statements, jobs, time.time())
        self._changed()
        return bool(moved)

    async def pause(self, schedule_id: str, *, until: float = math.inf) -> bool:
        """Pause it until then."""
        return await self._set(schedule_id, until)

    async def resume(self, schedule_id: str) -> bool:
        """Let it go on."""
        return await self._set(schedule_id, None)

    async def _set(self, schedule_id: str, until: float | None) -> bool:
        statement = f"UPDATE {self._table} SET paused_until = $2 WHERE id = $1 RETURNING id"
        return bool(await self._pool.fetch(statement, schedule_id, until))
