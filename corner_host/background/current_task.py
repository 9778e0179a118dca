"""Two questions about what runs here that anyio does not answer; only here the back ends are told apart."""

import sys
from typing import Any


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
