"""A handler that never makes its caller wait.

The event loop must not stand still because nobody reads a pipe. Records go into a bounded queue, and one thread hands
them on. What does not fit is counted and told in one line as soon as there is room.
"""

import atexit
import logging
import os
import sys
import threading
import time
from queue import SimpleQueue
from typing import Final, final
from weakref import WeakSet

from corner_host.primitives import Duration, seconds

from .records import message_of

CAPACITY: Final = 2500
"""How many records wait at most, by default (.NET's figure)."""

FLUSH_SECONDS: Final = 2.0
"""How long a flush waits at most, by default."""

_NOTICE_PERIOD: Final = 5.0

_handlers: WeakSet["QueuedHandler"] = WeakSet()


@final
class QueuedHandler(logging.Handler):
    """Hands records to *target* in a thread of its own, in order.

    The message is filled in by the caller, so that arguments may change afterwards; everything else is the thread's
    work. When *capacity* records wait, further ones are dropped; warnings and worse have a tenth more. The thread
    starts with the first record, and again after a fork.

    Args:
        target: The handler that does the work. It is closed with this one.
        capacity: How many records may wait; above 0.

    Raises:
        ValueError: *capacity* is out of range.

    Example:
        >>> handler = QueuedHandler(logging.StreamHandler(sys.stdout))
        >>> record = logging.makeLogRecord({"msg": "%d orders", "args": (3,), "levelno": logging.INFO})
        >>> _ = handler.handle(record), handler.close()
        3 orders
    """

    def __init__(self, target: logging.Handler, *, capacity: int = CAPACITY) -> None:
        if capacity < 1:
            raise ValueError(f"capacity must be at least 1, not {capacity}")
        super().__init__()
        self.target = target
        self._limits = (capacity, capacity + max(1, capacity // 10))
        self._ended = False
        self._open()

    def _open(self) -> None:
        _handlers.add(self)
        self._closed = False
        self._queue: SimpleQueue[logging.LogRecord | threading.Event | None] = SimpleQueue()
        self._thread: threading.Thread | None = None
        self._accepted = 0  # counted by the callers, under the handler's lock
        self._written = 0  # counted by the thread
        self._drops = threading.RLock()  # re-entrant, because a signal handler may log
        self._dropped = 0
        self._told = -_NOTICE_PERIOD

    @property
    def is_idle(self) -> bool:
        """Whether nothing waits and nothing is being written."""
        return self._accepted == self._written

    def emit(self, record: logging.LogRecord) -> None:
        """Put a snapshot of *record* into the queue, or count it as dropped. Never waits."""
        if self._closed and not self._is_stuck and not self._ended:
            self._open()
        if self._closed:
            if not self._is_stuck:
                self.target.handle(record)
        elif self._queue.qsize() >= self._limits[record.levelno >= logging.WARNING]:
            with self._drops:
                self._dropped += 1
        else:
            self._accepted += 1
            self._queue.put(self._snapshot(record))
            self._ensure_thread()

    def flush(self, timeout: Duration = FLUSH_SECONDS) -> None:
        """Wait until everything logged so far is written, at most *timeout* (float seconds or a timedelta)."""
        if self.is_idle or self._closed:
            return
        done = threading.Event()
        self._queue.put(done)
        done.wait(seconds(timeout, "timeout"))

    def close(self, timeout: Duration = FLUSH_SECONDS) -> None:
        """Write what waits, at most for *timeout*, and close the target; what could not be written is told on stderr.

        The next record opens both again: ``logging.config.dictConfig`` closes every handler that it finds, and the program
        goes on. `end` is for good.
        """
        limit = seconds(timeout, "timeout")
        self.acquire()
        try:
            if self._closed:
                return
            self._closed = True
            self._queue.put(None)
        finally:
            self.release()
        _handlers.discard(self)
        if self._thread is not None:
            self._thread.join(limit)
            if self._is_stuck:
                self._report(limit)
                return
        self.target.close()
        super().close()

    def end(self, timeout: Duration = FLUSH_SECONDS) -> None:
        """Do as `close`, for good: records that come later are written by the caller, at once."""
        self._ended = True
        self.close(timeout)

    @property
    def _is_stuck(self) -> bool:
        """Whether a thread that was given up still waits for its reader."""
        return self._thread is not None and self._thread.is_alive()

    def _snapshot(self, record: logging.LogRecord) -> logging.LogRecord:
        """Return *record* as it is now, with its message filled in."""
        try:
            message = record.getMessage()
        except Exception:  # noqa: BLE001 - told as logging tells it; the record is written with what there is
            self.handleError(record)
            message = message_of(record)
        copy = logging.LogRecord.__new__(type(record))
        copy.__dict__.update(record.__dict__, msg=message, args=None)
        return copy

    def _ensure_thread(self) -> None:
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="corner_host log writer", daemon=True)
            self._thread.start()

    def _run(self) -> None:
        while (item := self._queue.get()) is not None:
            if isinstance(item, threading.Event):
                item.set()
                continue
            self._hand_on(item)
            self._written += 1
            self._tell_drops(now=self._queue.empty())
        self._tell_drops(now=True)

    def _hand_on(self, record: logging.LogRecord) -> None:
        try:
            self.target.handle(record)
        except Exception:  # noqa: BLE001 - the thread lives on, whatever the target does
            self.handleError(record)

    def _tell_drops(self, *, now: bool) -> None:
        """Write how many records were dropped; during a flood not after each record that got through."""
        if not self._dropped or not (now or time.monotonic() - self._told >= _NOTICE_PERIOD):
            return
        with self._drops:
            count, self._dropped = self._dropped, 0
        self._told = time.monotonic()
        message = "%d log records were dropped, because the output is slower than the log"
        self._hand_on(logging.LogRecord("corner_host.logging", logging.WARNING, __file__, 0, message, (count,), None))

    def _report(self, limit: float) -> None:
        lost = self._accepted - self._written + self._dropped
        if sys.stderr is not None:  # pyright: ignore[reportUnnecessaryComparison] - None under pythonw
            sys.stderr.write(f"corner_host: {lost} log records were not written: nobody read them for {limit:.2g} s\n")


def _after_fork() -> None:
    """Give the child empty queues: the parent's thread is not here, and it writes what waited."""
    for handler in list(_handlers):
        handler._open()  # pyright: ignore[reportPrivateUsage] - this module's own class


def _at_exit() -> None:
    """Write what waits; ``logging`` does so only for handlers that ``dictConfig`` has not made it forget."""
    for handler in list(_handlers):
        handler.end()


atexit.register(_at_exit)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
