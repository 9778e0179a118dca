"""The bounded queue of work, between those who have it and those who do it; what it is made of: ``line``."""

from collections.abc import Callable, Coroutine, Iterable
from contextvars import ContextVar
from datetime import UTC, datetime, timedelta
from functools import wraps
from math import inf
from time import perf_counter
from types import FunctionType
from typing import Any, Concatenate, ParamSpec, TypeAlias, final

import anyio

from corner_host.diagnostics.tracing import SpanRelation
from corner_host.primitives import Duration, name_of, seconds

from .accounts import MetricsSnapshot
from .contracts import Work
from .current_task import give_way
from .errors import QueueClosedError
from .line import Line
from .observations import Observations
from .views import QueueDrain, QueuePause
from .waiters import TaskWaiter, ThreadWaiter
from .work_item import WorkItem

P = ParamSpec("P")
_Put: TypeAlias = Callable[Concatenate["BackgroundTaskQueue", Work, P], Coroutine[Any, Any, None]]


def _in_short(put: _Put[P]) -> _Put[P]:
    """Have a function that comes without anything else queued in short, by permit if there is one, and the rest by *put*.

    Defaults that are not filled in, and need not be looked at, are a quarter of what it costs to queue a function.
    """

    @wraps(put)
    async def put_in_short(self: "BackgroundTaskQueue", work: Work, /, *args: P.args, **kwargs: P.kwargs) -> None:
        if type(work) is not FunctionType or args or kwargs:
            await put(self, work, *args, **kwargs)
            return
        for line in self.accounts.permits:
            line.append(work)
            if self.consumers.is_watched and not self.line.attend(work):
                raise self.line.refuse(name_of(work))
            return
        item = self.line.enter(work, in_task=True)
        if item is not None:
            await _wait_for_room(self.line, item)

    return put_in_short


async def _wait_for_room(line: Line, item: WorkItem) -> None:
    waiter = TaskWaiter(item)
    line.line_up(waiter)
    try:
        await give_way()  # who takes the next item may be about to: then nobody needs to be woken
        if not waiter.is_woken:
            await waiter.wait()
    except BaseException:
        line.withdraw(waiter)
        raise
    if waiter.refused:
        raise QueueClosedError(item.name)


