"""Reaching a running event loop from any thread, without waiting for it.

anyio offers ``from_thread.run_sync``, which blocks until the loop has answered (about 50 us); a cancellation or a
wake-up must not. This file alone knows the native loops behind anyio's back ends.
"""

import sys
from collections.abc import Callable
from contextvars import copy_context
from functools import partial
from typing import Any, final

from anyio.lowlevel import EventLoopToken, current_token


@final
class LoopHandle:
    """A running event loop, as other threads may know it.

    Example:
        >>> import anyio
        >>> async def main() -> None:
        ...     done = anyio.Event()
        ...     LoopHandle.current().post(done.set)
        ...     await done.wait()
        >>> anyio.run(main)
    """

    __slots__ = ("_post", "_soon", "_token")

    def __init__(self, token: EventLoopToken) -> None:
        self._token = token
        native: Any = token.native_token  # an ``asyncio.AbstractEventLoop``, or a ``trio.lowlevel.TrioToken``
        if hasattr(native, "call_soon_threadsafe"):
            # in the context of here: the one of another thread knows nothing of the loop, and anyio looks there
            context = copy_context()
            context.run(_say_asyncio)
            self._post: Callable[[Callable[[], object]], Any] = partial(native.call_soon_threadsafe, context=context)
            self._soon: Callable[[Callable[[], object]], Any] | None = partial(native.call_soon, context=context)
        else:
            self._post = native.run_sync_soon
            self._soon = None

    @classmethod
    def current(cls) -> "LoopHandle":
        """Return the loop that runs the calling task.

        Raises:
            anyio.NoEventLoopError: No event loop runs in this thread.
        """
        return cls(current_token())

    @property
    def is_asyncio(self) -> bool:
        """Whether it is a loop of asyncio (uvloop's are); else it is trio's."""
        return self._soon is not None

    @property
    def backend(self) -> str:
        """What it is called: ``asyncio``, ``asyncio+uvloop`` or ``trio``."""
        if not self.is_asyncio:
            return "trio"
        is_uvloop = type(self._token.native_token).__module__.partition(".")[0] == "uvloop"
        return "asyncio+uvloop" if is_uvloop else "asyncio"

    @property
    def token(self) -> EventLoopToken:
        """The token that ``anyio.from_thread`` takes."""
        return self._token

    def post(self, callback: Callable[[], object]) -> bool:
        """Run *callback* soon in the loop's thread; callable from any thread, never blocks.

        *callback* must not raise. Returns False when the loop has ended, in which case nothing runs.
        """
        try:
            if self._soon is not None and self._is_called_by_its_task():
                self._soon(callback)
            else:
                self._post(callback)
        except RuntimeError:  # asyncio: the loop is closed; trio.RunFinishedError is a RuntimeError too
            return False
        return True

    def _is_called_by_its_task(self) -> bool:
        """Tell whether one of asyncio's own tasks calls: then the loop need not be woken up, which costs a system call.

        A signal handler that interrupts the loop while it waits is called by no task.
        """
        import asyncio  # noqa: PLC0415 - loaded already, since this is asyncio's loop

        try:
            task = asyncio.current_task()
        except RuntimeError:  # no loop runs in this thread
            return False
        return task is not None and task.get_loop() is self._token.native_token


def _say_asyncio() -> None:
    """Have anyio find asyncio in a callback, too, where no task runs that tells it, and nobody began with ``anyio.run``."""
    if (sniffio := sys.modules.get("sniffio")) is not None:  # without it, anyio takes any loop for asyncio's
        sniffio.current_async_library_cvar.set("asyncio")
