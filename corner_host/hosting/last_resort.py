"""Ending a process that cannot end itself.

Python can cancel neither code that blocks the event loop nor code that swallows its cancellation, and an event loop does
not close while such code runs. A process that `Host.run` was given to should nevertheless end when it is told to. So a
thread waits beside the loop; it does nothing until it is told by when the loop must have ended, and if the loop has not
ended by then, it names the culprit and ends the process without further ado.

`Host.run_async` has no such thing: there the process belongs to somebody else.
"""

import logging
import math
import os
import sys
import threading
import time
from queue import Empty, SimpleQueue
from types import TracebackType
from typing import Final, Self, final

import corner_host.hosting as door

LOOP_CLOSES_WITHIN: Final = 2.0
"""How long an event loop may take to close once its main task has ended, in seconds."""


@final
class LastResort:
    """Waits, in a thread, for the end of the ``with`` block that it was told about; otherwise ends the process."""

    def __init__(self) -> None:
        # a SimpleQueue may be used in signal handlers
        self._messages: SimpleQueue[_Expectation | None] = SimpleQueue()
        self._watched = threading.get_ident()
        self._thread = threading.Thread(target=self._wait, name="corner_host last resort", daemon=True)

    def expect_end(self, within: float, status: int, error: BaseException | None = None) -> None:
        """Unless the block has ended after *within* seconds, tell *error* and end the process with *status*.

        Of several calls the one that is due first counts. It may be called from any thread and from signal handlers.
        """
        self._messages.put(_Expectation(time.monotonic() + within, status, error))

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._messages.put(None)

    def _wait(self) -> None:
        first: _Expectation | None = None
        while True:
            try:
                left = None if first is None or math.isinf(first.due) else max(0.0, first.due - time.monotonic())
                message = self._messages.get(timeout=left)
            except Empty:
                break
            if message is None:
                return
            if first is None or message.due < first.due:
                first = message
        if first is not None:
            self._end(first)

    def _end(self, expectation: "_Expectation") -> None:
        try:
            self._tell(expectation)
        finally:  # also where stderr is gone, or whoever reads it
            os._exit(expectation.status)

    def _tell(self, expectation: "_Expectation") -> None:
        error = expectation.error
        if error is not None and not isinstance(error, SystemExit):
            sys.excepthook(type(error), error, error.__traceback__)
        place = door.waiting_at.thread_at(self._watched)
        status = expectation.status
        if sys.stderr is not None:  # of a process that began without one
            sys.stderr.write(f"error: the event loop does not end{place}; the process ends with status {status}.\n")
        flushing = threading.Thread(target=_flush, daemon=True)
        flushing.start()
        flushing.join(1.0)


class _Expectation:
    __slots__ = ("due", "error", "status")

    def __init__(self, due: float, status: int, error: BaseException | None) -> None:
        self.due = due
        self.status = status
        self.error = error


def _flush() -> None:
    logging.shutdown()
    for stream in (sys.stdout, sys.stderr):
        if stream is not None:
            stream.flush()
