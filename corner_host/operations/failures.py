# ruff: noqa: ARG002 - this is the surface; what fills it follows
"""``operations.failures``: one error or many."""

from datetime import datetime
from typing import final

from corner_host.primitives import Duration

from .contracts import ActionResult, Actor, FailureGroup
from .errors import NotFoundError
from .workplace import Workplace


@final
class FailureOperations:
    """Dead letters, failed work items and faults of services, grouped by error type and place in user code."""

    def __init__(self, workplace: Workplace) -> None:
        self._workplace = workplace

    async def list(
        self, *, since: datetime | None = None, until: datetime | None = None, limit: int = 50
    ) -> tuple[FailureGroup, ...]:
        """Return the groups of a range (the last 24 hours), most frequent first."""
        return ()

    async def get(self, group_id: str) -> FailureGroup:
        """Return one of the last seven days.

        Raises:
            NotFoundError: There is none.
        """
        raise NotFoundError("group of failures", group_id)

    async def requeue(
        self, group_id: str, *, by: Actor, reason: str = "", dry_run: bool = False, rate: float | None = None
    ) -> ActionResult:
        """Let the jobs of a group run again."""
        raise NotFoundError("group of failures", group_id)

    async def mute(self, group_id: str, *, duration: Duration, by: Actor, reason: str = "") -> ActionResult:
        """Leave a group out of what is failing, for a time."""
        raise NotFoundError("group of failures", group_id)

    async def unmute(self, group_id: str, *, by: Actor, reason: str = "") -> ActionResult:
        """Count a group as failing again."""
        raise NotFoundError("group of failures", group_id)
