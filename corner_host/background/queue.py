"""The bounded line of work between those who have it and those who do it.

One lock guards everything, and nothing is awaited or called back under it, so that the queue may be used from any
thread and from several event loops at once. Who must wait leaves a waiter; a freed place goes to the producer that has
waited longest, with its item, so that arrival decides the order and nobody overtakes.
"""

from collections import deque
from collections.abc import Iterable
from contextvars import ContextVar
from inspect import isawaitable
from threading import RLock
from time import perf_counter
from typing import Any, final

from corner_host.primitives import Duration, name_of, seconds

from .accounts import Accounts, MetricsSnapshot, Outcome, ProcessingTime
from .contracts import Work
from .errors import QueueClosedError
from .lanes import PriorityLanes
from .waiters import TaskWaiter, ThreadWaiter
from .work_item import WorkItem


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

    def __init__(self, capacity: int = 100, *, carry: Iterable[ContextVar[Any]] = ()) -> None:
        if isinstance(capacity, bool) or not isinstance(capacity, int):  # pyright: ignore[reportUnnecessaryIsInstance]
            raise TypeError(f"capacity must be a whole number, not {type(capacity).__name__}")
        if capacity < 1:
            raise ValueError(f"capacity must be at least 1, not {capacity}")
        self._capacity = capacity
        self._carry = tuple(carry)
        # re-entrant, because a signal handler may queue work while this very thread does
        self._lock = RLock()
        self._lanes = PriorityLanes[WorkItem]()
        self._accounts = Accounts()
        self._closed = False
        self._producers: deque[TaskWaiter[WorkItem] | ThreadWaiter[WorkItem]] = deque()
        self._consumers: deque[TaskWaiter[None]] = deque()
        self._joiners: list[TaskWaiter[None]] = []

    @property
    def capacity(self) -> int:
        """How many items can wait."""
        return self._capacity

    @property
    def is_closed(self) -> bool:
        """Whether new work is refused."""
        return self._closed

    def __len__(self) -> int:
        """Return how many items wait."""
        return len(self._lanes)

    def __bool__(self) -> bool:
        """A queue is there, empty or not."""
        return True

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
        item = self._item(work, args, kwargs, priority, timeout, name)
        if self._offer(item):
            return
        waiter = TaskWaiter(item)
        if not self._line_up(waiter):
            try:
                await waiter.wait()
            except BaseException:
                self._withdraw(waiter)
                raise
            if waiter.refused:
                raise QueueClosedError(item.name)

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
        item = self._item(work, args, kwargs, priority, timeout, name)
        with self._lock:
            if not self._closed and self._offer(item):
                return True
            self._accounts.rejected += 1
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
        item = self._item(work, args, kwargs, priority, timeout, name)
        if self._offer(item):
            return
        waiter = ThreadWaiter(item)
        if not self._line_up(waiter):
            try:
                waiter.wait()
            except BaseException:
                self._withdraw(waiter)
                raise
            if waiter.refused:
                raise QueueClosedError(item.name)

    async def dequeue(self) -> WorkItem:
        """Take the item that is next, waiting for one. It counts as running until its ``run`` has ended.

        Raises:
            QueueClosedError: The queue is closed, and nothing waits any more.
        """
        while True:
            with self._lock:
                item = self.take()
                if item is not None:
                    return item
                if self._closed:
                    raise QueueClosedError
                waiter = TaskWaiter(None)
                self._consumers.append(waiter)
            try:
                await waiter.wait()
            except BaseException:
                self._leave(waiter)
                raise

    def take(self) -> WorkItem | None:
        """Take the item that is next, or None when nothing waits."""
        with self._lock:
            if not self._lanes:
                return None
            item = self._lanes.popleft()
            if self._producers:
                first = self._producers.popleft()
                self._accept(first.subject)
                first.wake()
            return item

    def close(self) -> None:
        """Take no more work; what waits can still be taken. Producers that wait for room are refused."""
        with self._lock:
            self._closed = True
            self._accounts.rejected += len(self._producers)
            for producer in self._producers:
                producer.refused = True
                producer.wake()
            self._producers.clear()
            for consumer in self._consumers:
                consumer.wake()
            self._consumers.clear()

    def give_up(self) -> list[WorkItem]:
        """Close, and take out everything that waits, counting it as not run; returns it in order."""
        with self._lock:
            self.close()
            given_up = [self._lanes.popleft() for _ in range(len(self._lanes))]
            self._accounts.not_run += len(given_up)
            self._settle()
            return given_up

    async def join(self) -> None:
        """Return once nothing waits and nothing runs."""
        with self._lock:
            if not self._accounts.unfinished():
                return
            waiter = TaskWaiter(None)
            self._joiners.append(waiter)
        try:
            await waiter.wait()
        finally:
            with self._lock:
                if waiter in self._joiners:
                    self._joiners.remove(waiter)

    def snapshot(self) -> MetricsSnapshot:
        """Return all numbers of one moment; they add up as ``accounts`` says."""
        with self._lock:
            counts, depth = self._accounts, len(self._lanes)
            durations, total = list(counts.durations), counts.seconds
            ended, unfinished = dict(counts.ended), counts.unfinished()
            queued, not_run, rejected = counts.queued, counts.not_run, counts.rejected
        return MetricsSnapshot(
            queued=queued,
            completed=ended[Outcome.COMPLETED],
            failed=ended[Outcome.FAILED],
            cancelled=ended[Outcome.CANCELLED],
            not_run=not_run,
            depth=depth,
            running=unfinished - depth,
            rejected=rejected,
            capacity=self._capacity,
            processing_time=ProcessingTime.of(durations, count=sum(ended.values()), total=total),
        )

    def _item(
        self,
        work: Work,
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
        priority: int,
        timeout: Duration | None,
        name: str | None,
    ) -> WorkItem:
        if not callable(work):
            raise TypeError(_not_callable(work))
        item = WorkItem()
        item.work = work
        item.queued_at = perf_counter()
        item.on_end = self._end
        if args:
            item.args = args
        if kwargs:
            item.kwargs = kwargs
        if priority:
            item.priority = priority
        if timeout is not None:
            item.timeout = seconds(timeout, "timeout", above=0.0)
        if name is not None:
            item.given_name = name
        if self._carry:
            item.carried = tuple((variable, variable.get()) for variable in self._carry if _is_set(variable))
        return item

    def _offer(self, item: WorkItem) -> bool:
        """Take *item* in if there is room."""
        with self._lock:
            if self._closed:
                self._accounts.rejected += 1
                raise QueueClosedError(item.name)
            if len(self._lanes) >= self._capacity:
                return False
            self._accept(item)
            return True

    def _line_up(self, waiter: TaskWaiter[WorkItem] | ThreadWaiter[WorkItem]) -> bool:
        """Take the item in after all (True), or have its producer wait (False)."""
        with self._lock:
            if self._offer(waiter.subject):
                return True
            self._producers.append(waiter)
            return False

    def _accept(self, item: WorkItem) -> None:
        self._lanes.append(item, item.priority)
        self._accounts.queued += 1
        if self._consumers:
            self._consumers.popleft().wake()

    def _withdraw(self, waiter: TaskWaiter[WorkItem] | ThreadWaiter[WorkItem]) -> None:
        with self._lock:
            if waiter in self._producers:
                self._producers.remove(waiter)

    def _leave(self, waiter: TaskWaiter[None]) -> None:
        """Forget a consumer that was cancelled; if it had been woken, another gets the item it will not take."""
        with self._lock:
            if waiter in self._consumers:
                self._consumers.remove(waiter)
            elif self._lanes and self._consumers:
                self._consumers.popleft().wake()

    def _end(self, outcome: Outcome, duration: float) -> None:
        with self._lock:
            self._accounts.end(outcome, duration)
            self._settle()

    def _settle(self) -> None:
        """Wake who waits for the end, if this is it."""
        if self._joiners and not self._accounts.unfinished():
            for joiner in self._joiners:
                joiner.wake()
            self._joiners.clear()


def _is_set(variable: ContextVar[Any]) -> bool:
    missing = object()
    return variable.get(missing) is not missing


def _not_callable(work: object) -> str:
    if isawaitable(work):
        return (
            f"work must be callable, not {name_of(type(work))}.\n"
            "To fix: queue the function and its arguments, f, 1, 2, instead of what it returns, f(1, 2)."
        )
    return f"work must be callable, not {name_of(type(work))}"
