"""The crew that runs what is queued, some items at a time. What each of them does: ``worker``."""

from contextvars import copy_context
from functools import partial
from typing import final

import anyio

from corner_host.primitives import CancellationTokenSource, LoopHandle, seconds

from .options import QueueOptions
from .queue import BackgroundTaskQueue
from .telemetry import INSTRUMENTS
from .work_item import Scopes
from .worker import Orders, Worker


@final
class Workers:
    """Runs a queue's items, some at a time, until the queue is closed and empty, or `cut` is called.

    Made in the event loop that runs it. What cancels the caller does not reach the items: only `cut` does, so that the
    token is always cancelled first.

    Attributes:
        concurrency: How many items may run at the same time.
        members: The workers.
        exit: The ``SystemExit`` or ``KeyboardInterrupt`` that an item raised, and that ended the workers.
        is_told: Whether a person has read which items are lost.
    """

    def __init__(self, queue: BackgroundTaskQueue, scopes: Scopes, options: QueueOptions) -> None:
        telemetry = INSTRUMENTS.find()
        if telemetry is not None:
            telemetry.watch(queue, options.max_concurrency)
            queue.line.is_detailed = True
        self._queue = queue
        self._orders = Orders(
            queue=queue,
            scopes=scopes,
            timeout=None if options.item_timeout is None else seconds(options.item_timeout, "item_timeout"),
            telemetry=telemetry,
        )
        self.concurrency = options.max_concurrency
        self.members: list[Worker] = []
        self.exit: BaseException | None = None
        self.is_told = False
        self._loop = LoopHandle.current()
        self._clean = copy_context()  # where every worker begins
        self._source = CancellationTokenSource()
        self._scope = anyio.CancelScope(shield=True)
        self._group = anyio.create_task_group()

    async def run(self) -> None:
        """Run items; returns when all workers are done."""
        self._queue.observations.crews.append(self)
        try:
            with self._scope:
                async with self._group:
                    self._adapt()
        finally:
            self._queue.observations.crews.remove(self)

    def cut(self, *, is_told: bool = False) -> None:
        """Cancel the items' token, then the items; *is_told*: a person has read which these are."""
        self.is_told = is_told
        for worker in self.members:
            worker.is_told = is_told
        self._source.cancel()
        self._scope.cancel()

    def cancel(self, run: str) -> bool:
        """Cancel the token of one item, then the item; returns whether it runs. From any thread."""
        return bool(self._running(run)) and self._loop.post(partial(self._cancel, run))

    def _cancel(self, run: str) -> None:
        for worker in self._running(run):
            worker.cancel()

    def _running(self, run: str) -> list[Worker]:
        return [each for each in list(self.members) if (found := each.run) is not None and found.id == run]

    def set_concurrency(self, concurrency: int) -> bool:
        """Let so many items run at the same time; returns whether anything runs at all. From any thread.

        What runs too much is finished.
        """
        self.concurrency = concurrency
        if self._orders.telemetry is not None:
            self._orders.telemetry.watch(self._queue, concurrency)
        return self._loop.post(self._change)

    def _change(self) -> None:
        if self.members:  # else all is over
            self._adapt()
            self._queue.line.stir()  # some of those who wait may have to leave

    def _adapt(self) -> None:
        for number, worker in enumerate(self.members):
            worker.is_dismissed = number >= self.concurrency
        while len(self.members) < self.concurrency:
            worker = Worker(self._orders, CancellationTokenSource.linked(self._source.token))
            self.members.append(worker)
            self._clean.run(self._group.start_soon, self._employ, worker)

    async def _employ(self, worker: Worker) -> None:
        is_done = False
        try:
            is_done = await worker.work()
        finally:
            self.members.remove(worker)
        if worker.exit is not None:
            self.exit = worker.exit
            self.cut()
        elif not is_done:
            self._adapt()
