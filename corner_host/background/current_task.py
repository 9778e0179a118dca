"""What the queue needs of asyncio that anyio does not have, or not as quickly; only here the back ends are told apart."""

import sys
from collections.abc import Awaitable
from typing import Any

from anyio.lowlevel import checkpoint


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


def give_way() -> Awaitable[None]:
    """Return a checkpoint to await: anyio's, without its way to find out that on asyncio it is this."""
    loop = running_loop_of_asyncio()
    if loop is None:
        return checkpoint()
    asyncio: Any = sys.modules["asyncio"]
    return asyncio.sleep(0) if asyncio.current_task(loop) is not None else checkpoint()
