"""The two hosted services behind jobs: the store that is open while the host runs, and the worker that empties it."""

import logging
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import final

import anyio

from corner_host.di import ServiceProvider
from corner_host.hosting import BackgroundService
from corner_host.primitives import CancellationToken

from .contracts import JobEngine, Subscription
from .dispatch import Dispatcher
from .recurring import RecurringJobs
from .registry import JobRegistry

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
class JobStoreService:
    """Keeps the engine open from the start of the host to its stop. Added first, it is there before all others."""

    def __init__(self, engine: JobEngine) -> None:
        self._engine = engine
        self._opened: AbstractAsyncContextManager[None] | None = None

    async def start(self) -> None:
        """Open the engine."""
        opened = self._engine.opened()
        await opened.__aenter__()
        self._opened = opened

    async def stop(self) -> None:
        """Close it."""
        opened, self._opened = self._opened, None
        if opened is not None:
            await opened.__aexit__(None, None, None)


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
    ) -> None:
        self._engine = engine
        self._registry = registry
        self._recurring = recurring
        self._options = options
        self._dispatcher = Dispatcher(provider, registry, grace=options.grace)

    async def execute(self, stopping: CancellationToken) -> None:
        """Work until *stopping*, and for the grace beyond."""
        if not self._options.enabled:
            _log.info("Jobs are put here, and run elsewhere (Jobs:WorkerEnabled is false).")
            await stopping.wait()
            return
        limits = {each.name: each.max_concurrency for each in self._registry if each.max_concurrency is not None}
        queues = sorted({each.queue for each in self._registry})
        subscription = Subscription(queues=queues, slots=self._options.max_concurrency, limits=limits)
        _log.info(
            "Jobs run on %s: %d handlers, queues %s, %d at once",
            self._engine.capabilities.engine, len(list(self._registry)), ", ".join(queues), subscription.slots,
        )  # fmt: skip
        async with anyio.create_task_group() as group:
            group.start_soon(self._recurring.run, stopping)
            with anyio.CancelScope() as grace:

                def stop_soon() -> None:
                    grace.deadline = anyio.current_time() + self._options.grace

                group.start_soon(_when_cancelled, stopping, stop_soon)
                await self._engine.run(self._dispatcher.deliver, subscription, stopping)
            group.cancel_scope.cancel()


async def _when_cancelled(token: CancellationToken, action: Callable[[], None]) -> None:
    await token.wait()
    action()
