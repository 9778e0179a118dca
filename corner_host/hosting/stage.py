"""Calling a hook of many services within one budget, and losing none of them.

A `Stage` is one start or one stop of a host. Its phases call the services one after another or all at once; whoever
takes long is noticed, and when the stage is cut (its budget is spent, or somebody called it off) everything that runs is
cancelled. What swallows its cancellation for longer than the grace is left behind, by name, and the stage goes on.

The calls run in tasks of their own (a *lane* takes one call after the other), since only then can the stage go on without
one of them. All waiting is done with the host's clock.
"""

from collections.abc import Callable, Iterable, Iterator
from types import TracebackType
from typing import Any, Final, Protocol, Self, final

import anyio
from anyio.abc import TaskGroup

from corner_host.primitives import Clock

from .call import Call
from .tasks import as_failure, is_cancelled_by_host

SLOW_AFTER: Final = 5.0
"""After how many seconds a call is reported as slow."""

_MOST_NAMES: Final = 5


class StageWatcher(Protocol):
    """Hears what happens in a stage; must not raise."""

    def on_end(self, call: Call) -> None:
        """*call* has ended."""
        ...

    def on_slow(self, stage: "Stage", call: Call) -> None:
        """*call* runs for longer than `SLOW_AFTER`."""
        ...

    def on_cut(self, stage: "Stage", running: list[Call]) -> None:
        """The stage is about to cancel *running*."""
        ...

    def on_abandoned(self, stage: "Stage", call: Call) -> None:
        """*call* is left behind."""
        ...


