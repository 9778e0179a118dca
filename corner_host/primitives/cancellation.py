"""Asking work to stop, cooperatively, from any thread.

A `CancellationTokenSource` decides; its `CancellationToken` is handed to the work, which looks, waits or registers.
This is for *cooperative* stop: what must end now is cancelled by anyio, and that cancellation is never swallowed here.

Source of the behaviour: https://learn.microsoft.com/dotnet/standard/threading/cancellation-in-managed-threads
"""

import threading
from collections.abc import AsyncIterator, Callable, Generator
from contextlib import contextmanager
from types import TracebackType
from typing import Final, Self, final

import anyio
import anyio.lowlevel

import corner_host.primitives as door

from .durations import seconds as checked
from .errors import CornerHostError
from .loop import LoopHandle
from .wake_up import wake_up


class OperationCancelledError(CornerHostError, RuntimeError):
    """Work was asked to stop through a `CancellationToken` and says that it did not finish.

    It is an ordinary exception. anyio's own cancellation is something else and is never replaced by it.
    """

    def __init__(self, message: str = "The operation was cancelled.") -> None:
        super().__init__(message)


_COROUTINE: Final = 0x80
"""``inspect.CO_COROUTINE``, of a module that takes longer to load than all of this."""


@final
class CancellationTokenRegistration:
    """A callback waiting for a token's cancellation; ends by `unregister` or on leaving ``with``."""

    __slots__ = ("_key", "_state")

    def __init__(self, state: "_State | None", key: int) -> None:
        self._state = state
        self._key = key

    def unregister(self) -> bool:
        """Take the callback back. Returns True when it had not run and will not run."""
        return self._state is not None and self._state.remove(self._key)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.unregister()


@final
class CancellationToken:
    """Tells work that it should stop: look at it, wait for it, or register a callback.

    Tokens come from a `CancellationTokenSource`; every member may be used from any thread, and the awaitable ones on
    asyncio and trio.

    Example:
        >>> source = CancellationTokenSource()
        >>> source.token.is_cancellation_requested
        False
        >>> source.cancel()
        >>> source.token.is_cancellation_requested
        True
    """

    __slots__ = ("_state",)

    def __init__(self, state: "_State | None" = None) -> None:
        self._state = state

    @staticmethod
    def none() -> "CancellationToken":
        """Return a token that is never cancelled."""
        return _NONE

    @property
    def is_cancellation_requested(self) -> bool:
        """Whether the work should stop."""
        return self._state is not None and self._state.cancelled

    def throw_if_cancellation_requested(self) -> None:
        """Raise `OperationCancelledError` if the work should stop."""
        if self.is_cancellation_requested:
            raise OperationCancelledError

    def register(self, callback: Callable[[], object]) -> CancellationTokenRegistration:
        """Have *callback* called when the token is cancelled, in the cancelling thread; last registered first.

        If the token is already cancelled it is called at once, here, and what it raises is raised here.

        Raises:
            TypeError: It is an ``async def`` function: nobody would await it.
        """
        if getattr(getattr(callback, "__code__", None), "co_flags", 0) & _COROUTINE:
            raise TypeError(
                f"{callback!r} cannot be registered: it is an async function, which nobody would await.\n"
                "To fix: register a plain function, or await the token's wait() in a task of your own."
            )
        key = None if self._state is None else self._state.add(callback)
        if key is not None:
            return CancellationTokenRegistration(self._state, key)
        if self._state is not None:
            callback()
        return CancellationTokenRegistration(None, 0)

    async def wait(self) -> None:
        """Return once the token is cancelled."""
        if self._state is not None and self._state.cancelled:
            await anyio.lowlevel.checkpoint()
            return
        cancelled = wake_up()
        key = None if self._state is None else self._state.add(cancelled.set)
        if key is None and self._state is not None:  # it has been cancelled in another thread just now
            cancelled.set()
        try:
            await cancelled.wait()
        finally:
            if key is not None and self._state is not None:
                self._state.remove(key)

    async def sleep(self, seconds: "door.Duration") -> bool:
        """Sleep for *seconds* (float, or a timedelta), or until the token is cancelled.

        Returns:
            True when cancellation cut the sleep short. It never raises for it.
        """
        limit = checked(seconds, "sleep")
        if self.is_cancellation_requested:
            await anyio.lowlevel.checkpoint()
            return True
        with anyio.move_on_after(limit):
            await self.wait()
            return True
        return False

    def every(self, seconds: "door.Duration", *, immediately: bool = False) -> AsyncIterator[int]:
        """Tick once a period until the token is cancelled, then end without an error.

        The first tick comes after one period, or at once with ``immediately=True``. Ticks stay on the grid of the
        start: a slow body delays no later tick, and ticks missed meanwhile are made up by a single one.

        Args:
            seconds: The period: float seconds or a ``timedelta``, above 0.
            immediately: Tick at once, too.

        Yields:
            The number of the tick, from 1.

        Example:
            >>> async def main() -> None:
            ...     source = CancellationTokenSource()
            ...     async for tick in source.token.every(0.001):
            ...         print("tick", tick)
            ...         if tick == 2:
            ...             source.cancel()
            >>> anyio.run(main)
            tick 1
            tick 2
        """
        return door.ticks.Ticks(self.sleep, checked(seconds, "period", above=0.0), immediately=immediately)

    @contextmanager
    def cancel_scope(self) -> Generator[anyio.CancelScope]:
        """Enter an anyio cancel scope that is cancelled when the token is.

        Example:
            >>> async def main() -> None:
            ...     source = CancellationTokenSource()
            ...     source.cancel()
            ...     with source.token.cancel_scope() as scope:
            ...         await anyio.sleep_forever()
            ...     print(scope.cancelled_caught)
            >>> anyio.run(main)
            True
        """
        with anyio.CancelScope() as scope:
            if self.is_cancellation_requested:
                scope.cancel()
                yield scope
                return
            loop = LoopHandle.current()
            with self.register(lambda: loop.post(scope.cancel)):
                yield scope

    def __repr__(self) -> str:
        return f"<CancellationToken {'cancelled' if self.is_cancellation_requested else 'not cancelled'}>"


