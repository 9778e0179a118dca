"""``operations.runs``: one row for each life of the host."""

from typing import final

import anyio.to_thread

from .contracts import HostRun
from .errors import InvalidRequestError, NotFoundError
from .workplace import Workplace


@final
class RunOperations:
    """The lives of this host, this one included; they survive restarts."""

    def __init__(self, workplace: Workplace) -> None:
        self._workplace = workplace

    async def list(self, *, limit: int = 50) -> tuple[HostRun, ...]:
        """Return the last ones, newest first.

        Raises:
            InvalidRequestError: *limit* is not from 1 to 1,000.
        """
        if not 1 <= limit <= 1000:
            raise InvalidRequestError(f"limit must be from 1 to 1000, not {limit}.", field="limit")
        return (await self._all())[:limit]

    async def get(self, run_id: str) -> HostRun:
        """Return one; ``-1`` is the one before this, ``-2`` the one before that, ``current`` this one.

        Raises:
            NotFoundError: There is none.
        """
        runs = await self._all()
        if run_id == "current":
            return next((each for each in runs if each.is_current), self._workplace.lives.run)
        earlier = [each for each in runs if not each.is_current]
        if run_id.startswith("-") and run_id[1:].isascii() and run_id[1:].isdigit():
            index = int(run_id[1:])
            if 1 <= index <= len(earlier):
                return earlier[index - 1]
        for each in runs:
            if each.id == run_id:
                return each
        raise NotFoundError("run", run_id)

    async def _all(self) -> tuple[HostRun, ...]:
        runs = await anyio.to_thread.run_sync(self._workplace.lives.list)
        if not any(each.is_current for each in runs):  # not written yet, or it cannot be
            runs.insert(0, self._workplace.lives.run)
        return tuple(runs)
