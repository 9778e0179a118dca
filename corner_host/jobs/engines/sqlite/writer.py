"""The threads that own the connections, one that writes and one that reads: what is asked meanwhile shares a transaction.

One commit costs a disk flush, however much it holds; with fifty callers at once, sharing makes them several times as many
a second as one each. An operation is a function of the connection that may be run again: where one of a shared
transaction fails, all are rolled back and run one by one, so that only its own caller sees the error.

The one that writes also keeps the lease while the event loop is blocked (``every``), and looks whether another process
has written. Reading has a thread of its own, so that it never waits for whoever holds the database's write lock.
"""

import os
import sqlite3
import threading
from collections.abc import Callable, Iterable
from functools import partial
from queue import Empty, SimpleQueue
from typing import Any, Final, Generic, Self, TypeVar, final

import anyio

from corner_host.jobs.errors import JobEngineError
from corner_host.primitives import LoopHandle

from .schema import MEMORY, connect
from .timers import Action, Timers

T = TypeVar("T")
Operation = Callable[[sqlite3.Connection], T]
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
        self._timers = Timers(path)
        self._file = _identity(path)
        self._log: tuple[int, int] | None = None
        self._closed = False
        self._thread = threading.Thread(target=self._work, name="corner_host job store", daemon=True)
        self._thread.start()

    def reader(self) -> Self:
        """Return another one that only reads; this one where the database is private to its connection."""
        return self if self._path == MEMORY else type(self)(self._path, synchronous="NORMAL", begin=_TO_READ)

    def every(self, period: float, action: Action) -> None:
        """Have *action* run about every *period* seconds, between transactions; call before the first `execute`.

        It opens its own transaction where it needs one.
        """
        self._timers.add(period, action)
        self._inbox.put(_NOTHING)

    async def execute(self, operation: Operation[T]) -> T:
        """Run *operation* in a transaction, shared with others; return when that is on disk.

        Raises:
            JobEngineError: SQLite refused; nothing of this operation was stored.
        """
        ticket = _Ticket(operation)
        self._inbox.put(ticket)
        if self._closed:
            self._refuse_rest()
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
                self._timers.run(self._connection)
                if last:
                    return
        finally:
            self._connection.close()
            self._closed = True
            self._refuse_rest()

    def _next(self) -> "tuple[list[_Ticket[Any]], bool]":
        tickets: list[_Ticket[Any]] = []
        try:
            wait = self._timers.wait()
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
            self._check_file()
            with transaction(self._connection, self._begin):
                for ticket in tickets:
                    ticket.result = ticket.operation(self._connection)
        except Exception as error:  # noqa: BLE001 - handed to the caller whose operation it was
            if len(tickets) == 1:
                tickets[0].error = self._explained(error)
                return
            for ticket in tickets:
                self._commit([ticket])

    def _check_file(self) -> None:
        """SQLite goes on writing to a file that nobody will find again, be it the store or the log beside it."""
        log = _identity(self._path + "-wal")
        if _identity(self._path) != self._file or (self._log is not None and log != self._log):
            raise JobEngineError(
                f"The job store {self._path} or its -wal was removed or replaced while it was open. Nothing was stored.\n"
                "To fix: put the file back, or stop the application before touching it; a restart begins with what is there."
            )
        self._log = log

    def _explained(self, error: Exception) -> Exception:
        if isinstance(error, sqlite3.Error):
            refused = "cannot be read" if self._begin == _TO_READ else "refused to write"
            explained = JobEngineError(f"The job store {self._path} {refused}: {error}. Nothing was stored.")
            explained.__cause__ = error
            return explained
        return error

    def _refuse_rest(self) -> None:
        """Answer whoever came too late."""
        late: list[_Ticket[Any]] = []
        while True:
            try:
                ticket = self._inbox.get_nowait()
            except Empty:
                break
            if ticket is not None and ticket is not _NOTHING:
                ticket.error = JobEngineError(f"The job store {self._path} is closed. Nothing was stored.")
                late.append(ticket)
        _wake(late)


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


def _identity(path: str) -> tuple[int, int] | None:
    """Return what tells the file from another one of its name; None for no file."""
    try:
        found = os.stat(path)  # noqa: PTH116 - at each commit, and a Path costs more than all the rest
    except OSError:
        return None
    return found.st_dev, found.st_ino


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


_NOTHING: Any = object()
