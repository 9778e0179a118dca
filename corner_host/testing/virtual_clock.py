"""Hours in milliseconds: a clock that moves when a test says so, and the event loop with it."""

import time
from collections.abc import AsyncGenerator, Callable, Coroutine
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from datetime import UTC, datetime, timedelta
from typing import Any, final

import anyio
import anyio.lowlevel
from anyio.to_thread import current_default_thread_limiter, run_sync

from corner_host.primitives import CornerHostError, Duration
from corner_host.primitives import seconds as seconds_of

from .loop_time import LoopTime, NoVirtualTimeError, time_of_this_loop

# a thread at work cannot be asked when it will be done; longer than this, time moves on without it
_PATIENCE_WITH_THREADS = 1.0
_LOOK_SECONDS = 0.001
_STANDS_STILL_SECONDS = 0.5


@final
class VirtualClock:
    """A `Clock`, and the time of the event loop: both stand still until `advance`.

    Whatever waits in the event loop follows it: ``anyio.sleep``, time-outs and deadlines, ``CancellationToken.every``, the
    host's budgets, on asyncio and on trio. What looks at the machine's clock by itself does not: ``time.time()``, a
    database, another process, a job's delay in its store.

    While a thread works for a task, time waits for it, for at most a second. What comes from outside (a socket, a
    process) comes in real time: see `real_time`.

    Example:
        >>> async def nag() -> None:
        ...     while True:
        ...         await anyio.sleep(3600)
        ...         print("still there?")
        >>> async def main() -> None:
        ...     async with virtual_time() as clock, anyio.create_task_group() as tasks:
        ...         tasks.start_soon(nag)
        ...         await clock.advance(hours=2)
        ...         tasks.cancel_scope.cancel()
        >>> anyio.run(main)
        still there?
        still there?
    """

    def __init__(self, loop: LoopTime, start: datetime) -> None:
        self._loop = loop
        self._home = anyio.lowlevel.current_token()
        self._start = start
        self._zero = loop.now
        self._mover: str | None = None

    def now(self) -> datetime:
        """Return the time of day, aware, in UTC: the start plus what time was let pass."""
        return self._start + timedelta(seconds=self._loop.now - self._zero)

    def monotonic(self) -> float:
        """Return the seconds that were let pass since the start."""
        return self._loop.now - self._zero

    async def sleep(self, seconds: Duration, /) -> None:
        """Return once time has been moved on by *seconds*."""
        await anyio.sleep(seconds_of(seconds, "sleep"))

    async def advance(
        self, seconds: Duration = 0.0, *, minutes: float = 0.0, hours: float = 0.0, days: float = 0.0
    ) -> None:
        """Let time pass, from one deadline to the next, so that everything happens in its order and at its time.

        Returns when nothing more can happen at the new time. With 0 it just lets everybody come to rest.

        Raises:
            VirtualClockInUseError: Time is being moved already, by another task.
            NoVirtualTimeError: The clock moves another event loop than the one that runs here.
            ValueError: The duration is below 0.
        """
        length = timedelta(
            seconds=seconds_of(seconds, "seconds"), minutes=minutes, hours=hours, days=days
        ).total_seconds()
        self._begin("advance()")
        try:
            until = self._loop.now + seconds_of(length, "advance")
            await self._settle()
            while (due := self._loop.next_deadline) is not None and due <= until:
                self._loop.move_to(due)
                await self._settle()
            self._loop.move_to(until)
            await self._settle()
        finally:
            self._mover = None

    def autojump(self) -> AbstractAsyncContextManager[None]:
        """Move on to the next deadline whenever all tasks wait, while the block lasts.

        For a test that waits for something by itself: ``async with clock.autojump(): await host.wait_for_shutdown()``.
        """
        return self._moving("autojump()", self._jump_for_ever)

    def real_time(self) -> AbstractAsyncContextManager[None]:
        """Let time pass as it really does while the block lasts, for sockets and processes."""
        return self._moving("real_time()", self._follow_for_ever)

    def unstuck(self) -> AbstractAsyncContextManager[None]:
        """Let time pass as it really does once the block has lasted for half a second, unless it is moved already.

        For a host's start and stop: what sleeps in them, and their budgets, then end although no test moves the clock.
        """
        return nullcontext() if self._mover else self._moving("the start or stop of a host", self._follow_in_the_end)

    @asynccontextmanager
    async def _moving(self, what: str, move: Callable[[], Coroutine[Any, Any, None]]) -> AsyncGenerator[None]:
        self._begin(what)
        error: BaseException | None = None
        try:
            async with anyio.create_task_group() as group:
                group.start_soon(move, name=f"virtual clock: {what}")
                try:
                    yield
                except anyio.get_cancelled_exc_class():
                    raise
                except BaseException as raised:  # noqa: BLE001 - raised again below, where the group does not wrap it
                    error = raised
                group.cancel_scope.cancel()
        finally:
            self._mover = None
        if error is not None:
            raise error

    async def _jump_for_ever(self) -> None:
        while True:
            await self._settle()
            due = self._loop.next_deadline
            if due is None:
                await _really_sleep(_LOOK_SECONDS)
            else:
                self._loop.move_to(due)

    async def _follow_for_ever(self) -> None:
        began, zero = time.monotonic(), self._loop.now
        while True:
            await _really_sleep(_LOOK_SECONDS)
            self._loop.move_to(zero + time.monotonic() - began)
            await anyio.lowlevel.checkpoint()

    async def _follow_in_the_end(self) -> None:
        until = time.monotonic() + _STANDS_STILL_SECONDS
        while time.monotonic() < until:
            await _really_sleep(_LOOK_SECONDS)
        await self._follow_for_ever()

    async def _settle(self) -> None:
        await self._loop.settle()
        until = time.monotonic() + _PATIENCE_WITH_THREADS
        while current_default_thread_limiter().borrowed_tokens and time.monotonic() < until:
            await _really_sleep(_LOOK_SECONDS)
            await self._loop.settle()

    def _begin(self, what: str) -> None:
        if anyio.lowlevel.current_token() != self._home:
            raise NoVirtualTimeError(
                f"{what} was called in another event loop than the one whose time the virtual clock moves.\n"
                "To fix: let one plug-in run the test and its fixtures; pytest-asyncio's asyncio_mode = auto takes tests "
                "that are marked for anyio, and strict leaves them alone."
            )
        if self._mover is not None:
            raise VirtualClockInUseError(what, self._mover)
        self._mover = what


