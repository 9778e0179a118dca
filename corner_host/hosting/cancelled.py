"""Telling a cancellation of ours from an exception that only looks like one. Knows asyncio, because that is where."""

import asyncio

import anyio


def is_cancellation(error: BaseException) -> bool:
    """Tell whether somebody cancels the current task; if so, *error* must be raised again.

    On asyncio, awaiting a task or future that was cancelled raises the very same exception. That is a failure like any
    other, and a task group would take it for a reason to cancel everybody. A coroutine that is being closed counts too.
    """
    if isinstance(error, GeneratorExit):
        return True
    if not isinstance(error, anyio.get_cancelled_exc_class()):
        return False
    if not isinstance(error, asyncio.CancelledError):
        return True
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0
