"""The threads that own the connections, one that writes and one that reads: what is asked meanwhile shares a transaction.

One commit costs a disk flush, however much it holds; with fifty callers at once, sharing makes them several times as many
a second as one each. An operation is a function of the connection that may be run again: where one of a shared
transaction fails, all are rolled back and run one by one, so that only its own caller sees the error.

The one that writes also keeps the lease while the event loop is blocked (``every``), and looks whether another process
has written. Reading has a thread of its own, so that it never waits for whoever holds the database's write lock.
"""

import logging
import sqlite3
import threading
import time
from collections.abc import Callable, Iterable
from functools import partial
from queue import Empty, SimpleQueue
from typing import Any, Final, Generic, Self, TypeVar, final

import anyio

from corner_host.jobs.errors import JobEngineError
from corner_host.primitives import LoopHandle

from .schema import MEMORY, connect

T = TypeVar("T")
Operation = Callable[[sqlite3.Connection], T]
_log = logging.getLogger("corner_host.jobs.sqlite")
_MOST_AT_ONCE = 512
_TO_WRITE: Final = "BEGIN IMMEDIATE"
_TO_READ: Final = "BEGIN"


@final
class _Ticket(Generic[T]):
    """An operation and the task that waits for it."""

    __slots__ = ("done", "error", "loop", "operation", "result")

    def __init__(self, operation: Operation[T]) -> None:
        self.operation = operation
        self.loop = LoopHandle.current()
        self.done = anyio.Event()
        self.result: T | None = None
        self.error: Exception | None = None


@final
class Writer:
    """Owns the connection that writes, and the thread that owns it.

    Args:
        path: The database file, or ``:memory:``.
        synchronous: ``FULL`` or ``NORMAL``.
        begin: How transactions begin; see `reader`.
    """

    def __init__(self, path: str, *, synchronous: str, begin: str = _TO_WRITE) -> None:
        self._path = path
        self._begin = begin
        self._connection = connect(path, synchronous=synchronous)
        self._inbox: SimpleQueue[_Ticket[Any] | None] = SimpleQueue()
        self._timers: list[tuple[float, Callable[[sqlite3.Connection], None]]] = []
        self._due: list[float] = []
        self._thread = threading.Thread(target=self._work, name="corner_host job store", daemon=True)
        self._thread.start()

    def reader(self) -> Self:
        """Return another one that only reads; this one where the database is private to its connection."""
        return self if self._path == MEMORY else type(self)(self._path, synchronous="NORMAL", begin=_TO_READ)

    def every(self, period: float, action: Callable[[sqlite3.Connection], None]) -> None:
        """Have *action* run about every *period* seconds, between transactions; call before the first `execute`.

        It opens its own transaction where it needs one. What it raises is reported as an uncaught error of the thread
        would be, and the timer goes on.
        """
        self._timers.append((period, action))
        self._due.append(0.0)
        self._inbox.put(_NOTHING)

    async def execute(self, operation: Operation[T]) -> T:
        """Run *operation* in a transaction, shared with others; return when that is on disk.

        Raises:
            JobEngineError: SQLite refused; nothing of this operation was stored.
        """
        ticket = _Ticket(operation)
        self._inbox.put(ticket)
        await ticket.done.wait()
        if ticket.error is not None:
            raise ticket.error
        return ticket.result  # type: ignore[return-value]  # set whenever there is no error

    def close(self) -> None:
        """Finish what was asked, then close the connection. Blocks."""
        self._inbox.put(None)
        self._thread.join()

    def _work(self) -> None:
        try:
            while True:
                tickets, last = self._next()
                if tickets:
                    self._commit(tickets)
                    _wake(tickets)
                self._run_timers()
                if last:
                    return
        finally:
            self._connection.close()

    def _next(self) -> "tuple[list[_Ticket[Any]], bool]":
        tickets: list[_Ticket[Any]] = []
        try:
            wait = max(0.0, min(self._due) - time.monotonic()) if self._due else None
            ticket = self._inbox.get(timeout=wait) if wait != 0.0 else self._inbox.get_nowait()
            while True:
                if ticket is None:
                    return tickets, True
                if ticket is not _NOTHING:
                    tickets.append(ticket)
                if len(tickets) >= _MOST_AT_ONCE:
                    break
                ticket = self._inbox.get_nowait()
        except Empty:
            pass
        return tickets, False

    def _commit(self, tickets: "list[_Ticket[Any]]") -> None:
        try:
            with transaction(self._connection, self._begin):
                for ticket in tickets:
                    ticket.result = ticket.operation(self._connection)
        except Exception as error:  # noqa: BLE001 - handed to the caller whose operation it was
            if len(tickets) == 1:
                tickets[0].error = self._explained(error)
                return
            for ticket in tickets:
                self._commit([ticket])

    def _explained(self, error: Exception) -> Exception:
        if isinstance(error, sqlite3.Error):
            explained = JobEngineError(f"The job store {self._path} refused to write: {error}. Nothing was stored.")
            explained.__cause__ = error
            return explained
        return error

    def _run_timers(self) -> None:
        now = time.monotonic()
        for index, (period, action) in enumerate(self._timers):
            if self._due[index] <= now:
                self._due[index] = now + period
                try:
                    action(self._connection)
                except sqlite3.OperationalError as error:
                    _log.warning("The job store %s could not be looked after, and soon will be: %s", self._path, error)
                except Exception:  # noqa: BLE001 - reported; the other timers and the store go on
                    _report(self._thread)


class transaction:  # noqa: N801 - reads as a verb where it is used; quicker than a generator
    """From *begin* to ``COMMIT``, or ``ROLLBACK``."""

    __slots__ = ("_begin", "_connection")

    def __init__(self, connection: sqlite3.Connection, begin: str = _TO_WRITE) -> None:
        self._connection = connection
        self._begin = begin

    def __enter__(self) -> None:
        self._connection.execute(self._begin)

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        if kind is None:
            try:
                self._connection.execute("COMMIT")
            except sqlite3.Error:
                self._roll_back()
                raise
        else:
            self._roll_back()

    def _roll_back(self) -> None:
        if self._connection.in_transaction:  # SQLite rolls back by itself after some errors
            self._connection.execute("ROLLBACK")


def _wake(tickets: "Iterable[_Ticket[Any]]") -> None:
    """Set the events, with one call into each loop."""
    by_loop: dict[object, tuple[LoopHandle, list[anyio.Event]]] = {}
    for ticket in tickets:
        by_loop.setdefault(ticket.loop.token.native_token, (ticket.loop, []))[1].append(ticket.done)
    for loop, events in by_loop.values():
        loop.post(partial(_set_all, events))


def _set_all(events: Iterable[anyio.Event]) -> None:
    for event in events:
        event.set()


def _report(thread: threading.Thread) -> None:
    import sys  # noqa: PLC0415 - only on this path

    kind, error, trace = sys.exc_info()
    if kind is not None:
        threading.excepthook(threading.ExceptHookArgs((kind, error, trace, thread)))


_NOTHING: Any = object()
