"""Asking work to stop, cooperatively, from any thread.

A `CancellationTokenSource` decides; its `CancellationToken` is handed to the work, which looks, waits or registers.
This is for *cooperative* stop: what must end now is cancelled by anyio, and that cancellation is never swallowed here.

Source of the behaviour: https://learn.microsoft.com/dotnet/standard/threading/cancellation-in-managed-threads
"""

import threading
from collections.abc import AsyncIterator, Callable, Generator
from contextlib import contextmanager
from itertools import count
from types import TracebackType
from typing import Self, final

import anyio
import anyio.lowlevel

from .durations import Duration, seconds
from .errors import CornerHostError
from .loop import LoopHandle


class OperationCancelledError(CornerHostError, RuntimeError):
    """Work was asked to stop through a `CancellationToken` and says that it did not finish.

    It is an ordinary exception. anyio's own cancellation is something else and is never replaced by it.
    """

    def __init__(self, message: str = "The operation was cancelled.") -> None:
        super().__init__(message)


@final
class CancellationTokenRegistration:
    """A callback waiting for a token's cancellation; ends by `unregister` or on leaving ``with``."""

    __slots__ = ("_key", "_source")

    def __init__(self, source: "CancellationTokenSource | None", key: int) -> None:
        self._source = source
        self._key = key

    def unregister(self) -> bool:
        """Take the callback back. Returns True when it had not run and will not run."""
        return self._source is not None and self._source._unregister(self._key)

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

    __slots__ = ("_source",)

    def __init__(self, source: "CancellationTokenSource | None" = None) -> None:
        self._source = source

    @staticmethod
    def none() -> "CancellationToken":
        """Return a token that is never cancelled."""
        return _NONE

    @property
    def is_cancellation_requested(self) -> bool:
        """Whether the work should stop."""
        return self._source is not None and self._source.is_cancellation_requested

    def throw_if_cancellation_requested(self) -> None:
        """Raise `OperationCancelledError` if the work should stop."""
        if self.is_cancellation_requested:
            raise OperationCancelledError

    def register(self, callback: Callable[[], object]) -> CancellationTokenRegistration:
        """Have *callback* called when the token is cancelled, in the cancelling thread; last registered first.

        If the token is already cancelled it is called at once, here, and what it raises is raised here.
        """
        if self._source is None:
            return CancellationTokenRegistration(None, 0)
        return self._source._register(callback)

    async def wait(self) -> None:
        """Return once the token is cancelled."""
        if self.is_cancellation_requested:
            await anyio.lowlevel.checkpoint()
            return
        cancelled = anyio.Event()
        loop = LoopHandle.current()
        with self.register(lambda: loop.post(cancelled.set)):
            await cancelled.wait()

    async def sleep(self, duration: Duration, /) -> bool:
        """Sleep for *duration* (float seconds or a timedelta), or until the token is cancelled.

        Returns:
            True when cancellation cut the sleep short. It never raises for it.
        """
        with anyio.move_on_after(seconds(duration, "sleep")):
            await self.wait()
            return True
        return False

    def every(self, period: Duration, /, *, immediately: bool = False) -> AsyncIterator[int]:
        """Tick once a period until the token is cancelled, then end without an error.

        The first tick comes after one period, or at once with ``immediately=True``. Ticks stay on the grid of the
        start: a slow body delays no later tick, and ticks missed meanwhile are made up by a single one.

        Args:
            period: Float seconds or a ``timedelta``, above 0.
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
        return _Ticks(self, seconds(period, "period", above=0.0), immediately=immediately)

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
class CancellationTokenSource:
    """Owns a `CancellationToken` and cancels it, once, from any thread.

    Close it when it is linked or has a timer (`close`, or ``with``): a linked source stays registered at its parents
    until then.
    """

    __slots__ = ("_callbacks", "_cancelled", "_keys", "_links", "_lock", "_timer", "token")

    def __init__(self) -> None:
        self.token = CancellationToken(self)
        self._callbacks: dict[int, Callable[[], object]] = {}
        self._cancelled = False
        self._keys = count(1)
        self._links: tuple[CancellationTokenRegistration, ...] = ()
        # re-entrant, because a signal handler may cancel while this very thread registers
        self._lock = threading.RLock()
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
        return self._cancelled

    def cancel(self) -> None:
        """Cancel the token and run its callbacks, last registered first. Further calls do nothing.

        Raises:
            ExceptionGroup: Callbacks raised. All of them have run nevertheless.
        """
        with self._lock:
            if self._cancelled:
                return
            self._cancelled = True
            if self._timer is not None:
                self._timer.cancel()
                self._timer = None
        errors: list[Exception] = []
        while True:
            with self._lock:
                if not self._callbacks:
                    break
                _, callback = self._callbacks.popitem()
            try:
                callback()
            except Exception as error:  # noqa: BLE001 - gathered and raised below
                errors.append(error)
        if errors:
            raise ExceptionGroup("Callbacks of a cancellation token failed.", errors)

    def cancel_after(self, delay: Duration) -> None:
        """Cancel after *delay* (float seconds or a timedelta); a later call replaces an earlier one.

        A daemon thread waits for it, so that it works without an event loop; `close` takes it back.
        """
        timer = threading.Timer(seconds(delay, "delay"), self.cancel)
        timer.daemon = True
        timer.name = "corner_host cancellation timer"
        with self._lock:
            if self._cancelled:
                return
            if self._timer is not None:
                self._timer.cancel()
            self._timer = timer
            timer.start()

    def close(self) -> None:
        """Let go of the parents and of a pending timer. The token stays as it is."""
        with self._lock:
            links, self._links = self._links, ()
            if self._timer is not None:
                self._timer.cancel()
                self._timer = None
        for link in links:
            link.unregister()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _register(self, callback: Callable[[], object]) -> CancellationTokenRegistration:
        with self._lock:
            if not self._cancelled:
                key = next(self._keys)
                self._callbacks[key] = callback
                return CancellationTokenRegistration(self, key)
        callback()
        return CancellationTokenRegistration(None, 0)

    def _unregister(self, key: int) -> bool:
        with self._lock:
            return self._callbacks.pop(key, None) is not None


@final
class _Ticks(AsyncIterator[int]):
    """The ticks of `CancellationToken.every`; a class, since an abandoned async generator warns under trio."""

    def __init__(self, token: CancellationToken, period: float, *, immediately: bool) -> None:
        self._token = token
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
            if self._due < now:
                self._due += (now - self._due) // self._period * self._period
        if self._due > now:
            cut_short = await self._token.sleep(self._due - now)
        else:
            await anyio.lowlevel.checkpoint()
            cut_short = self._token.is_cancellation_requested
        if cut_short:
            raise StopAsyncIteration
        self._number += 1
        return self._number
