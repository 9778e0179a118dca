# ruff: noqa: ARG002 - this is the surface; what fills it follows
"""``operations.queues``: what waits, and the valve before it."""

from typing import final

from corner_host.primitives import Duration

from .contracts import ActionResult, Actor, QueueStatus
from .errors import NotFoundError
from .workplace import Workplace


@final
class QueueOperations:
    """The queue in memory, and the queues of durable jobs."""

    def __init__(self, workplace: Workplace) -> None:
        self._workplace = workplace

    async def list(self) -> tuple[QueueStatus, ...]:
        """Return all queues, the one in memory first."""
        return ()

    async def get(self, name: str) -> QueueStatus:
        """Return one.

        Raises:
            NotFoundError: There is none of this name.
        """
        queues = await self.list()
        for each in queues:
            if each.name == name:
                return each
        raise NotFoundError("queue", name, tuple(each.name for each in queues))

    async def pause(self, name: str, *, by: Actor, reason: str = "", duration: Duration | None = None) -> ActionResult:
        """Begin nothing new from it; what runs goes on, and new work is taken in.

        Args:
            name: The queue.
            by: Who.
            reason: Why.
            duration: For how long; None until `resume`.
        """
        raise NotFoundError("queue", name)

    async def resume(self, name: str, *, by: Actor, reason: str = "") -> ActionResult:
        """Let a paused queue go on."""
        raise NotFoundError("queue", name)

    async def set_concurrency(self, name: str, concurrency: int, *, by: Actor, reason: str = "") -> ActionResult:
        """Let so many run at once, until the host ends."""
        raise NotFoundError("queue", name)

    async def purge(self, name: str, *, by: Actor, reason: str = "") -> ActionResult:
        """Throw away what waits. There is no way back."""
        raise NotFoundError("queue", name)
