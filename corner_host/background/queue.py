"""The bounded line of work between those who have it and those who do it.

One lock guards every change but one: taking an item of the usual priority is a single ``popleft``, which is atomic, and
needs none. Nothing is awaited or called back under the lock, so that the queue may be used from any thread and from
several event loops at once.

Who must wait leaves a waiter, and looks again after leaving it; who makes room or brings work looks for waiters
afterwards. So one of the two sees the other. A freed place goes to the producer that has waited longest, with its item:
arrival decides the order, and nobody overtakes.

Of several consumers in one thread, one is woken at a time; it wakes the next if it finds more than it takes. So work that
one of them does at a go does not wake all.
"""

from collections import deque
from collections.abc import Iterable
from contextvars import ContextVar
from datetime import UTC, datetime, timedelta
from math import inf
from sys import modules
from threading import RLock
from time import perf_counter
from typing import Any, NoReturn, final

import anyio

from corner_host.diagnostics.tracing import SDK as TRACING_SDK
from corner_host.diagnostics.tracing import publish
from corner_host.primitives import Duration, seconds

from .accounts import Accounts, MetricsSnapshot, ProcessingTime
from .contracts import QUEUE, Work
from .errors import QueueClosedError
from .failures import Failures
from .lanes import PriorityLanes
from .rates import Counts, Rates
from .views import QueuePause, QueueStatus
from .waiters import TaskWaiter, ThreadWaiter
from .work_item import WorkItem

