"""What waits, who waits for it, and all that changes under the queue's lock. Nothing is awaited here.

Most work is a function without arguments, of the usual priority, queued and taken in one event loop. For that there is a
way without the lock, and without an object for each item:

- An *entry* of the line is a `WorkItem`, which knows when it came, or a bare function, which came when the `WorkItem`
  before it did: within a millisecond, or in the same turn of the event loop.
- A task that adds an entry begins a *burst*: until the turn of its event loop ends, others may follow by *permit*, each
  for a place that is free. Permits are an iterator, from which any thread takes one in one step; so the capacity is kept,
  and what is left of them says how many entries came.
- Entries are taken from `head` by one ``popleft``, which is atomic. Where more is to be done than that (a pause, other
  priorities, producers that wait), `head` is a deque without entries, and `take` does it.

Who adds an entry looks at ``consumers.is_watched`` afterwards; who begins to wait for one, or closes the queue, looks for
entries after setting it. So one of the two sees the other. Who must wait for room lines up under the lock; a freed place
goes to the producer that has waited longest, with its item: arrival decides the order, and nobody overtakes.
"""

from collections import deque
from collections.abc import Callable
from contextvars import ContextVar
from math import inf
from sys import modules
from threading import RLock
from time import perf_counter
from types import FunctionType
from typing import Any, Final, TypeAlias, final

from corner_host.diagnostics.tracing import SDK as TRACING_SDK
from corner_host.diagnostics.tracing import SpanRelation

from .accounts import Accounts
from .consumers import Consumers
from .current_task import running_loop_of_asyncio
from .errors import QueueClosedError
from .items import Entry, ItemMaker
from .lanes import PriorityLanes
from .views import QueuePause
from .waiters import TaskWaiter, ThreadWaiter
from .work_item import WorkItem

Producer: TypeAlias = TaskWaiter[WorkItem] | ThreadWaiter[WorkItem]

BURST: Final = 256
"""How many entries may follow by permit."""

_NEAR: Final = 0.001
"""Within how many seconds entries came at the same time."""

_NOTHING: Final[deque[Entry]] = deque(maxlen=0)


