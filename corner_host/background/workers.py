"""The tasks that run what is queued.

A worker takes items while there are any and waits while there are none. Items run in the worker's own task, which costs
far less than a task each; what could leak that way is looked after: an item that leaves a context variable changed ends
its worker, and so does one that is cancelled by itself; a new worker begins where the first did.

What an operator may ask or change is on the worker's `Desk`: nothing is done for each item but to lay it there.
"""

import logging
from contextvars import copy_context
from functools import partial
from itertools import count
from time import perf_counter
from typing import Any, final

import anyio
import anyio.lowlevel

from corner_host.diagnostics.metrics import find_meter
from corner_host.primitives import CancellationTokenSource, LoopHandle, seconds

from .current_task import is_being_cancelled
from .errors import QueueClosedError, WorkItemTimeoutError
from .options import QueueOptions
from .queue import BackgroundTaskQueue
from .telemetry import telemetry_for
from .work_item import Scopes, WorkItem

_log = logging.getLogger("corner_host.background.QueuedHostedService")
_numbers = count(1)

SLICE = 0.005
"""How long a worker whose items never wait keeps the event loop to itself, in seconds."""


@final
class Desk:
    """Where a worker sits.

    Attributes:
        item: What it runs now.
        coroutine: The worker's own.
        source: Of the token that its items get.
        scope: Ends the worker with what it runs.
    """

    __slots__ = ("_number", "coroutine", "item", "scope", "source")

    def __init__(self, source: CancellationTokenSource) -> None:
        self._number = next(_numbers)
        self.item: WorkItem | None = None
        self.coroutine: Any = None
        self.source = source
        self.scope = anyio.CancelScope()

    def id_of(self, item: WorkItem) -> str:
        """Return the name of one run in this process: no desk begins two at the same moment."""
        return f"{self._number}-{int(item.started_at * 1e9):x}"


@final
class Workers:
    """Runs a queue's items, some at a time, until the queue is closed and empty, or `cut` is called.

    Made in the event loop that runs it. What cancels the caller does not reach the items: only `cut` does, so that the
    token is always cancelled first.

    Attributes:
        concurrency: How many items may run at the same time.
        desks: The workers.
        exit: The ``SystemExit`` or ``KeyboardInterrupt`` that an item raised, and that ended the workers. It is kept here,
            since asyncio would end its loop at once if a task raised it.
    """

    def __init__(self, queue: BackgroundTaskQueue, scopes: Scopes, options: QueueOptions) -> None:
        self._queue = queue
        self._scopes = scopes
        self._timeout = None if options.item_timeout is None else seconds(options.item_timeout, "item_timeout")
        self._telemetry = telemetry_for(find_meter())
        if self._telemetry is not None:
            self._telemetry.watch(queue, options.max_concurrency)
        self.concurrency = options.max_concurrency
        self.desks: list[Desk] = []
        self.exit: BaseException | None = None
        self._loop = LoopHandle.current()
        self._clean = copy_context()
        self._source = CancellationTokenSource()
        self._scope = anyio.CancelScope(shield=True)
        self._group = anyio.create_task_group()

    async def run(self) -> None:
        """Run items; returns when all workers are done."""
        self._queue.workers.append(self)
        try:
            with self._scope:
                async with self._group:
                    self._fill()
        finally:
            self._queue.workers.remove(self)

    def cut(self) -> None:
        """Cancel the items' token, then the items."""
        self._source.cancel()
        self._scope.cancel()

    def cancel(self, run: str) -> bool:
        """Cancel the token of one item, then the item; returns whether it runs. From any thread."""
        if not any(desk.item is not None and desk.id_of(desk.item) == run for desk in self.desks):
            return False
        return self._loop.post(partial(self._cancel, run))

    def _cancel(self, run: str) -> None:
        for desk in self.desks:
            if desk.item is not None and desk.id_of(desk.item) == run:
                desk.source.cancel()
                desk.scope.cancel()

    def set_concurrency(self, concurrency: int) -> bool:
        """Let so many items run at the same time; returns whether anything runs at all. From any thread.

        What runs too much is finished.
        """
        self.concurrency = concurrency
        return self._loop.post(self._adapt)

    def _adapt(self) -> None:
        self._queue.stir()  # of those who wait, some may have to leave
        if self.desks:  # else the group has ended
            self._fill()

    def _fill(self) -> None:
        while len(self.desks) < self.concurrency:
            desk = Desk(CancellationTokenSource.linked(self._source.token))
            self.desks.append(desk)
            self._clean.run(self._group.start_soon, self._work, desk)

    async def _work(self, desk: Desk) -> None:
        desk.coroutine = anyio.get_current_task().coro
        try:
            with desk.source, desk.scope:
                if await self._run_items(desk):
                    return
        finally:
            self.desks.remove(desk)
        self._fill()

    async def _run_items(self, desk: Desk) -> bool:
        """Run what is queued; returns whether the worker is not needed any more, and else wants a successor."""
        # looked up once, since this is the loop that every item passes
        queue, take, scopes, token, timeout, telemetry = (
            self._queue, self._queue.take, self._scopes, desk.source.token, self._timeout, self._telemetry,
        )  # fmt: skip
        clean = copy_context()
        slice_end = 0.0
        follows = 0.0  # when the item before has ended, which is when the next one starts if nothing happens in between
        while True:
            if not follows and len(self.desks) > self.concurrency:
                queue.pass_on()
                return True
            item = take()
            if item is None:
                try:
                    await queue.wait_for_work()
                except QueueClosedError:
                    self.concurrency = 0
                    return True
                slice_end, follows = perf_counter() + SLICE, 0.0
                continue
            if not follows:
                follows = perf_counter()
                queue.observe(follows, follows - item.queued_at)
            item.started_at = follows
            if timeout is not None and item.timeout is None:
                item.limit(timeout)
            desk.item = item
            try:
                await item.run(scopes, token)
            except (Exception, anyio.get_cancelled_exc_class()) as error:
                follows = 0.0
                if not self._note(desk, item, error):
                    raise
            except (SystemExit, KeyboardInterrupt) as error:
                self.exit = error
                self.cut()
            else:
                follows = item.ended_at
                if telemetry is not None:
                    telemetry.ended(item, None)
                    follows = 0.0
            desk.item = None
            if copy_context() != clean:
                return False
            if item.ended_at > slice_end:
                await anyio.lowlevel.checkpoint()
                slice_end, follows = perf_counter() + SLICE, 0.0

    def _note(self, desk: Desk, item: WorkItem, error: BaseException) -> bool:
        """Log why *item* ended; returns whether that is its own affair."""
        if self._telemetry is not None:
            self._telemetry.ended(item, error)
        if isinstance(error, Exception):
            self._queue.failures.note(item.name, item.job, error, item.ended_at - item.started_at)
            if isinstance(error, WorkItemTimeoutError):
                _log.warning("Work item %r ran out of time: it was cancelled after %g s.", error.name, error.timeout)
            else:
                _log.error("Work item %r failed.", item.name, exc_info=error)
        elif self._scope.cancel_called:
            _log.warning("Work item %r was cut while it ran.", item.name)
            return False
        elif desk.scope.cancel_called:
            _log.warning("Work item %r was cancelled on request.", item.name)
            return False
        elif is_being_cancelled(error):
            _log.warning("Work item %r was cut while it ran.", item.name)
            return False
        else:
            _log.warning("Work item %r was cancelled from within.", item.name)
        return True
