"""The tasks that wait for work. Everything here happens under the lock of the line.

Of several in one thread, one is woken at a time; it wakes the next if it finds more than it takes. So work that one of
them does at a go does not wake all.
"""

from collections import deque
from typing import final

from .waiters import TaskWaiter


@final
class Consumers:
    """Who waits for an entry, the longest first.

    Attributes:
        is_calling: Whether the next entry is to wake one.
        is_watched: Whether who adds an entry is to look after it: to wake one, or because the line is closed.
    """

    __slots__ = ("_is_over", "_waiting", "is_calling", "is_watched")

    def __init__(self) -> None:
        self._waiting: deque[TaskWaiter[None]] = deque()
        self._is_over = False
        self.is_calling = self.is_watched = False

    def join(self, waiter: TaskWaiter[None], *, is_open: bool) -> None:
        """Add one that waits; the next entry is to wake it if the line *is_open*."""
        self._waiting.append(waiter)
        if is_open:
            self._set_calling(calling=True)

    def leave(self, waiter: TaskWaiter[None]) -> bool:
        """Forget one that waits no longer; returns False if it has been woken."""
        if waiter not in self._waiting:
            return False
        self._waiting.remove(waiter)
        self._set_calling(calling=self.is_calling and bool(self._waiting))
        return True

    def look_out(self, *, is_open: bool) -> None:
        """Have the next entry wake one again, if any waits and the line *is_open*."""
        self._set_calling(calling=is_open and bool(self._waiting))

    def call(self) -> None:
        """Wake the first; the next entry wakes another only in another thread."""
        called = self._waiting.popleft()
        called.wake()
        self._set_calling(calling=any(other.thread != called.thread for other in self._waiting))

    def call_all(self) -> None:
        """Wake everybody."""
        for waiter in self._waiting:
            waiter.wake()
        self._waiting.clear()
        self._set_calling(calling=False)

    def end(self) -> None:
        """Have everything looked after from now on that is added by mistake: the line is closed."""
        self._is_over = self.is_watched = True

    def _set_calling(self, *, calling: bool) -> None:
        self.is_calling = calling
        self.is_watched = calling or self._is_over