@final
class Line:
    """The entries of a queue.

    Args:
        capacity: How many entries can wait.
        carry: Context variables that items bring along.
        span_relation: What the span of running an item is to that of queueing it.

    Attributes:
        items: Makes what becomes an item.
        lock: Held around every change but those above; re-entrant, because a signal handler may queue work while this very
            thread does.
        usual: The entries of the usual priority; what is added here, with a permit, needs no lock.
        head: What can be taken without the lock.
        consumers: Who waits for entries.
        is_detailed: Whether every item brings something along, be it only when it came.
        on_entered: Called with the name of the job of each item that is taken in, if `is_detailed`.
        stamp: When the burst came, by ``time.perf_counter()``, whose entries are being taken.
        full_since: Since when there was no room, as far as producers have seen; 0.0 while there is.
    """

    def __init__(
        self,
        capacity: int,
        carry: tuple[ContextVar[Any], ...] = (),
        span_relation: SpanRelation = SpanRelation.LINK,
    ) -> None:
        self.capacity = capacity
        self.lock = RLock()
        self._acquire, self._release = self.lock.acquire, self.lock.release
        self._room = capacity  # for the usual priority; 0 once closed, so that most offers cost one comparison
        self._withheld = 0
        self.accounts = Accounts(self.lock, self._settle)
        self.items = ItemMaker(self.accounts, carry, span_relation)
        self.usual: deque[Entry] = deque()
        self.head = self.usual
        self.others = PriorityLanes[WorkItem]()
        self.is_closed = False
        self.consumers = Consumers()
        self.is_detailed = bool(carry)
        self.on_entered: Callable[[str], object] | None = None
        self.stamp = self._newest = 0.0
        self.full_since = 0.0
        self.producers: deque[Producer] = deque()
        self.joiners: list[TaskWaiter[None]] = []
        self._pause: QueuePause | None = None
        self._pause_ends = 0.0

    def __len__(self) -> int:
        """Return how many entries wait."""
        return len(self.usual) + self.others.length

    def item(self, entry: Entry) -> WorkItem:
        """Return *entry*, which was just taken, as a work item."""
        if isinstance(entry, WorkItem):
            if not entry.priority:
                self.stamp = entry.queued_at
            return entry
        return self.items.item(entry, self.stamp)

    def enter(self, work: FunctionType, *, in_task: bool) -> WorkItem | None:
        """Take in *work*, which is nothing but a call; returns the item that must wait if there is no room.

        Where a task of asyncio brings it, others may follow by permit.
        """
        accounts, usual = self.accounts, self.usual
        now = perf_counter()
        if self.is_detailed or TRACING_SDK in modules:
            return self._enter_in_detail(self.items.item(work, now))
        self._acquire()  # half the price of ``with``, here where many pass
        try:
            if accounts.issued:
                accounts.recall()
            free = self._room - len(usual)
            if free > 0 and not self.consumers.is_watched:
                if now - self._newest < _NEAR:
                    usual.append(work)
                else:
                    usual.append(self.items.item(work, now))
                    self._newest = now
                accounts.entered += 1
                if in_task and free > 1:
                    self._begin_burst(free)
                return None
        finally:
            self._release()
        item = self.items.item(work, now)
        if free <= 0:
            self.full_since = self.full_since or now
            return item
        return None if self.admit(item) else item

    def _enter_in_detail(self, item: WorkItem) -> WorkItem | None:
        if self.is_detailed:
            item.describe((), {}, 0, None, None, self.items.carry)
        self.items.trace(item)
        return None if self.admit(item) else item

    def admit(self, item: WorkItem) -> bool:
        """Take *item* in if there is room now."""
        with self.lock:
            self.accounts.recall()
            free = self._room - len(self.usual)
            if free <= 0:
                self.full_since = self.full_since or item.queued_at
                return False
            if free > self.capacity // 10:
                self.full_since = 0.0
            self._append(item)
            return True

    def _begin_burst(self, free: int) -> None:
        if free > self.capacity // 10:
            self.full_since = 0.0
        loop = running_loop_of_asyncio()
        if loop is not None:
            self.accounts.issue(min(free, BURST) - 1, self.usual)
            loop.call_soon(self._end_burst)

    def _end_burst(self) -> None:
        if self.accounts.issued:
            with self.lock:
                self.accounts.recall()

    def _append(self, item: WorkItem) -> None:
        if item.priority:
            self.others.append(item, item.priority)
            self._room -= not self.is_closed
            self.head = _NOTHING
        else:
            self.usual.append(item)
            self._newest = item.queued_at
        self.accounts.entered += 1
        if self.on_entered is not None:
            self.on_entered(item.job)
        if self.consumers.is_calling:
            self.consumers.call()

    def attend(self, entry: Entry) -> bool:
        """Look after *entry*, which was just added by permit; returns False if it came too late and was taken out again."""
        with self.lock:
            if self.is_closed and entry in self.usual:
                self.usual.remove(entry)
                self.accounts.entered -= 1
                return False
            if self.consumers.is_calling:
                self.consumers.call()
            return True

    def refuse(self, name: str) -> QueueClosedError:
        """Count an offer as rejected, and return why."""
        with self.lock:
            self.accounts.rejected += 1
            self.accounts.rejected_by_closed += self.is_closed
        return QueueClosedError(name)

    def line_up(self, producer: Producer) -> None:
        """Have a producer wait, or let it in after all, if room was made before it was seen.

        Raises:
            QueueClosedError: There will be no room.
        """
        with self.lock:
            if self.is_closed:
                raise self.refuse(producer.subject.name)
            self.producers.append(producer)
            self._let_in()

    def withdraw(self, producer: Producer) -> None:
        """Forget a producer that waits no longer."""
        with self.lock:
            if producer in self.producers:
                self.producers.remove(producer)
                self._choose_head()

    def _let_in(self) -> None:
        while self.producers and len(self.usual) < self._room:
            first = self.producers.popleft()
            self._append(first.subject)
            first.wake()
        self._choose_head()

    def take(self) -> Entry | None:
        """Take the entry that is next; None when nothing waits, or the line is paused."""
        if self.head is self.usual and not self.usual:
            return None  # without the lock: nothing is in the way, and nothing waits
        with self.lock:
            if self._pause is not None:
                if self.is_paused:
                    return None
                self._pause = None
            entry = self._next()
            self._let_in()
            return entry

    def _next(self) -> Entry | None:
        if self.others.length and (not self.usual or self.others.highest > 0):
            self._room += not self.is_closed
            return self.others.popleft()
        try:
            return self.usual.popleft()
        except IndexError:
            return None

    def _choose_head(self) -> None:
        is_simple = self._pause is None and not self.producers and not self.others.length
        self.head = self.usual if is_simple else _NOTHING

    def coming(self, limit: int) -> list[WorkItem]:
        """Return the next entries, in order, without taking them; each is an item from now on, and keeps its id."""
        with self.lock:
            self.head = _NOTHING  # so that nobody takes one meanwhile
            first = [self.usual.popleft() for _ in range(min(limit, len(self.usual)))]
            items = list(self.items.dated(first, self.stamp))
            self.usual.extendleft(reversed(items))
            self._choose_head()
            return self.others.merged(items, limit)

    def close(self) -> None:
        """Refuse new entries, and those who wait to bring one; what waits can still be taken."""
        with self.lock:
            self.accounts.recall()
            self.is_closed = True
            self.consumers.end()
            self._room = 0
            self.accounts.rejected += len(self.producers)
            self.accounts.rejected_by_closed += len(self.producers)
            for producer in self.producers:
                producer.refused = True
                producer.wake()
            self.producers.clear()
            self.pause(None)

    def withhold(self, places: int) -> None:
        """Let so many places not count, until the line is closed: with `capacity`, nobody gets in, as if there were no room."""
        with self.lock:
            self.accounts.recall()
            if not self.is_closed:
                self._room += self._withheld - places
                self._withheld = places
                self._let_in()

    def purge(self) -> list[WorkItem]:
        """Take out every entry that waits, counting it as not run; returns them in order."""
        with self.lock:
            purged: list[WorkItem] = []
            while (entry := self._next()) is not None:
                purged.append(self.item(entry))
            self.accounts.not_run += len(purged)
            self._let_in()
            self.accounts.look_for_end()
            return purged

    def pause(self, pause: QueuePause | None, seconds: float = inf) -> None:
        """Pause for so long, or, without *pause*, go on."""
        with self.lock:
            self._pause = None if self.is_closed else pause
            self._pause_ends = perf_counter() + seconds
            self._choose_head()
            self.stir()

    @property
    def paused(self) -> QueuePause | None:
        """Since when, until when and why nothing is taken; None while the line is not paused."""
        pause = self._pause
        return pause if pause is not None and perf_counter() < self._pause_ends else None

    @property
    def is_paused(self) -> bool:
        """Whether nothing is taken."""
        return self._pause is not None and self.paused is not None

    def await_entry(self) -> tuple[TaskWaiter[None], float] | None:
        """Have the calling task wait for an entry, for so many seconds at most; None if there may be one already.

        Raises:
            QueueClosedError: Nothing waits, and nothing will come.
        """
        if self.usual and self._pause is None:
            return None  # without the lock, as in `take`
        with self.lock:
            is_paused = self.is_paused
            if not is_paused and len(self):
                return None
            waiter = TaskWaiter(None)
            self.consumers.join(waiter, is_open=not is_paused)
            if is_paused:
                return waiter, self._pause_ends - perf_counter()
            self.accounts.recall()  # so that the next one begins a burst, of a new time
            if not len(self) and not self.is_closed:
                return waiter, inf
            self.consumers.leave(waiter)
            if not len(self):
                raise QueueClosedError
            return None

    def leave(self, waiter: TaskWaiter[None]) -> None:
        """Forget a consumer that waits no longer; if it had been woken, another gets the entry it will not take."""
        with self.lock:
            if not self.consumers.leave(waiter):
                self.pass_on(0)

    def pass_on(self, taken: int) -> None:
        """Let the next consumer have what one that was woken does not take."""
        with self.lock:
            self.consumers.look_out(is_open=not self.is_paused)
            if self.consumers.is_calling and len(self) > taken:
                self.consumers.call()

    def stir(self) -> None:
        """Have all consumers look again."""
        with self.lock:
            self.consumers.call_all()

    def _settle(self) -> None:
        """Wake who waits for the end."""
        for joiner in self.joiners:
            joiner.wake()
        self.joiners.clear()
        self.accounts.awaited = False