@final
class VirtualClockInUseError(CornerHostError, RuntimeError):
    """Two tasks move the same clock."""

    def __init__(self, wanted: str, mover: str) -> None:
        super().__init__(
            f"{wanted} moves a virtual clock that {mover} moves already.\n"
            "To fix: end one before the other, or advance the clock in one task only."
        )
        self.wanted = wanted
        self.mover = mover


@asynccontextmanager
async def virtual_time(start: datetime = datetime(2026, 1, 1, tzinfo=UTC)) -> AsyncGenerator[VirtualClock]:
    """Make the time of the running event loop virtual while the block lasts.

    Args:
        start: What `VirtualClock.now` says at first; aware.

    Raises:
        NoVirtualTimeError: The event loop cannot follow (uvloop's).
        ValueError: *start* has no time zone.
    """
    if start.tzinfo is None:
        raise ValueError(f"The start of a virtual clock needs a time zone, and {start.isoformat()} has none.")
    loop = time_of_this_loop()
    loop.install()
    try:
        yield VirtualClock(loop, start.astimezone(UTC))
    finally:
        loop.uninstall()


async def _really_sleep(length: float) -> None:
    await run_sync(time.sleep, length, limiter=anyio.CapacityLimiter(1))


__all__ = ["NoVirtualTimeError", "VirtualClock", "VirtualClockInUseError", "virtual_time"]
