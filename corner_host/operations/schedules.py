# ruff: noqa: ARG002 - this is the surface; what fills it follows
"""``operations.schedules``: recurring jobs, and their next times."""

from typing import final

from corner_host.primitives import Duration

from .contracts import ActionResult, Actor, ScheduleStatus, ScheduleTime
from .errors import NotFoundError
from .workplace import Workplace


@final
class ScheduleOperations:
    """The recurring jobs."""

    def __init__(self, workplace: Workplace) -> None:
        self._workplace = workplace

    async def list(self) -> tuple[ScheduleStatus, ...]:
        """Return all, the next due first."""
        return ()

    async def get(self, schedule_id: str) -> ScheduleStatus:
        """Return one.

        Raises:
            NotFoundError: There is none.
        """
        schedules = await self.list()
        for each in schedules:
            if each.id == schedule_id:
                return each
        raise NotFoundError("schedule", schedule_id, tuple(each.id for each in schedules))

    async def preview(self, schedule_id: str, *, days: float = 30.0, limit: int = 100) -> tuple[ScheduleTime, ...]:
        """Return the times of the next days, with what the change of clocks does to them."""
        raise NotFoundError("schedule", schedule_id)

    async def run_now(self, schedule_id: str, *, by: Actor, reason: str = "") -> ActionResult:
        """Put its job now, besides its times."""
        raise NotFoundError("schedule", schedule_id)

    async def pause(
        self, schedule_id: str, *, by: Actor, reason: str = "", duration: Duration | None = None
    ) -> ActionResult:
        """Put nothing, for a time or until `resume`; on all hosts that share the store."""
        raise NotFoundError("schedule", schedule_id)

    async def resume(self, schedule_id: str, *, by: Actor, reason: str = "") -> ActionResult:
        """Let it go on."""
        raise NotFoundError("schedule", schedule_id)