_NONE = CancellationToken()


@final
class _State:
    """What a source and its token share: whether it is cancelled, and who wants to know."""

    __slots__ = ("_callbacks", "_last", "_lock", "cancelled")

    def __init__(self) -> None:
        self.cancelled = False
        self._callbacks: dict[int, Callable[[], object]] = {}
        self._last = 0
        # re-entrant, because a signal handler may cancel while this very thread registers
        self._lock = threading.RLock()

    def add(self, callback: Callable[[], object]) -> int | None:
        """Keep *callback*; None when it is too late for that."""
        with self._lock:
            if self.cancelled:
                return None
            self._last += 1
            self._callbacks[self._last] = callback
            return self._last

    def remove(self, key: int) -> bool:
        with self._lock:
            return self._callbacks.pop(key, None) is not None

    def cancel(self) -> list[Exception]:
        """Run the callbacks, the last one first, if this is the first call; returns what they raised."""
        with self._lock:
            if self.cancelled:
                return []
            self.cancelled = True
        errors: list[Exception] = []
        while True:
            with self._lock:
                if not self._callbacks:
                    return errors
                _, callback = self._callbacks.popitem()
            try:
                callback()
            except Exception as error:  # noqa: BLE001 - gathered, and raised by the source
                errors.append(error)


@final
class CancellationTokenSource:
    """Owns a `CancellationToken` and cancels it, once, from any thread.

    Close it when it is linked or has a timer (`close`, or ``with``): a linked source stays registered at its parents
    until then.

    Example:
        >>> request, host = CancellationTokenSource(), CancellationTokenSource()
        >>> with CancellationTokenSource.linked(request.token, host.token) as either:
        ...     host.cancel()
        ...     either.is_cancellation_requested
        True
    """

    __slots__ = ("_links", "_state", "_timer", "token")

    def __init__(self) -> None:
        self._state = _State()
        self.token = CancellationToken(self._state)
        self._links: tuple[CancellationTokenRegistration, ...] = ()
        self._timer: threading.Timer | None = None

    @classmethod
    def linked(cls, *tokens: CancellationToken) -> "CancellationTokenSource":
        """Return a source that is cancelled as soon as one of *tokens* is."""
        source = cls()
        source._links = tuple(token.register(source.cancel) for token in tokens)
        return source

    @property
    def is_cancellation_requested(self) -> bool:
        """Whether `cancel` was called."""
        return self._state.cancelled

    def cancel(self) -> None:
        """Cancel the token and run its callbacks, last registered first. Further calls do nothing.

        Raises:
            ExceptionGroup: Callbacks raised. All of them have run nevertheless.
        """
        self._stop_timer()
        if errors := self._state.cancel():
            raise ExceptionGroup("Callbacks of a cancellation token failed.", errors)

    def cancel_after(self, seconds: "door.Duration") -> None:
        """Cancel after *seconds* (float, or a timedelta); a later call replaces an earlier one.

        A daemon thread waits for it, so that it works without an event loop; `close` takes it back.
        """
        timer = threading.Timer(checked(seconds, "delay"), self.cancel)
        timer.daemon = True
        timer.name = "corner_host cancellation timer"
        self._stop_timer()
        if not self._state.cancelled:
            self._timer = timer
            timer.start()

    def close(self) -> None:
        """Let go of the parents and of a pending timer. The token stays as it is."""
        links, self._links = self._links, ()
        for link in links:
            link.unregister()
        self._stop_timer()

    def _stop_timer(self) -> None:
        timer, self._timer = self._timer, None
        if timer is not None:
            timer.cancel()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
