# ruff: noqa: ARG002 - this is the surface; what fills it follows
"""``operations.services``: the hosted services."""

from typing import final

from .contracts import ActionResult, Actor, ServiceDetail, ServiceStatus
from .errors import NotFoundError
from .workplace import Workplace


@final
class ServiceOperations:
    """The hosted services, in order of start."""

    def __init__(self, workplace: Workplace) -> None:
        self._workplace = workplace

    async def list(self) -> tuple[ServiceStatus, ...]:
        """Return all, in order of start."""
        return ()

    async def get(self, name: str) -> ServiceDetail:
        """Return all about one.

        Raises:
            NotFoundError: There is none.
        """
        raise NotFoundError("service", name)

    async def restart(self, name: str, *, by: Actor, reason: str = "") -> ActionResult:
        """Stop a background service and run it again.

        Raises:
            NotFoundError: There is none.
            UnavailableError: It cannot be restarted.
        """
        raise NotFoundError("service", name)
