"""The one place where a task begins that no task group holds.

`Host.start` returns while the host goes on, and `Host.stop` may come from another task, as test fixtures and ASGI
lifespans do it; a task group cannot span the two, since it must be left by the task that entered it. So a host has a task
of its own, which holds the group that everything else of the host runs in. Whoever begins one here sees to its end.

The task gets a copy of the caller's context variables, none of the caller's cancel scopes, and is cancelled when the
event loop ends.
"""

import asyncio
from collections.abc import Callable, Coroutine
from contextvars import copy_context
from typing import Any

from anyio.lowlevel import current_token

_tasks: set[asyncio.Task[None]] = set()  # the loop itself only has weak references


def begin_detached(function: Callable[[], Coroutine[Any, Any, None]], name: str) -> None:
    """Run *function* in a task of its own. It must not raise, except for its own cancellation."""
    loop = current_token().native_token
    if isinstance(loop, asyncio.AbstractEventLoop):
        task = loop.create_task(function(), name=name)
        _tasks.add(task)
        task.add_done_callback(_tasks.discard)
    else:
        import trio  # noqa: PLC0415 - only where it is the back end

        trio.lowlevel.spawn_system_task(function, name=name, context=copy_context())
