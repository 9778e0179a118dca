# ruff: noqa: ARG002 - this is the surface; what fills it follows
"""``operations.health``: the health checks, and what they answered lately."""

from typing import final

from .contracts import Actor, CheckStatus, HealthOverview
from .errors import NotFoundError
from .workplace import Workplace


@final
class HealthOperations:
    """The health checks."""

    def __init__(self, workplace: Workplace) -> None:
        self._workplace = workplace

    async def overview(self) -> HealthOverview:
        """Return the last answers, without asking anew."""
        return HealthOverview()

    async def run(self, name: str | None = None, *, by: Actor) -> HealthOverview:
        """Ask one check, or all, now.

        Raises:
            NotFoundError: There is none of this name.
        """
        if name is not None:
            raise NotFoundError("health check", name)
        return HealthOverview()

    async def get(self, name: str) -> CheckStatus:
        """Return one.

        Raises:
            NotFoundError: There is none.
        """
        checks = (await self.overview()).checks
        for each in checks:
            if each.name.lower() == name.lower():
                return each
        raise NotFoundError("health check", name, tuple(each.name for each in checks))
