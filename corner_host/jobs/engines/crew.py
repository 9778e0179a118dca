"""The tasks that run what was claimed, each one job after the other.

A task for each job would cost as much as all the rest of its dispatch. What could leak from job to job that way is looked
after: one that leaves a context variable changed ends its task, and a new one begins where the first did.
"""

from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from contextvars import copy_context
from time import perf_counter
from typing import Final, Generic, TypeVar, final

import anyio
import anyio.lowlevel
from anyio.abc import TaskGroup

T = TypeVar("T")
_SLICE_SECONDS: Final = 0.005
"""How long jobs that never wait keep the event loop to themselves."""


@final
class Crew(Generic[T]):
    """Runs what it is given, up to *most* at a time.

    Made in the task whose context the jobs begin with.
    """

    def __init__(self, group: TaskGroup, run: Callable[[T], Awaitable[None]], most: int) -> None:
        self._waiting: deque[T] = deque()
        self._group = group
        self._run = run
        self._most = most
        self._clean = copy_context()
        self._closed = False
        self._hands = 0
        self._coming = 0
        self._resting = 0
        self._idle: list[anyio.Event] = []

    def give(self, work: Sequence[T]) -> None:
        """Have *work* run."""
        self._waiting.extend(work)
        self._call()

    def take_back(self) -> Sequence[T]:
        """Return what was given and has not begun; it does not run."""
        waiting = list(self._waiting)
        self._waiting.clear()
        return waiting

    def close(self) -> None:
        """Let all go home once they are done."""
        self._closed = True
        for event in self._idle:
            event.set()

    def _call(self) -> None:
        """Call more hands: as many as are at work, so that one alone does what never waits, and what waits soon has all."""
        at_work = self._hands - len(self._idle) - self._coming - self._resting
        while self._coming < min(len(self._waiting), max(1, at_work)):
            if self._idle:
                self._idle.pop().set()
            elif self._hands < self._most:
                self._hands += 1
                self._clean.run(self._group.start_soon, self._work)
            else:
                return
            self._coming += 1

    async def _work(self) -> None:
        slice_end = perf_counter() + _SLICE_SECONDS
        while True:
            self._coming -= 1
            while self._waiting:
                if perf_counter() > slice_end:
                    self._resting += 1
                    await anyio.lowlevel.checkpoint()
                    self._resting -= 1
                    slice_end = perf_counter() + _SLICE_SECONDS
                    continue
                work = self._waiting.popleft()
                if self._waiting:
                    self._call()
                await self._run(work)
                if copy_context() != self._clean:
                    self._clean.run(self._group.start_soon, self._work)
                    self._coming += 1
                    return
            if self._closed:
                return
            called = anyio.Event()
            self._idle.append(called)
            await called.wait()
            slice_end = perf_counter() + _SLICE_SECONDS
