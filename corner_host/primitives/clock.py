"""What time it is, as a service, so that tests can decide it."""

import time
from typing import Protocol, final, runtime_checkable

import anyio

import corner_host.primitives as door

from .durations import seconds as checked


@runtime_checkable
class Clock(Protocol):
    """Tells the time and lets it pass.

    The host registers a `SystemClock`; a test registers its own.
    """

    def now(self) -> "door.times.TimeOfDay":
        """Return the time of day, aware, in UTC."""
        ...

    def monotonic(self) -> float:
        """Return seconds that never go back, from an arbitrary start."""
        ...

    async def sleep(self, seconds: float, /) -> None:
        """Return after *seconds* (float, at least 0); cancellable."""
        ...


@final
class SystemClock:
    """The machine's clock.

    Example:
        >>> SystemClock().now().tzname()
        'UTC'
    """

    __slots__ = ()

    def now(self) -> "door.times.TimeOfDay":
        """Return the time of day, aware, in UTC."""
        return door.times.utc_now()

    def monotonic(self) -> float:
        """Return seconds that never go back, from an arbitrary start."""
        return time.monotonic()

    async def sleep(self, seconds: "door.Duration") -> None:
        """Return after *seconds* (float, or a timedelta); cancellable."""
        await anyio.sleep(checked(seconds, "sleep"))
