"""Three questions about the running task that anyio does not answer; only here the back ends are told apart."""

import sys
from typing import Any


def in_task() -> bool:
    """Whether this is called from a task, and not from a signal handler that interrupted the loop's own waiting."""
    asyncio: Any = sys.modules.get("asyncio")
    try:
        if asyncio is not None and asyncio.current_task() is not None:
            return True
    except RuntimeError:  # asyncio does not run in this thread
        pass
    trio: Any = sys.modules.get("trio")
    return trio is not None and bool(trio.lowlevel.in_trio_task())


def is_being_cancelled(cancelled: BaseException) -> bool:
    """Whether *cancelled*, a cancellation that was raised in this task, was meant for it.

    On asyncio it may also come from what the task awaited, such as a future that somebody has cancelled.
    """
    asyncio: Any = sys.modules.get("asyncio")
    if asyncio is None or not isinstance(cancelled, asyncio.CancelledError):
        return True
    task = asyncio.current_task()
    return task is None or task.cancelling() > 0


def running_loop_of_asyncio() -> Any | None:
    """Return the event loop of asyncio that runs in this thread, whoever calls."""
    asyncio: Any = sys.modules.get("asyncio")
    return None if asyncio is None else asyncio._get_running_loop()  # documented; the other one raises


def own_loop_of_asyncio() -> Any | None:
    """Return the event loop if a task of asyncio calls: where trio is a guest of asyncio's loop, its tasks are none."""
    loop = running_loop_of_asyncio()
    return None if loop is None or sys.modules["asyncio"].current_task(loop) is None else loop
