"""Virtual time on asyncio: the loop's own ``time`` and ``call_at`` are replaced, on the one loop, while it lasts.

Everything that waits on asyncio, anyio's deadlines too, comes down to these two methods.
"""

import asyncio
import heapq
import math
from collections.abc import Callable
from contextvars import Context
from typing import Any, final

import anyio.lowlevel

from .contracts import NoVirtualTimeError

# the loop looks at its sockets once in each round; what they bring may lead to more
_QUIET_ROUNDS = 3


@final
class AsyncioTime:
    """Keeps the timers of *loop* by itself and hands over those that are due."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop: Any = loop
        self._now = float(math.ceil(loop.time()))  # whole, so that whole seconds stay whole
        self._timers: list[_Timer] = []

    @property
    def now(self) -> float:
        """What the loop takes for the time."""
        return self._now

    @property
    def next_deadline(self) -> float | None:
        """When the next timer is due."""
        while self._timers and self._timers[0].cancelled():
            heapq.heappop(self._timers)
        return self._timers[0].when() if self._timers else None

    def install(self) -> None:
        """Stand between the loop and its timers."""
        if not hasattr(self._loop, "_ready"):
            raise NoVirtualTimeError(
                f"A loop of {type(self._loop).__module__} keeps its time where nobody can reach it.\n"
                "To fix: run tests that use a virtual clock on asyncio's own loop, or on trio."
            )
        self._loop.time = lambda: self._now
        self._loop.call_at = self._call_at

    def uninstall(self) -> None:
        """Give the loop its time back, and the timers that are left."""
        del self._loop.time, self._loop.call_at
        for timer in self._timers:
            if not timer.cancelled():
                self._loop.call_later(max(0.0, timer.when() - self._now), timer.fire)
        self._timers.clear()

    def move_to(self, time: float) -> None:
        """Make it *time*; timers that are due run in their order."""
        self._now = max(self._now, time)
        while (due := self.next_deadline) is not None and due <= self._now:
            self._loop.call_soon(heapq.heappop(self._timers).fire)

    async def settle(self) -> None:
        """Let others run until the loop has nothing left to run."""
        quiet = 0
        while quiet < _QUIET_ROUNDS:
            await anyio.lowlevel.checkpoint()
            quiet = 0 if self._loop._ready else quiet + 1

    def _call_at(
        self, when: float, callback: Callable[..., Any], *args: Any, context: Context | None = None
    ) -> asyncio.TimerHandle:
        timer = _Timer(when, callback, args, self._loop, context)
        if when <= self._now:
            self._loop.call_soon(timer.fire)
        else:
            heapq.heappush(self._timers, timer)
        return timer


class _Timer(asyncio.TimerHandle):
    """A timer that the loop does not know of."""

    def fire(self) -> None:
        """Run the callback, unless it was cancelled meanwhile."""
        if not self.cancelled():
            self._run()
