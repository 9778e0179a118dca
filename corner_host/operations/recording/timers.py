"""What ends by itself: a pause, a changed level."""

import logging
from collections.abc import Awaitable, Callable
from typing import final

import anyio

from corner_host.primitives import Clock

_log = logging.getLogger("corner_host.operations")


@final
class Timers:
    """Things to be done at a time, by name; a new one of the same name replaces the old. Used from the host's loop."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._due: dict[str, tuple[float, Callable[[], Awaitable[object]]]] = {}
        self._nap = anyio.CancelScope()

    def set(self, name: str, seconds: float, action: Callable[[], Awaitable[object]]) -> None:
        """Do *action* after *seconds*."""
        self._due[name] = (self._clock.monotonic() + seconds, action)
        self._nap.cancel()

    def cancel(self, name: str) -> None:
        """Forget about it."""
        self._due.pop(name, None)

    def left(self, name: str) -> float | None:
        """Return after how many seconds it will be done; None if it will not."""
        due = self._due.get(name)
        return None if due is None else max(0.0, due[0] - self._clock.monotonic())

    async def run(self) -> None:
        """Do what is due, until cancelled."""
        while True:
            with anyio.CancelScope() as self._nap:
                now = self._clock.monotonic()
                await self._clock.sleep(max(0.0, min((at - now for at, _ in self._due.values()), default=3600.0)))
            await self._do_due()

    async def _do_due(self) -> None:
        now = self._clock.monotonic()
        for name, (at, action) in list(self._due.items()):
            if at <= now and self._due.pop(name, None) is not None:
                try:
                    await action()
                except Exception:  # noqa: BLE001 - the others are still to be done
                    _log.exception("%s could not be ended.", name)
