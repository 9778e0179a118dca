"""The hosted service that runs jobs."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, final

import anyio

import corner_host.hosting
from corner_host.di import ServiceProvider
from corner_host.diagnostics.metrics import find_meter
from corner_host.hosting import BackgroundService
from corner_host.logging import live_log_scope
from corner_host.primitives import Backoff, CancellationToken

from .contracts import Deliver, JobEngine, Subscription
from .dispatch import Dispatcher, job_in_logs
from .errors import JobEngineError
from .recurring import RecurringJobs
from .registry import JobRegistry
from .running import RunningJobs
from .stopping import QueueStops
from .store import JobStoreState
from .telemetry import telemetry_for

_CALM_SECONDS: Final = 60.0
"""What has gone well for so long fails as if for the first time."""
_BACKOFF: Final = Backoff(first=1.0, ceiling=30.0)
_TOLD_BY_HOST: Final = {"console_message": ""}
_log = logging.getLogger("corner_host.jobs")


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerOptions:
    """How the worker works.

    Args:
        enabled: Whether it does.
        max_concurrency: How many jobs run at once.
        grace: How long what runs may take after a stop or a cancel, in seconds.
    """

    enabled: bool = True
    max_concurrency: int
    grace: float


@final
class JobWorker(BackgroundService):
    """Runs jobs while the host runs.

    On stop it claims no more, and waits ``Jobs:GraceSeconds`` for what runs; what still runs then is cancelled and given
    back, not counted as an attempt.
    """

    def __init__(
        self,
        engine: JobEngine,
        registry: JobRegistry,
        recurring: RecurringJobs,
        provider: ServiceProvider,
        options: WorkerOptions,
        store: JobStoreState,
        running: RunningJobs,
    ) -> None:
        self._running = running
        self._store = store
        self._provider = provider
        self._engine = engine
        self._registry = registry
        self._recurring = recurring
        self._options = options

    @property
    def start_text(self) -> str:
        """What the host's log tells behind its start."""
        if not self._options.enabled:
            return "jobs are put here, and run elsewhere"
        queues = ", ".join(sorted({each.queue for each in self._registry})) or "none"
        return f"{self._engine.capabilities.engine}, queues: {queues}, concurrency {self._options.max_concurrency}"

    def work_in_flight(self) -> "Sequence[corner_host.hosting.WorkInFlight]":
        """Return the jobs that run here; to be called in the event loop's thread."""
        return self._running.in_flight()

    async def execute(self, stopping: CancellationToken) -> None:
        """Work until *stopping*, and for the grace beyond."""
        if not self._options.enabled:
            _log.info("Jobs are put here, and run elsewhere (Jobs:WorkerEnabled is false).", extra=_TOLD_BY_HOST)
            await stopping.wait()
            return
        async with anyio.create_task_group() as group:
            group.start_soon(_when_cancelled, stopping, group.cancel_scope.cancel)
            await self._store.wait_opened()
            group.cancel_scope.cancel()
        if stopping.is_cancellation_requested:
            return
        dispatcher = Dispatcher(
            self._provider,
            self._registry,
            self._running,
            grace=self._options.grace,
            telemetry=telemetry_for(find_meter()),
        )
        subscription = self._subscription()
        stops = QueueStops(self._provider, self._engine, subscription.queues, self._running)
        async with anyio.create_task_group() as group:
            group.start_soon(self._recurring.run, stopping)
            group.start_soon(dispatcher.keep_time)
            with anyio.CancelScope() as work:
                group.start_soon(self._cut_after_grace, stopping, work)
                group.start_soon(_tell_stop, stopping, dispatcher, stops)
                with live_log_scope(job_in_logs):
                    await self._work(dispatcher.deliver, subscription, stopping)
            await stops.end()
            group.cancel_scope.cancel()

    async def _cut_after_grace(self, stopping: CancellationToken, work: anyio.CancelScope) -> None:
        await stopping.wait()
        await anyio.sleep(self._options.grace)
        for job_id, place in self._running.places().items():
            _log.warning(
                "Job %s has not ended within %g s and is given back, to run again: it waits%s.",
                job_id, self._options.grace, place,
            )  # fmt: skip
        work.cancel()

    def _subscription(self) -> Subscription:
        kinds = list(self._registry)
        return Subscription(
            queues=sorted({each.queue for each in kinds}),
            slots=self._options.max_concurrency,
            limits={each.name: each.max_concurrency for each in kinds if each.max_concurrency is not None},
            rates={each.name: each.rate_limit for each in kinds if each.rate_limit is not None},
        )

    async def _work(self, deliver: Deliver, subscription: Subscription, stopping: CancellationToken) -> None:
        _log.info(
            "Jobs run on %s: %d handlers, queues %s, %d at once",
            self._engine.capabilities.engine, len(list(self._registry)), ", ".join(subscription.queues), subscription.slots,
            extra=_TOLD_BY_HOST,
        )  # fmt: skip
        failures = 0
        while True:
            began = anyio.current_time()
            try:
                await self._engine.run(deliver, subscription, stopping)
            except JobEngineError as error:
                failures = 1 if anyio.current_time() - began > _CALM_SECONDS else failures + 1
                delay = _BACKOFF.delay(failures=failures)
                _log.error("No jobs can be run: %s It is tried again in %.1f s.", error, delay)
                await stopping.sleep(delay)
            if stopping.is_cancellation_requested:
                return


async def _when_cancelled(token: CancellationToken, action: Callable[[], None]) -> None:
    await token.wait()
    action()


async def _tell_stop(stopping: CancellationToken, dispatcher: Dispatcher, stops: QueueStops) -> None:
    await stopping.wait()
    dispatcher.when_ended = stops.ended
    await stops.begin()
