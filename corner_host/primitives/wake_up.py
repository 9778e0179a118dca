"""Waking a task, once, from anywhere: what an ``anyio.Event`` does, at a third of its size and time.

Thousands of services that wait to be stopped make the difference. asyncio's own future is such a thing; elsewhere an event
does it.
"""

import asyncio
from typing import TypeAlias, final

import anyio
from anyio.lowlevel import current_token

from .loop import LoopHandle


def wake_up() -> "WakeUp":
    """Return a wake-up for the calling task, which waits for it; `set` wakes it soon, from any thread, once or more often.

    Raises:
        anyio.NoEventLoopError: No event loop runs in this thread.

    Example:
        >>> async def main() -> None:
        ...     done = wake_up()
        ...     done.set()
        ...     await done.wait()
        >>> anyio.run(main)
    """
    loop = current_token().native_token
    return _FutureWakeUp(loop) if isinstance(loop, asyncio.AbstractEventLoop) else _EventWakeUp()


@final
class _FutureWakeUp:
    """For a task of asyncio."""

    __slots__ = ("_future",)

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._future: asyncio.Future[None] = loop.create_future()

    def set(self) -> None:
        loop = self._future.get_loop()
        if _is_called_by_task_of(loop):
            self._done()
            return
        try:
            loop.call_soon_threadsafe(self._done)
        except RuntimeError:  # the loop is closed, and with it the task
            return

    def _done(self) -> None:
        if not self._future.done():
            self._future.set_result(None)

    async def wait(self) -> None:
        await self._future


def _is_called_by_task_of(loop: asyncio.AbstractEventLoop) -> bool:
    """Tell so; a signal handler that interrupts the loop while it waits is called by no task, and has to wake it."""
    try:
        return asyncio.get_running_loop() is loop and asyncio.current_task() is not None
    except RuntimeError:  # no loop runs in this thread
        return False


@final
class _EventWakeUp:
    """For any other task."""

    __slots__ = ("_event", "_loop")

    def __init__(self) -> None:
        self._event = anyio.Event()
        self._loop = LoopHandle.current()

    def set(self) -> None:
        self._loop.post(self._event.set)

    async def wait(self) -> None:
        await self._event.wait()


WakeUp: TypeAlias = _FutureWakeUp | _EventWakeUp
"""What one task waits for: ``await wait()`` returns once ``set()`` was called, which does nothing when the loop has ended."""
