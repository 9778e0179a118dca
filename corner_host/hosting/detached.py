"""The one place where a task begins that no task group holds.

`Host.start` returns while the host goes on, and `Host.stop` may come from another task, as test fixtures and ASGI
lifespans do it; a task group cannot span the two, since it must be left by the task that entered it. So a host has a task
of its own, which holds the group that everything else of the host runs in. Whoever begins one here sees to its end.

The task gets a copy of the caller's context variables, none of the caller's cancel scopes, and is cancelled when the
event loop ends.
"""

import asyncio
import os
from collections.abc import Callable, Coroutine
from contextvars import copy_context
from typing import Any, Final

from anyio.lowlevel import current_token

import corner_host.hosting as door

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


def _after_fork() -> None:
    if _loops:
        door.forked.leave_at_next_step(set(_loops.values()))


if hasattr(os, "register_at_fork"):  # not on Windows
    os.register_at_fork(after_in_child=_after_fork)
