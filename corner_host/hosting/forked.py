"""What becomes of a child that ``os.fork`` makes in the event loop of a host.

Such a child has a copy of all objects, none of the threads, and shares with its parent what the kernel holds for the event
loop. If the loop went on in it, or closed, the parent's would lose events: it would not wake up any more, not even for a
signal; and the services would be stopped in both. So the child does what the service that forked says, and ends with it:
when that returns, raises or exits, with the status that follows from it; when it waits for something, with a message. Nothing
of the host happens in it.

What ``multiprocessing`` begins ends by itself, and is left alone.
"""

import os
import sys
from collections.abc import Iterable
from typing import Any, NoReturn, final

from .exit_status import SERVICE_FAILED, exit_status

_ADVICE = (
    "a child made by os.fork cannot go on in the event loop of its parent.\n"
    "To fix: end it by os._exit(), or begin it with multiprocessing or anyio.run_process()."
)


def leave(error: BaseException | None) -> NoReturn:
    """End this process, the child, with what *error* says, without any further ado."""
    try:
        if isinstance(error, SystemExit):
            _write("" if error.code is None or isinstance(error.code, int) else f"{error.code}\n")
        elif error is not None:
            error.add_note(f"This happened in process {os.getpid()}: {_ADVICE}")
            sys.excepthook(type(error), error, error.__traceback__)
        for stream in (sys.stdout, sys.stderr):
            if stream is not None:  # a process may begin without one
                stream.flush()
    finally:
        os._exit(exit_status(error, has_started=True))


def leave_at_next_step(loops: Iterable[Any]) -> None:
    """Have this process, the child, end as soon as the code that forked gives control back to one of *loops*."""
    trio = sys.modules.get("trio")
    for loop in loops:
        if trio is None or not isinstance(loop, trio.lowlevel.TrioToken):
            loop.call_soon(_leave_loop)  # comes to nothing where that loop ran in another thread
        elif trio.lowlevel.in_trio_run() and trio.lowlevel.current_trio_token() is loop:
            trio.lowlevel.add_instrument(_LeavesAfterStep())


def _leave_loop() -> NoReturn:
    error = sys.exception()  # what ended the loop, which now waits for its tasks
    if error is None:
        _write(f"error: {_ADVICE}\n")
        os._exit(SERVICE_FAILED)
    leave(error)


@final
class _LeavesAfterStep:
    """An instrument of trio."""

    def after_task_step(self, _task: object, /) -> NoReturn:
        """End the process."""
        _leave_loop()


def _write(text: str) -> None:
    if sys.stderr is not None:
        sys.stderr.write(text)