_WAITS = 1000


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
        self._room = capacity  # for items of the usual priority; 0 once closed, so that most offers cost one comparison
        self._is_closed = False
        self._carry = tuple(carry)
        # re-entrant, because a signal handler may queue work while this very thread does
        self._lock = RLock()
        self._usual: deque[WorkItem] = deque()
        self._others = PriorityLanes[WorkItem]()
        self._accounts = Accounts(self._lock, self._settle)
        self._producers: deque[TaskWaiter[WorkItem] | ThreadWaiter[WorkItem]] = deque()
        self._consumers: deque[TaskWaiter[None]] = deque()
        self._is_calling = False  # whether the next item is to wake a consumer
        self._joiners: list[TaskWaiter[None]] = []
        self._pause: QueuePause | None = None
        self._pause_ends = 0.0
        self._full_since: datetime | None = None
        self._waits: deque[float] = deque(maxlen=_WAITS)
        self._rates = Rates(perf_counter())
        self.failures = Failures()
        self.workers: list[Any] = []

    @property
    def capacity(self) -> int:
        """How many items can wait."""
        return self._capacity

    @property
    def is_closed(self) -> bool:
        """Whether new work is refused."""
        return self._is_closed

    def __len__(self) -> int:
        """Return how many items wait."""
        return len(self._usual) + self._others.length

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
        item = self._offer(work, args, kwargs, priority, timeout, name)
        if item is None:
            return
        waiter = TaskWaiter(item)
        self._line_up(waiter)
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
        if self._offer(work, args, kwargs, priority, timeout, name) is None:
            return True
        with self._lock:
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
        item = self._offer(work, args, kwargs, priority, timeout, name)
        if item is None:
            return
        if self.is_closed:
            self._refuse(item)
        waiter = ThreadWaiter(item)
        self._line_up(waiter)
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
        while (item := self.take()) is None:
            await self.wait_for_work()
        return item

    async def wait_for_work(self) -> None:
        """Wait until there may be something to take.

        Raises:
            QueueClosedError: The queue is closed, and nothing waits any more.
        """
        waiter = TaskWaiter(None)
        with self._lock:
            is_paused = self.is_paused
            if not is_paused and len(self):
                return
            if self._is_closed:
                raise QueueClosedError
            self._consumers.append(waiter)
            self._is_calling = not is_paused
            left = self._pause_ends - perf_counter() if is_paused else inf
        try:
            with anyio.move_on_after(left):
                await waiter.wait()
                self._pass_on(1)
                return
        except BaseException:
            self._leave(waiter)
            raise
        self._leave(waiter)

    def take(self) -> WorkItem | None:
        """Take the item that is next, or None when nothing waits, or the queue is paused."""
        if self._pause is not None and self.is_paused:
            return None
        if self._others.length:
            item = self._take_by_priority()
        else:
            try:
                item = self._usual.popleft()
            except IndexError:
                return None
        if self._producers:
            self._let_in()
        return item

    def close(self) -> None:
        """Take no more work; what waits can still be taken. Producers that wait for room are refused, and a pause ends."""
        with self._lock:
            self.resume()
            self._is_closed = True
            self._room = 0
            self._accounts.rejected += len(self._producers)
            for producer in self._producers:
                producer.refused = True
                producer.wake()
            self._producers.clear()
            for consumer in self._consumers:
                consumer.wake()
            self._consumers.clear()
            self._is_calling = False

    def give_up(self) -> list[WorkItem]:
        """Close, and take out everything that waits, counting it as not run; returns it in order."""
        with self._lock:
            self.close()
            return self.purge()

    def purge(self) -> list[WorkItem]:
        """Take out everything that waits, counting it as not run; returns it in order. Producers that wait come next."""
        with self._lock:
            pause, self._pause = self._pause, None
            purged = [item for item in (self.take() for _ in range(len(self))) if item is not None]
            self._pause = pause
            self._accounts.not_run += len(purged)
            if not self._accounts.unfinished:
                self._settle()
            return purged

    async def join(self) -> None:
        """Return once nothing waits and nothing runs."""
        with self._lock:
            if not self._accounts.unfinished:
                return
            waiter = TaskWaiter(None)
            self._joiners.append(waiter)
            self._accounts.awaited = True
        try:
            await waiter.wait()
        finally:
            with self._lock:
                if waiter in self._joiners:
                    self._joiners.remove(waiter)

    def pause(self, duration: Duration | None = None, *, reason: str = "") -> QueuePause:
        """Have nothing taken from now on; what runs goes on, and new work is taken in until the queue is full.

        Args:
            duration: For how long, in seconds or as a ``timedelta``, above 0; None: until `resume`.
            reason: Why; whoever looks at the queue gets to read it.
        """
        length = None if duration is None else seconds(duration, "duration", above=0.0)
        now = datetime.now(UTC)
        pause = QueuePause(since=now, until=None if length is None else now + timedelta(seconds=length), reason=reason)
        with self._lock:
            if not self._is_closed:
                self._pause_ends = inf if length is None else perf_counter() + length
                self._pause = pause
                self.stir()
        return pause

    def resume(self) -> bool:
        """End a pause; returns whether there was one."""
        with self._lock:
            was_paused = self.is_paused
            self._pause = None
            self.stir()
            return was_paused

    @property
    def is_paused(self) -> bool:
        """Whether nothing is taken."""
        return self.paused is not None

    @property
    def paused(self) -> QueuePause | None:
        """Since when, until when and why nothing is taken; None while the queue is not paused."""
        pause = self._pause
        return pause if pause is not None and perf_counter() < self._pause_ends else None

    def waiting(self, limit: int = 100) -> list[WorkItem]:
        """Return the next items, without taking them; no more than *limit*."""
        with self._lock:
            return self._others.merged(self._usual, limit)

    def stir(self) -> None:
        """Have all consumers look again."""
        with self._lock:
            for consumer in self._consumers:
                consumer.wake()
            self._consumers.clear()
            self._is_calling = False

    def pass_on(self) -> None:
        """Let another consumer have what one that was woken leaves."""
        self._pass_on(0)

    def observe(self, now: float, waited: float) -> None:
        """Note, now and then, how long an item has waited."""
        self._waits.append(waited)
        if self._rates.is_due(now):
            self._rates.note(now, self._counts(self.snapshot()))

    def status(self) -> QueueStatus:
        """Return what an operator asks first."""
        now = perf_counter()
        with self._lock:
            numbers = self.snapshot()
            following = self.waiting(1)
            if numbers.depth < self._capacity - self._capacity // 10:
                self._full_since = None
            saturated_since = self._full_since
        counts = self._counts(numbers)
        came, ended, failed = self._rates.per_second(now, counts)
        self._rates.note(now, counts)
        waits = ProcessingTime.of(list(self._waits), count=0, total=0.0) if self._waits else None
        return QueueStatus(
            name=QUEUE,
            numbers=numbers,
            concurrency=sum(workers.concurrency for workers in self.workers),
            pause=self.paused,
            is_closed=self._is_closed,
            in_rate=came,
            out_rate=ended,
            failed_rate=failed,
            wait_p50=waits and waits.p50,
            wait_p95=waits and waits.p95,
            oldest_wait=now - following[0].queued_at if following else None,
            saturated_since=saturated_since,
        )

    @staticmethod
    def _counts(numbers: MetricsSnapshot) -> Counts:
        return Counts(numbers.queued, numbers.completed + numbers.failed + numbers.cancelled, numbers.failed)

    def snapshot(self) -> MetricsSnapshot:
        """Return all numbers of one moment; they add up as ``accounts`` says."""
        with self._lock:
            return self._accounts.snapshot(self, capacity=self._capacity)

    def _offer(
        self,
        work: Work,
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
        priority: int,
        timeout: Duration | None,
        name: str | None,
    ) -> WorkItem | None:
        """Take work in if there is room (None), or return what must wait."""
        item = WorkItem()
        item.work = work
        item.accounts = accounts = self._accounts
        item.queued_at = perf_counter()
        if args or kwargs or priority or timeout is not None or name is not None or self._carry or not callable(work):
            item.describe(args, kwargs, priority, timeout, name, self._carry)
        if TRACING_SDK in modules and (headers := publish(QUEUE, item.job)):
            item.bare = False
            item.trace = headers
        self._lock.acquire()  # half the price of ``with``, here where every item passes
        try:
            if len(self._usual) >= self._room:
                if self._full_since is None:
                    self._full_since = datetime.now(UTC)
                return item
            if priority:
                self._others.append(item, priority)
                self._room -= 1
            else:
                self._usual.append(item)
            accounts.queued += 1
            if self._is_calling:
                self._call_consumer()
        finally:
            self._lock.release()
        return None

    def _accept(self, item: WorkItem) -> None:
        if item.priority:
            self._others.append(item, item.priority)
            self._room -= 1
        else:
            self._usual.append(item)
        self._accounts.queued += 1
        if self._is_calling:
            self._call_consumer()

    def _call_consumer(self) -> None:
        called = self._consumers.popleft()
        called.wake()
        self._is_calling = any(other.thread != called.thread for other in self._consumers)

    def _pass_on(self, taken: int) -> None:
        """Let the next consumer have what one that was woken does not take."""
        with self._lock:
            self._is_calling = bool(self._consumers)
            if self._consumers and len(self) > taken:
                self._call_consumer()

    def _take_by_priority(self) -> WorkItem | None:
        with self._lock:
            if self._others.length and (not self._usual or self._others.highest > 0):
                self._room += not self._is_closed
                return self._others.popleft()
            try:
                return self._usual.popleft()
            except IndexError:
                return None

    def _refuse(self, item: WorkItem) -> NoReturn:
        with self._lock:
            self._accounts.rejected += 1
        raise QueueClosedError(item.name)

    def _line_up(self, waiter: TaskWaiter[WorkItem] | ThreadWaiter[WorkItem]) -> None:
        """Have a producer wait, or let it in after all, if room was made before it was seen."""
        with self._lock:
            if self.is_closed:
                self._refuse(waiter.subject)
            self._producers.append(waiter)
            self._let_in()

    def _let_in(self) -> None:
        with self._lock:
            while self._producers and len(self._usual) < self._room:
                first = self._producers.popleft()
                self._accept(first.subject)
                first.wake()

    def _withdraw(self, waiter: TaskWaiter[WorkItem] | ThreadWaiter[WorkItem]) -> None:
        with self._lock:
            if waiter in self._producers:
                self._producers.remove(waiter)

    def _leave(self, waiter: TaskWaiter[None]) -> None:
        """Forget a consumer that was cancelled; if it had been woken, another gets the item it will not take."""
        with self._lock:
            if waiter in self._consumers:
                self._consumers.remove(waiter)
                self._is_calling = bool(self._consumers)
            else:
                self._pass_on(0)

    def _settle(self) -> None:
        """Wake who waits for the end."""
        for joiner in self._joiners:
            joiner.wake()
        self._joiners.clear()
        self._accounts.awaited = False
