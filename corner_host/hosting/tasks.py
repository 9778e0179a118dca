"""What a host must know of tasks that anyio does not tell: which one no group holds, whose cancellation it is, what forks do.

`Host.start` returns while the host goes on, and `Host.stop` may come from another task, as test fixtures and ASGI
lifespans do it; a task group cannot span the two, since it must be left by the task that entered it. So a host has a task
of its own, which holds the group that everything else of the host runs in. Whoever begins one here sees to its end.

The task gets a copy of the caller's context variables, none of the caller's cancel scopes, and is cancelled when the
event loop ends.

Knows asyncio, where anybody can cancel a task, and awaiting what was cancelled raises what a cancellation raises.
"""

import asyncio
import math
import os
from collections.abc import Callable, Coroutine
from contextvars import copy_context
from typing import Any, Final

import anyio
from anyio.lowlevel import current_token

import corner_host.hosting as door
from corner_host.primitives import OperationCancelledError

_tasks: Final[set[asyncio.Task[None]]] = set()  # the loop itself only has weak references
_loops: Final[dict[object, Any]] = {}


def begin_detached(function: Callable[[], Coroutine[Any, Any, None]], name: str) -> None:
    """Run *function* in a task of its own. It must not raise, except for its own cancellation."""
    loop: Any = current_token().native_token

    async def hold() -> None:
        me = object()
        _loops[me] = loop
        try:
            await function()
        finally:
            del _loops[me]

    if isinstance(loop, asyncio.AbstractEventLoop):
        task = loop.create_task(hold(), name=name)
        _tasks.add(task)
        task.add_done_callback(_tasks.discard)
    else:
        import trio  # noqa: PLC0415 - only where it is the back end

        trio.lowlevel.spawn_system_task(hold, name=name, context=copy_context())


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


def is_cancelled_by_host(error: BaseException) -> bool:
    """Tell whether the host cancels the current task, which is one of its own and has run a service's code, or the loop ends.

    Somebody else may do it on asyncio, the service itself for one; that is a failure of this service, and no reason to
    cancel the others, as a task group would.
    """
    if not is_cancellation(error) or not isinstance(error, asyncio.CancelledError):
        return is_cancellation(error)
    if anyio.current_effective_deadline() == -math.inf:
        return True
    loop = asyncio.get_running_loop()
    return any(task.cancelling() for task in _tasks if task.get_loop() is loop)


def as_failure(error: BaseException, name: str) -> BaseException:
    """Return what to keep of *error*, which left *name*; a cancellation that is not the host's would be taken for one outside."""
    if not isinstance(error, anyio.get_cancelled_exc_class()):
        return error
    task = asyncio.current_task()
    why = "awaited something that somebody else had cancelled"
    while task is not None and task.cancelling():
        why = "was cancelled by somebody else"
        task.uncancel()
    failure = OperationCancelledError(f"{name} {why}.")
    failure.__cause__ = error
    return failure


def _after_fork() -> None:
    if _loops:
        door.forked.leave_at_next_step(set(_loops.values()))


if hasattr(os, "register_at_fork"):  # not on Windows
    os.register_at_fork(after_in_child=_after_fork)