@final
class Stage:
    """One start or one stop of a host, or the restart of one service.

    Attributes:
        seconds: How long all of it took; None while it goes on.
        cut_at: When it was cut, on the clock.
        phases: The steps that have begun, each with when that was, in seconds from the beginning.

    Args:
        doing: ``start``, ``stop`` or ``restart``, for messages.
        group: Holds the tasks that the calls run in.
        clock: Measures and waits.
        budget: How long all of it may take, in seconds; ``inf`` for no limit.
        grace: How long cancelled calls may clean up, in seconds.
        watcher: Hears what happens.
    """

    def __init__(
        self, doing: str, group: TaskGroup, clock: Clock, *, budget: float, grace: float, watcher: StageWatcher
    ) -> None:
        self.doing = doing
        self.budget = budget
        self.grace = grace
        self.was_cut = False
        self.why_cut = ""
        self.is_overdue = False
        self.left_open_by = ""  # who entered a task group or cancel scope and did not leave it
        self.began = clock.monotonic()
        self.seconds: float | None = None
        self.phases: list[tuple[str, float]] = []
        self._clock = clock
        self._group = group
        self._watcher = watcher
        self._running: dict[Call, _Lane] = {}
        self._lanes = 0
        self._idle = anyio.Event()
        self._nap = anyio.CancelScope()
        self._over = False
        self.after_each: Callable[[], object] = _nothing
        self.cut_at = 0.0

    @property
    def left(self) -> float:
        """What is left of the budget, in seconds; below 0 when it is overdrawn."""
        return self.began + self.budget - self._clock.monotonic()

    @property
    def elapsed(self) -> float:
        """How long it took, or has taken so far, in seconds."""
        return self._clock.monotonic() - self.began if self.seconds is None else self.seconds

    @property
    def running(self) -> list[Call]:
        """The calls that are under way."""
        return list(self._running)

    def enter(self, phase: str) -> None:
        """Take note that the next phase begins."""
        self.phases.append((phase, self.elapsed))

    async def __aenter__(self) -> Self:
        self._group.start_soon(self._watch, name=f"corner_host {self.doing} watch")
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.seconds = self.elapsed
        self._over = True
        self._nap.cancel()

    def tighten(self, limit: float) -> None:
        """Have the stage end within *limit* seconds from now, if that is sooner than its budget says."""
        budget = self.elapsed + limit
        if budget < self.budget and not self._over:
            self.budget = budget
            self._nap.cancel()

    def cut(self, why: str) -> None:
        """Cancel everything that runs; what is called from now on starts cancelled."""
        if self.was_cut or self._over:
            return
        self.was_cut = True
        self.why_cut = why
        self.cut_at = self._clock.monotonic()
        running = list(self._running)
        try:
            self._watcher.on_cut(self, running)
        finally:
            for call in running:
                call.was_cut = True
                if (scope := self._running[call].scope) is not None:
                    scope.cancel()
            self._nap.cancel()

    async def run(self, calls: Iterable[Call], *, concurrently: bool, until_error: bool = False) -> list[Call]:
        """Make *calls*, and return those that were made, in the order in which they ended.

        Args:
            calls: The calls, in order.
            concurrently: All at once; up to its first suspension, each still begins before the next does.
            until_error: Make no further call after one that failed, or once the stage is cut. Otherwise all are made.
        """
        self._idle = anyio.Event()
        self._lanes = 1  # until all have begun, so that those that end at once do not end it all
        ended: list[Call] = []
        if concurrently:
            for call in calls:
                self._begin(_Lane(iter((call,)), ended, until_error=until_error))
                # gives the lane its first step before the next one exists: trio runs what is ready in random order
                await anyio.lowlevel.checkpoint()
        else:
            self._begin(_Lane(iter(calls), ended, until_error=until_error))
        self._lane_ended()
        await self._idle.wait()
        return ended

    def _begin(self, lane: "_Lane") -> None:
        self._lanes += 1
        self._group.start_soon(self._go, lane, name=f"corner_host {self.doing}")

    async def _go(self, lane: "_Lane") -> None:
        try:
            while not lane.is_over:
                await self._go_on(lane)
        except RuntimeError:
            calls = lane.ended[-1:] if lane.until_error else lane.ended[:_MOST_NAMES]
            self.left_open_by = " or ".join(f"{call.name}.{call.hook}()" for call in calls)
            raise
        if lane.call is None or not lane.call.was_abandoned:
            self._lane_ended()

    async def _go_on(self, lane: "_Lane") -> None:
        # a stop makes as many calls as it can in one scope, since a scope costs as much as a trivial call; a start makes one,
        # so that what is left open can be told from whose it is
        with anyio.CancelScope() as lane.scope:
            if self.was_cut:
                lane.scope.cancel()
            await self._make_calls(lane)
        if not lane.scope.cancelled_caught or lane.call is None:
            return
        if lane.call.was_abandoned:
            lane.is_over = True  # the rest of the lane goes on elsewhere
            return
        lane.call.was_cancelled = lane.call.was_cut = True
        self._finish(lane.call)
        lane.is_over = lane.until_error

    async def _make_calls(self, lane: "_Lane") -> None:
        for call in lane.todo:
            if lane.until_error and self.was_cut:
                break
            lane.call = call
            self._running[call] = lane
            call.began = self._clock.monotonic()
            try:
                work: Any = call.function()
                if not _can_be_awaited(work):
                    raise TypeError(
                        f"{call.name} has a {call.hook or 'function'}() that is not async: it gave {work!r}."
                    )
                call.work = work
                await work
            except BaseException as error:
                if is_cancelled_by_host(error):
                    raise
                call.error = as_failure(error, call.name)
            if call.was_abandoned:
                break
            self._finish(call)
            self.after_each()
            if lane.until_error:
                lane.is_over = not call.succeeded
                return
        lane.is_over = True

    def _lane_ended(self) -> None:
        self._lanes -= 1
        if not self._lanes:
            self._idle.set()

    def _finish(self, call: Call) -> None:
        call.seconds = self._clock.monotonic() - call.began
        call.work = None
        self._running.pop(call).ended.append(call)
        self._watcher.on_end(call)

    async def _watch(self) -> None:
        """Sleep until something is due: a call is slow, the budget is spent, a grace is over."""
        while not self._over:
            with anyio.CancelScope() as self._nap:
                await self._clock.sleep(max(0.0, self._next_alarm()))
            if not self._over:
                self._ring()

    def _next_alarm(self) -> float:
        now = self._clock.monotonic()
        if self.was_cut:
            return min((self._patience_ends(call) - now for call in self._running), default=self.grace)
        slow = (call.began + SLOW_AFTER - now for call in self._running if not call.is_slow)
        return min(self.left, min(slow, default=SLOW_AFTER))

    def _ring(self) -> None:
        now = self._clock.monotonic()
        if self.was_cut:
            for call in [call for call in self._running if self._patience_ends(call) <= now]:
                self._abandon(call)
            return
        if self.left <= 0:
            self.is_overdue = True
            self.cut(f"its budget of {self.budget:g} s is spent")
            return
        for call in [call for call in self._running if not call.is_slow and call.began + SLOW_AFTER <= now]:
            call.is_slow = True
            self._watcher.on_slow(self, call)

    def _patience_ends(self, call: Call) -> float:
        return max(call.began, self.cut_at) + self.grace

    def _abandon(self, call: Call) -> None:
        call.was_abandoned = call.was_cut = True
        self._watcher.on_abandoned(self, call)
        lane = self._running[call]
        self._finish(call)
        self._lanes -= 1
        self._begin(_Lane(lane.todo, lane.ended, until_error=lane.until_error))


def _can_be_awaited(thing: object) -> bool:
    return hasattr(thing, "__await__")


def _nothing() -> None:
    """Do nothing."""


@final
class _Lane:
    """Calls that are made one after the other."""

    __slots__ = ("call", "ended", "is_over", "scope", "todo", "until_error")

    def __init__(self, todo: Iterator[Call], ended: list[Call], *, until_error: bool) -> None:
        self.todo = todo
        self.ended = ended
        self.until_error = until_error
        self.call: Call | None = None
        self.scope: anyio.CancelScope | None = None
        self.is_over = False
