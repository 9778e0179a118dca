"""Where a task stands while it waits to be woken once, from any thread.

`anyio.Event` and `LoopHandle` would do on every back end. On asyncio a bare future does the same for an eighth of the cost,
which counts where a producer and a consumer wait for each other by turns.
"""

from contextlib import suppress
from typing import Any, Protocol, final

import anyio

from corner_host.primitives import LoopHandle

from .current_task import own_loop_of_asyncio


class Berth(Protocol):
    """Left once."""

    @property
    def is_left(self) -> bool:
        """Whether `leave` has come through."""
        ...

    def leave(self, *, at_once: bool) -> None:
        """Wake the task: *at_once* if one of the same event loop calls, which is awake; else from any thread."""
        ...

    async def stay(self) -> None:
        """Wait until then."""
        ...


def berth() -> Berth:
    """Return a new one for the calling task."""
    loop = own_loop_of_asyncio()
    return AnyBerth() if loop is None else AsyncioBerth(loop)


@final
class AsyncioBerth:
    """A future of asyncio."""

    __slots__ = ("_future", "_loop")

    def __init__(self, loop: Any) -> None:
        self._loop = loop
        self._future = loop.create_future()

    @property
    def is_left(self) -> bool:
        """Whether the future has its result."""
        return bool(self._future.done() and not self._future.cancelled())

    def leave(self, *, at_once: bool) -> None:
        """Give the future its result."""
        if at_once:
            self._settle()
            return
        with suppress(RuntimeError):  # the loop is closed, and nobody waits any more
            self._loop.call_soon_threadsafe(self._settle)

    def _settle(self) -> None:
        if not self._future.done():
            self._future.set_result(None)

    async def stay(self) -> None:
        """Await the future."""
        await self._future


@final
class AnyBerth:
    """An event of anyio."""

    __slots__ = ("_event", "_loop")

    def __init__(self) -> None:
        self._event = anyio.Event()
        self._loop = LoopHandle.current()

    @property
    def is_left(self) -> bool:
        """Whether the event is set."""
        return self._event.is_set()

    def leave(self, *, at_once: bool) -> None:
        """Set the event."""
        if at_once:
            self._event.set()
        else:
            self._loop.post(self._event.set)

    async def stay(self) -> None:
        """Wait for the event."""
        await self._event.wait()
