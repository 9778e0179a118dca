"""The hosted service that works the queue off."""

import logging
from collections.abc import Sequence
from typing import ClassVar, Final

import anyio
import anyio.lowlevel

import corner_host.hosting
from corner_host.di import ServiceProvider
from corner_host.hosting import BackgroundService
from corner_host.hosting.queue_stop import note_abandoned, tell_queue_stopped, tell_queue_stops
from corner_host.primitives import CancellationToken

from .accounts import MetricsSnapshot
from .contracts import QUEUE, ShutdownMode
from .control import QueueControl
from .not_run import report_not_run
from .options import QueueOptions
from .queue import BackgroundTaskQueue
from .views import short_name
from .work_item import WorkItem
from .workers import Workers

_MOST_NAMED: Final = 1000
"""Of how many that wait a stop tells more than their number."""
_log = logging.getLogger("corner_host.queue")


class QueuedHostedService(BackgroundService):
    """Runs what is queued in the `BackgroundTaskQueue`, one item at a time unless the options say otherwise.

    An item that raises is logged with its name, counted, and never stops the service.

    Order at the stop:
        1. The queue closes: new work is refused, producers that wait are refused.
        2. By `ShutdownMode`, what waits and what runs is finished, or given up, or cancelled.
        3. When the host's shutdown timeout is spent, the items' token is cancelled, then the items; what waits is given
           up; the host raises ``ShutdownTimeoutError``.
        4. The names of what was not run are logged.

    Args:
        queue: What is worked off.
        provider: Where each item that takes services gets its scope from.
        options: How; None: the defaults.
    """

    can_restart: ClassVar[bool | None] = False  # its end closes the queue

    def __init__(
        self, queue: BackgroundTaskQueue, provider: ServiceProvider, options: QueueOptions | None = None
    ) -> None:
        self._queue = queue
        self._provider = provider
        self._options = options or QueueOptions()

    @property
    def start_text(self) -> str:
        """What the host's log tells behind its start."""
        if not self._options.enabled:
            return f"disabled, capacity {self._queue.capacity:,}"
        return f"capacity {self._queue.capacity:,}, concurrency {self._options.max_concurrency:,}, when full: wait"

    @property
    def status_text(self) -> str:
        """What a service manager is told of it while it runs: how much waits, and how much is worked on."""
        numbers = self._queue.snapshot()
        return f"{QUEUE}: {numbers.depth:,} of {numbers.capacity:,} waiting, {numbers.running:,} running"

    def work_in_flight(self) -> "Sequence[corner_host.hosting.WorkInFlight]":
        """Return the items that run, and those that wait; to be called in the event loop's thread."""
        control = QueueControl(self._queue)
        running = [
            corner_host.hosting.WorkInFlight(
                "job",
                short_name(each.name, each.job),
                each.id,
                each.seconds,
                each.waiting_at,
                arguments=each.arguments,
                trace=each.trace_id,
            )
            for each in control.located()
        ]
        waiting = control.waiting(_MOST_NAMED)
        named = [
            corner_host.hosting.WorkInFlight(
                "job", short_name(each.name, each.job), each.id, arguments=each.arguments, trace=each.trace_id
            )
            for each in waiting
        ]
        rest = self._queue.snapshot().depth - len(waiting)
        return [
            *running,
            *named,
            *([corner_host.hosting.WorkInFlight("job", "others", number=rest)] if rest > 0 else []),
        ]

    async def execute(self, stopping: CancellationToken) -> None:
        """Work until *stopping*, and bring the queue to its end."""
        if not self._options.enabled:
            _log.warning(
                "Background jobs are disabled: the queue accepts %d items, and none runs.", self._queue.capacity
            )
            return
        _log.info(
            "Working off the queue: capacity %d, %d at a time, at shutdown: %s.",
            self._queue.capacity,
            self._options.max_concurrency,
            self._options.shutdown_mode.value,
            extra={"console_message": ""},  # the host tells it, by `start_text`
        )
        workers = Workers(self._queue, self._provider, self._options)
        not_run: list[WorkItem] = []
        try:
            await self._work(workers, stopping, not_run)
            if workers.exit is not None:
                not_run += self._queue.give_up()
                raise workers.exit
        finally:
            report_not_run(not_run, is_told=workers.is_told)
            note_abandoned(self._provider, len(not_run))

    async def _work(self, workers: Workers, stopping: CancellationToken, not_run: list[WorkItem]) -> None:
        done = anyio.Event()
        until_stopping = anyio.CancelScope()

        async def run() -> None:
            await workers.run()
            done.set()
            until_stopping.cancel()

        async with anyio.create_task_group() as group:
            group.start_soon(run)
            try:
                with until_stopping:
                    await stopping.wait()
                await anyio.lowlevel.checkpoint()  # a stop that is cut already cancels this
                before = self._queue.snapshot()
                not_run += self._close(workers)
                await done.wait()
                self._tell_end(before, not_run)
            except BaseException:  # the time is up, and the host has told of what
                not_run += self._queue.give_up()
                workers.cut(is_told=True)
                raise

    def _tell_end(self, before: MetricsSnapshot, not_run: Sequence[WorkItem]) -> None:
        """Tell what became of what there was *before* the stop, if there was anything."""
        if before.running or before.depth:
            numbers = self._queue.snapshot()
            drained = self._options.shutdown_mode is ShutdownMode.DRAIN
            tell_queue_stopped(
                "Drained" if drained else QUEUE,
                finished=numbers.ended - before.ended,
                rest=f"{numbers.depth} waiting, {len(not_run)} abandoned",
            )

    def _close(self, workers: Workers) -> list[WorkItem]:
        """Begin the end; returns what will not be run."""
        numbers, policy = self._queue.snapshot(), self._options.shutdown_mode.value.lower()
        tell_queue_stops(self._provider, QUEUE, running=numbers.running, waiting=numbers.depth, policy=policy)
        if self._options.shutdown_mode is ShutdownMode.DRAIN:
            self._queue.close()
            return []
        not_run = self._queue.give_up()
        if self._options.shutdown_mode is ShutdownMode.CANCEL:
            workers.cut()
        return not_run