@final
class BackgroundTaskQueue:
    """A bounded queue of work: first in, first out within a priority, waiting while it is full.

    Work is an async callable, or a plain one, which will run in a thread. It is called with the arguments it was queued
    with; what else it takes is filled in when it runs: the `CancellationToken` of the item, and services, by
    annotation, from a scope of its own. So it needs nothing of the request that queued it.

    Every member may be used from any thread, with or without a running host.

    Args:
        capacity: How many items can wait; at least 1.
        carry: Context variables whose values, as they are where an item is queued, are set again while it runs.
        span_relation: Whether the trace of running an item links to that of queueing it, or goes on with it.

    Raises:
        ValueError: *capacity* is below 1.

    Example:
        >>> import anyio
        >>> async def greet(name: str) -> None:
        ...     print("Hello,", name)
        >>> async def main() -> None:
        ...     queue = BackgroundTaskQueue(capacity=10)
        ...     await queue.queue_background_work_item(greet, "Ada")
        ...     item = await queue.dequeue()
        ...     await item.run()
        >>> anyio.run(main)
        Hello, Ada

    Source of the idea: https://learn.microsoft.com/dotnet/core/extensions/queue-service
    """

    def __init__(
        self,
        capacity: int = 100,
        *,
        carry: Iterable[ContextVar[Any]] = (),
        span_relation: SpanRelation = SpanRelation.LINK,
    ) -> None:
        if isinstance(capacity, bool) or not isinstance(capacity, int):  # pyright: ignore[reportUnnecessaryIsInstance]
            raise TypeError(f"capacity must be a whole number, not {type(capacity).__name__}")
        if capacity < 1:
            raise ValueError(f"capacity must be at least 1, not {capacity}")
        self.line = Line(capacity, tuple(carry), span_relation)
        self.observations = Observations()
        self.accounts = self.line.accounts
        self.consumers = self.line.consumers
        self._drain: QueueDrain | None = None

    @property
    def capacity(self) -> int:
        """How many items can wait."""
        return self.line.capacity

    @property
    def is_closed(self) -> bool:
        """Whether new work is refused."""
        return self.line.is_closed

    def __len__(self) -> int:
        """Return how many items wait."""
        return len(self.line)

    def __bool__(self) -> bool:
        """A queue is there, empty or not."""
        return True

    @_in_short
    async def queue_background_work_item(
        self,
        work: Work,
        /,
        *args: Any,
        priority: int = 0,
        timeout: Duration | None = None,
        name: str | None = None,
        **kwargs: Any,
    ) -> None:
        """Queue *work*, waiting while the queue is full.

        A caller that is cancelled while it waits takes its item back.

        Args:
            work: What to call; see the class.
            *args: Its arguments, given to the parameters that are not the token, in order.
            priority: Higher runs first.
            timeout: How long it may run, in seconds or as a ``timedelta``, above 0; else it is cancelled and failed.
            name: What it is called in messages, instead of the name of *work*.
            **kwargs: Its keyword arguments. Those called ``priority``, ``timeout`` or ``name`` go by ``functools.partial``.

        Raises:
            QueueClosedError: The queue takes no more work.
        """
        item = self._offer(work, args, kwargs, priority, timeout, name)
        if item is not None:
            await _wait_for_room(self.line, item)

    def try_queue_background_work_item(
        self,
        work: Work,
        /,
        *args: Any,
        priority: int = 0,
        timeout: Duration | None = None,
        name: str | None = None,
        **kwargs: Any,
    ) -> bool:
        """Queue *work* if there is room now; returns whether it was. Arguments: `queue_background_work_item`."""
        if type(work) is not FunctionType or args or kwargs or priority or timeout is not None or name is not None:
            item = self._offer(work, args, kwargs, priority, timeout, name)
        else:
            item = self.line.enter(work, in_task=False)
        if item is None:
            return True
        self.line.refuse(item.name)
        return False

    def queue_background_work_item_from_thread(
        self,
        work: Work,
        /,
        *args: Any,
        priority: int = 0,
        timeout: Duration | None = None,
        name: str | None = None,
        **kwargs: Any,
    ) -> None:
        """Queue *work* from a thread without an event loop, blocking it while the queue is full.

        Arguments: `queue_background_work_item`.

        Raises:
            QueueClosedError: The queue takes no more work.
            RuntimeError: It would block an event loop.
        """
        if type(work) is not FunctionType or args or kwargs or priority or timeout is not None or name is not None:
            item = self._offer(work, args, kwargs, priority, timeout, name)
        else:
            item = self.line.enter(work, in_task=False)
        if item is None:
            return
        if self.is_closed:
            raise self.line.refuse(item.name)
        waiter = ThreadWaiter(item)
        self.line.line_up(waiter)
        try:
            waiter.wait()
        except BaseException:
            self.line.withdraw(waiter)
            raise
        if waiter.refused:
            raise QueueClosedError(item.name)

    async def dequeue(self) -> WorkItem:
        """Take the item that is next, waiting for one. It counts as running until its ``run`` has ended.

        Raises:
            QueueClosedError: The queue is closed, and nothing waits any more.
        """
        while (item := self.take()) is None:
            await self.wait_for_work()
        return item

    async def wait_for_work(self) -> None:
        """Wait until there may be something to take.

        Raises:
            QueueClosedError: The queue is closed, and nothing waits any more.
        """
        await give_way()  # who brings the next work may be about to: then nobody needs to be woken
        waiting = self.line.await_entry()
        if waiting is None:
            return
        waiter, longest = waiting
        try:
            if longest == inf:
                await waiter.wait()
            else:
                with anyio.move_on_after(longest):
                    await waiter.wait()
        except BaseException:
            self.line.leave(waiter)
            raise
        if waiter.is_woken:
            self.line.pass_on(1)
        else:
            self.line.leave(waiter)

    def take(self) -> WorkItem | None:
        """Take the item that is next, or None when nothing waits, or the queue is paused."""
        entry = self.line.take()
        return None if entry is None else self.line.item(entry)

    def close(self) -> None:
        """Take no more work; what waits can still be taken. Producers that wait for room are refused, and a pause ends."""
        self.line.close()

    def give_up(self) -> list[WorkItem]:
        """Close, and take out everything that waits, counting it as not run; returns it in order."""
        with self.line.lock:
            self.close()
            return self.purge()

    def purge(self) -> list[WorkItem]:
        """Take out everything that waits, counting it as not run; returns it in order. Producers that wait come next."""
        return self.line.purge()

    async def join(self) -> None:
        """Return once nothing waits and nothing runs."""
        waiter = TaskWaiter(None)
        with self.line.lock:
            self.line.joiners.append(waiter)
            self.accounts.awaited = True
            self.accounts.look_for_end()
        try:
            await waiter.wait()
        finally:
            with self.line.lock:
                if waiter in self.line.joiners:
                    self.line.joiners.remove(waiter)

    def pause(self, duration: Duration | None = None, *, reason: str = "") -> QueuePause:
        """Have nothing taken from now on; what runs goes on, and new work is taken in until the queue is full.

        Args:
            duration: For how long, in seconds or as a ``timedelta``, above 0; None: until `resume`.
            reason: Why; whoever looks at the queue gets to read it.
        """
        length = inf if duration is None else seconds(duration, "duration", above=0.0)
        now = datetime.now(UTC)
        pause = QueuePause(
            since=now, until=None if duration is None else now + timedelta(seconds=length), reason=reason
        )
        self.line.pause(pause, length)
        return pause

    def drain(self, *, reason: str = "") -> QueueDrain:
        """Take in nothing from now on, as if there were no room, and work off what is there; until `resume`.

        Who waits for room goes on waiting, also an item that runs and queues another; who does not wait is refused. Nothing
        is lost.

        Args:
            reason: Why; whoever looks at the queue gets to read it.
        """
        with self.line.lock:
            self.line.withhold(self.capacity)
            numbers = self.snapshot()
            self._drain = QueueDrain(since=datetime.now(UTC), count=numbers.depth + numbers.running, reason=reason)
            return self._drain

    def resume(self) -> bool:
        """End a pause and a drain; returns whether there was one."""
        with self.line.lock:
            was_held = self.is_paused or self.drained is not None
            self._drain = None
            self.line.withhold(0)
            self.line.pause(None)
            return was_held

    @property
    def is_paused(self) -> bool:
        """Whether nothing is taken."""
        return self.line.is_paused

    @property
    def drained(self) -> QueueDrain | None:
        """Since when and why nothing is taken in; None where it is, and once the queue is closed."""
        return None if self.is_closed else self._drain

    @property
    def paused(self) -> QueuePause | None:
        """Since when, until when and why nothing is taken; None while the queue is not paused."""
        return self.line.paused

    def snapshot(self) -> MetricsSnapshot:
        """Return all numbers of one moment; they add up as ``accounts`` says."""
        with self.line.lock:
            return self.accounts.snapshot(self.line, capacity=self.capacity)

    def _offer(
        self,
        work: Work,
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
        priority: int,
        timeout: Duration | None,
        name: str | None,
    ) -> WorkItem | None:
        """Take in work that is more than a call, or return the item that must wait."""
        items = self.line.items
        item = items.item(work, perf_counter())
        item.describe(args, kwargs, priority, timeout, name, items.carry)
        items.trace(item)
        return None if self.line.admit(item) else item
