# ruff: noqa: ARG002 - this is the surface; what fills it follows
"""``operations.runs``: one row for each life of the host."""

from typing import final

from .contracts import HostRun
from .errors import NotFoundError
from .workplace import Workplace


@final
class RunOperations:
    """The lives of this host, this one included; they survive restarts."""

    def __init__(self, workplace: Workplace) -> None:
        self._workplace = workplace

    async def list(self, *, limit: int = 50) -> tuple[HostRun, ...]:
        """Return the last ones, newest first."""
        return ()

    async def get(self, run_id: str) -> HostRun:
        """Return one; ``-1`` is the one before this, ``-2`` the one before that, ``current`` this one.

        Raises:
            NotFoundError: There is none.
        """
        raise NotFoundError("run", run_id)
