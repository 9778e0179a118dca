"""Telling a cancellation of ours from an exception that only looks like one. Knows asyncio, because that is where."""

import asyncio

import anyio

from corner_host.primitives import OperationCancelledError


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


def as_failure(error: BaseException, name: str) -> BaseException:
    """Return what to keep of *error*, which left *name*; a cancellation that was nobody's would be taken for one outside."""
    if not isinstance(error, anyio.get_cancelled_exc_class()):
        return error
    failure = OperationCancelledError(f"{name} awaited something that somebody else had cancelled.")
    failure.__cause__ = error
    return failure
