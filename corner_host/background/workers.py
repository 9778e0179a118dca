"""The tasks that run what is queued.

A worker takes items while there are any and waits while there are none. Items run in the worker's own task, which costs
far less than a task each; what could leak that way is looked after: an item that leaves a context variable changed ends
its worker, and a new one begins where the first did.
"""

import logging
from contextvars import copy_context
from time import perf_counter
from typing import final

import anyio
import anyio.lowlevel
from anyio.abc import TaskGroup

from corner_host.diagnostics.metrics import find_meter
from corner_host.primitives import CancellationTokenSource, seconds

from .current_task import is_being_cancelled
from .errors import QueueClosedError, WorkItemTimeoutError
from .options import QueueOptions
from .queue import BackgroundTaskQueue
from .telemetry import telemetry_for
from .work_item import Scopes, WorkItem

_log = logging.getLogger("corner_host.background.QueuedHostedService")

SLICE = 0.005
"""How long a worker whose items never wait keeps the event loop to itself, in seconds."""


@final
class Workers:
    """Runs a queue's items, some at a time, until the queue is closed and empty, or `cut` is called.

    Made in the event loop that runs it. What cancels the caller does not reach the items: only `cut` does, so that the
    token is always cancelled first.

    Attributes:
        exit: The ``SystemExit`` or ``KeyboardInterrupt`` that an item raised, and that ended the workers. It is kept here,
            since asyncio would end its loop at once if a task raised it.
    """

    def __init__(self, queue: BackgroundTaskQueue, scopes: Scopes, options: QueueOptions) -> None:
        self._queue = queue
        self._scopes = scopes
        self._number = options.max_concurrency
        self._timeout = None if options.item_timeout is None else seconds(options.item_timeout, "item_timeout")
        self._telemetry = telemetry_for(find_meter())
        if self._telemetry is not None:
            self._telemetry.watch(queue, options.max_concurrency)
        self.exit: BaseException | None = None
        self._source = CancellationTokenSource()
        self._scope = anyio.CancelScope(shield=True)

    async def run(self) -> None:
        """Run items; returns when all workers are done."""
        with self._scope:
            async with anyio.create_task_group() as group:
                for _ in range(self._number):
                    group.start_soon(self._work, group)

    def cut(self) -> None:
        """Cancel the items' token, then the items."""
        self._source.cancel()
        self._scope.cancel()

    async def _work(self, group: TaskGroup) -> None:
        # looked up once, since this is the loop that every item passes
        take, scopes, token, timeout, telemetry = (
            self._queue.take, self._scopes, self._source.token, self._timeout, self._telemetry,
        )  # fmt: skip
        clean = copy_context()
        slice_end = 0.0
        follows = 0.0  # when the item before has ended, which is when the next one starts if nothing happens in between
        while True:
            item = take()
            if item is None:
                try:
                    item = await self._queue.dequeue()
                except QueueClosedError:
                    return
                slice_end, follows = perf_counter() + SLICE, 0.0
            item.started_at = follows
            if timeout is not None and item.timeout is None:
                item.limit(timeout)
            try:
                await item.run(scopes, token)
            except (Exception, anyio.get_cancelled_exc_class()) as error:
                follows = 0.0
                if not self._note(item, error):
                    raise
            except (SystemExit, KeyboardInterrupt) as error:
                self.exit = error
                self.cut()
            else:
                follows = item.ended_at
                if telemetry is not None:
                    telemetry.ended(item, None)
                    follows = 0.0
            if copy_context() != clean:
                clean.run(group.start_soon, self._work, group)
                return
            if item.ended_at > slice_end:
                await anyio.lowlevel.checkpoint()
                slice_end, follows = perf_counter() + SLICE, 0.0

    def _note(self, item: WorkItem, error: BaseException) -> bool:
        """Log why *item* ended; returns whether that is its own affair."""
        if self._telemetry is not None:
            self._telemetry.ended(item, error)
        if isinstance(error, WorkItemTimeoutError):
            _log.warning("Work item %r ran out of time: it was cancelled after %g s.", error.name, error.timeout)
        elif isinstance(error, Exception):
            _log.error("Work item %r failed.", item.name, exc_info=error)
        elif self._scope.cancel_called or is_being_cancelled(error):
            _log.warning("Work item %r was cut while it ran.", item.name)
            return False
        else:
            _log.warning("Work item %r was cancelled from within.", item.name)
        return True
