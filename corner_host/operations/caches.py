# ruff: noqa: ARG002 - this is the surface; what fills it follows
"""``operations.caches``: memory caches."""

from typing import final

from .contracts import ActionResult, Actor, CacheStatus
from .errors import NotFoundError
from .workplace import Workplace


@final
class CacheOperations:
    """The memory cache of the container, if there is one; its name is ``default``."""

    def __init__(self, workplace: Workplace) -> None:
        self._workplace = workplace

    async def list(self) -> tuple[CacheStatus, ...]:
        """Return all."""
        return ()

    async def clear(self, name: str, *, by: Actor, reason: str = "", key: str | None = None) -> ActionResult:
        """Remove everything, or what is at *key* (as text).

        Raises:
            NotFoundError: There is no such cache, or no such key.
        """
        raise NotFoundError("cache", name)
