"""The engine behind the jobs while the host runs: opened, waited for where its server is away, asked how it is."""

import logging
from contextlib import AsyncExitStack
from typing import Final, final

import anyio

from corner_host.di import ServiceCollection
from corner_host.diagnostics import HealthCheckRegistration, HealthCheckResult, add_health_checks
from corner_host.diagnostics.metrics import find_meter
from corner_host.hosting import BackgroundService
from corner_host.primitives import Backoff, CancellationToken

from .contracts import JobEngine
from .depths import QueueDepths
from .errors import JobEngineError, JobEngineUnavailableError
from .recurring import RecurringJobRegistration
from .registry import JobRegistry
from .support import check_registrations
from .telemetry import telemetry_for

CHECK: Final = "jobs"
_PATIENCE_SECONDS: Final = 2.0
_BACKOFF: Final = Backoff(first=1.0, ceiling=30.0)
_log = logging.getLogger("corner_host.jobs")


@final
class JobStoreState:
    """Whether the engine is open.

    Attributes:
        problem: Why it is not; None when it is.
        failure: What it could not be opened for, and never will.
    """

    def __init__(self) -> None:
        self.problem: str | None = "not started"
        self.failure: Exception | None = None
        self._tried = anyio.Event()
        self._opened = anyio.Event()

    def opened(self) -> None:
        """Note that it is open."""
        self.problem = None
        self._opened.set()
        self._tried.set()

    def unavailable(self, problem: str) -> None:
        """Note that it is not yet."""
        self.problem = problem
        self._tried.set()

    def failed(self, error: Exception) -> None:
        """Note that it cannot be."""
        self.failure = error
        self.unavailable(str(error))

    def closed(self) -> None:
        """Note that it is not any more."""
        self.problem = "stopped"

    async def wait_tried(self) -> None:
        """Return once it is open, or known not to be."""
        await self._tried.wait()

    async def wait_opened(self) -> None:
        """Return once it is open."""
        await self._opened.wait()


@final
class JobStoreService(BackgroundService):
    """Keeps the engine open from the start of the host to its stop. Added first, it is there before all others.

    A server that cannot be reached holds up nobody: the host starts, says so, and is not ready until the server is there.
    """

    def __init__(
        self, engine: JobEngine, state: JobStoreState, registry: JobRegistry, recurring: list[RecurringJobRegistration]
    ) -> None:
        self._engine = engine
        self._state = state
        self._registry = registry
        self._recurring = recurring
        self._depths = QueueDepths(engine, sorted({each.queue for each in registry}))

    @property
    def status_text(self) -> str:
        """What a service manager is told of it while it runs: why it is not open, or how long the queues were a while ago."""
        if self._state.problem is not None:
            return self._state.problem
        return ", ".join(
            f"{each.queue}: {each.waiting:,} waiting, {each.running:,} running" for each in self._depths.read()
        )

    async def start(self) -> None:
        """Open the engine, or begin to wait for its server.

        Raises:
            JobEngineError: It cannot be opened, and waiting would not help.
            JobRegistrationError: It is one that a factory has made by now, and cannot do what is registered.
        """
        check_registrations(self._registry, [each.id for each in self._recurring], self._engine.capabilities)
        await super().start()
        await self._state.wait_tried()
        if self._state.failure is not None:
            raise self._state.failure

    async def execute(self, stopping: CancellationToken) -> None:
        """Keep it open until *stopping*."""
        async with AsyncExitStack() as stack:
            if await self._open(stack, stopping):
                self._state.opened()
                await self._report(stopping)
        self._state.closed()

    async def _report(self, stopping: CancellationToken) -> None:
        """Answer who wants to know how long the queues are, until *stopping*."""
        if (telemetry := telemetry_for(find_meter())) is not None:
            telemetry.watch_depths(self._depths)
        async with anyio.create_task_group() as group:
            group.start_soon(self._depths.answer)
            await stopping.wait()
            group.cancel_scope.cancel()

    async def _open(self, stack: AsyncExitStack, stopping: CancellationToken) -> bool:
        failures = 0
        while not stopping.is_cancellation_requested:
            try:
                await stack.enter_async_context(self._engine.opened())
            except JobEngineUnavailableError as error:
                failures += 1
                delay = _BACKOFF.delay(failures=failures)
                _log.warning("%s It is tried again in %.1f s; until then the host is not ready.", error, delay)
                self._state.unavailable(str(error))
                await stopping.sleep(delay)
            except Exception as error:  # noqa: BLE001 - raised by start, whose business it is
                self._state.failed(error)
                return False
            else:
                if failures:
                    _log.info("The job engine %s can be reached now.", self._engine.capabilities.engine)
                return True
        return False


@final
class JobEngineHealthCheck:
    """Unhealthy while the engine is not open or does not answer."""

    def __init__(self, engine: JobEngine, state: JobStoreState) -> None:
        self._engine = engine
        self._state = state

    async def check(self) -> HealthCheckResult:
        """Ask the engine for a job that there is not."""
        name = self._engine.capabilities.engine
        if self._state.problem is not None:
            return HealthCheckResult.unhealthy(self._state.problem, engine=name)
        with anyio.move_on_after(_PATIENCE_SECONDS):
            try:
                await self._engine.records.get("health")
            except JobEngineError as error:
                return HealthCheckResult.unhealthy(str(error), engine=name)
            return HealthCheckResult.healthy(name, engine=name)
        return HealthCheckResult.unhealthy(f"{name} has not answered within {_PATIENCE_SECONDS:g} s", engine=name)


def add_engine_health_check(services: ServiceCollection) -> None:
    """Add the check ``jobs``, once."""
    if not any(each.service_type is HealthCheckRegistration and each.instance.name == CHECK for each in services):
        services.try_add_singleton(JobEngineHealthCheck)
        add_health_checks(services).add_check(CHECK, JobEngineHealthCheck)
