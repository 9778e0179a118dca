"""Ticking once a period, on a grid that a slow body does not shift."""

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import final

import anyio


@final
class Ticks(AsyncIterator[int]):
    """The ticks of `CancellationToken.every`: numbers from 1, once a period, until a sleep is cut short.

    A class, since an abandoned asynchronous generator is reported under trio.

    Args:
        sleep: Sleeps for so many seconds; True when it was cut short, which ends the ticking.
        period: Seconds from one tick to the next, above 0.
        immediately: Whether the first tick comes at once.
    """

    def __init__(self, sleep: Callable[[float], Awaitable[bool]], period: float, *, immediately: bool) -> None:
        self._sleep = sleep
        self._period = period
        self._immediately = immediately
        self._due: float | None = None
        self._number = 0

    async def __anext__(self) -> int:
        now = anyio.current_time()
        if self._due is None:
            self._due = now if self._immediately else now + self._period
        else:
            self._due += self._period
            if self._due < now:  # one tick makes up for all that were missed
                self._due += (now - self._due) // self._period * self._period
        if await self._sleep(max(0.0, self._due - now)):
            raise StopAsyncIteration
        self._number += 1
        return self._number
