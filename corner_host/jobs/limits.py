"""Time limits of what runs: one timer for all of them, since one for each would cost a sixth of a short job."""

import math
from typing import final

import anyio


@final
class TimeLimits:
    """Cancels what has run for too long, while `keep` runs.

    Example:
        >>> async def main() -> None:
        ...     limits = TimeLimits()
        ...     async with anyio.create_task_group() as group:
        ...         group.start_soon(limits.keep)
        ...         with anyio.CancelScope() as scope:
        ...             limits.begin(scope, 0.001)
        ...             await anyio.sleep_forever()
        ...         limits.end(scope, 0.001)
        ...         print(scope.cancelled_caught)
        ...         group.cancel_scope.cancel()
        >>> anyio.run(main)
        True
    """

    def __init__(self) -> None:
        # by the limit, so that each has its ends in order
        self._ends: dict[float, dict[anyio.CancelScope, float]] = {}
        self._next = math.inf
        self._sooner = anyio.Event()

    def begin(self, scope: anyio.CancelScope, seconds: float) -> None:
        """Have *scope* cancelled in so many seconds, unless it has ended by then."""
        end = anyio.current_time() + seconds
        try:
            self._ends[seconds][scope] = end
        except KeyError:
            self._ends[seconds] = {scope: end}
        if end < self._next:
            self._next = end
            self._sooner.set()

    def end(self, scope: anyio.CancelScope, seconds: float) -> None:
        """Note that *scope*, which had so many seconds, has ended."""
        del self._ends[seconds][scope]

    async def keep(self) -> None:
        """Cancel what comes to its end, until this is cancelled itself."""
        while True:
            self._sooner = anyio.Event()
            now = anyio.current_time()
            self._next = math.inf
            for running in self._ends.values():
                for scope, end in running.items():
                    if end > now:
                        self._next = min(self._next, end)
                        break
                    scope.cancel()
            with anyio.CancelScope(deadline=self._next):
                await self._sooner.wait()
