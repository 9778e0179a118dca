"""What time it is, as a service, so that tests can decide it."""

import time
from datetime import UTC, datetime
from typing import Protocol, final, runtime_checkable

import anyio

from .durations import Duration
from .durations import seconds as checked


@runtime_checkable
class Clock(Protocol):
    """Tells the time and lets it pass.

    The host registers a `SystemClock`; a test registers its own.
    """

    def now(self) -> datetime:
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

    def now(self) -> datetime:
        """Return the time of day, aware, in UTC."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """Return seconds that never go back, from an arbitrary start."""
        return time.monotonic()

    async def sleep(self, seconds: Duration) -> None:
        """Return after *seconds* (float, or a timedelta); cancellable."""
        await anyio.sleep(checked(seconds, "sleep"))
