"""The life of a host: start, stop, disposal, and who waits for which."""

import sys
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from types import TracebackType
from typing import Literal, Self, TypeAlias, cast

import anyio
from anyio.abc import TaskGroup
from anyio.lowlevel import checkpoint_if_cancelled

import corner_host.hosting as door
import corner_host.logging
import corner_host.options
import corner_host.primitives
from corner_host.configuration import Configuration
from corner_host.di import ServiceProvider
from corner_host.primitives import (
    CancellationTokenSource,
    Clock,
    LoopHandle,
    OperationCancelledError,
    seconds,
)

from . import log
from .call import Call
from .contracts import HostApplicationLifetime, HostedService, HostLifetime
from .crew import Crew, budget
from .environment import HostEnvironment
from .errors import HostStateError, ShutdownTimeoutError
from .execution import begin
from .exit_status import SUCCESS, exit_status
from .lifetime import ApplicationLifetime
from .options import HostOptions
from .starting import start_services
from .stopping import stop_services
from .tasks import begin_detached, is_cancellation

_State: TypeAlias = Literal["built", "starting", "running", "stopping", "stopped", "failed"]


class HostLife:
    """What can be started once, stopped once, and disposed of. `Host` is one that can be run, too.

    Attributes:
        services: The container.
        configuration: What was configured.
        environment: Where and as what the program runs.
    """

    def __init__(
        self,
        services: ServiceProvider,
        *,
        configuration: Configuration,
        environment: HostEnvironment,
        options: HostOptions,
        lifetime: ApplicationLifetime,
        logging: "corner_host.logging.LoggingSession | None",
        story: "door.story.Story | None" = None,
    ) -> None:
        self.services = services
        self.configuration = configuration
        self.environment = environment
        self._options = options
        self._lifetime = lifetime
        lifetime.budget = budget(options.shutdown_timeout)
        self._logging = logging
        self._story = story
        self._is_told_at_end = False
        self._host_lifetime = services.get_required_service(HostLifetime)
        self._clock = services.get_required_service(Clock)
        self._state: _State = "built"
        self._crew: Crew | None = None
        self._calling_off = CancellationTokenSource()
        self._over = CancellationTokenSource()  # also where no event tells it: a failed start, a disposal
        self._start_error: BaseException | None = None
        self._stop_error: BaseException | None = None
        self._stop_limit: float | None = None
        self._stop_waiters = 0
        self._stop_error_seen = False
        self._report: door.ShutdownReport | None = None
        self._stop_calls: list[Call] | None = None
        self._closing: anyio.Event | None = None

    @property
    def lifetime(self) -> HostApplicationLifetime:
        """The events of the application."""
        return self._lifetime

    @property
    def shutdown_report(self) -> "door.ShutdownReport | None":
        """What the stop came to; None before."""
        if self._report is None and self._crew is not None and self._stop_calls is not None:
            self._report = door.accounting.report_of(self._crew, self._stop_calls)
            self._stop_calls = None
        return self._report

    @property
    def hosted_services(self) -> "door.HostedServices":
        """The hosted services as seen from outside."""
        return door.HostedServices(lambda: self._crew)

    @property
    def failure(self) -> BaseException | None:
        """What the start or the stop came to raise; None while all is well."""
        return self._start_error or self._stop_error

    def _has_told(self, error: BaseException) -> bool:
        """Tell whether the log has told *error* when it happened: a service's while it ran, or that the time was up."""
        faults = () if self._crew is None else self._crew.supervisor.faults
        return isinstance(error, ShutdownTimeoutError) or any(error is each for each in faults)

    @property
    def exit_status(self) -> int:
        """The status that a process ends with which is this host alone, as far as it is known by now."""
        if self._lifetime.exit_status is not None:
            return self._lifetime.exit_status
        if isinstance(self.failure, OperationCancelledError) and self._lifetime.asked_by_signal:
            return SUCCESS
        return exit_status(self.failure, has_started=self._lifetime.application_started.is_cancellation_requested)

    async def start(self) -> None:
        """Start the hosted services.

        When it is cancelled, or fails, what had started is stopped again before it ends.

        Raises:
            HostStateError: The host has been started, or stopped, before.
            StartupTimeoutError: It took longer than `HostOptions.startup_timeout`.
            OperationCancelledError: The application was asked to stop meanwhile.
            BaseException: What a service raised; several are an ``ExceptionGroup``.
        """
        if self._state != "built":
            raise HostStateError(
                f"The host is {self._state}; a host is started once.\nTo fix: build a new one for a second run."
            )
        await checkpoint_if_cancelled()
        self._begin_life("starting")
        try:
            await self._start_settled.wait()
        except BaseException:
            self._calling_off.cancel()
            with anyio.CancelScope(shield=True):
                await self._start_settled.wait()
                if self._start_error is None:  # it had started at the very same moment
                    await self._stop_quietly()
            raise
        if self._start_error is not None:
            raise self._start_error

    async def stop(self, timeout: "corner_host.primitives.Duration | None" = None) -> None:
        """Stop the hosted services; does nothing after a failed start.

        Only the first call stops them; others, at the same time or later, wait for it and have its outcome. When the
        last one who waits is cancelled, what still runs is cancelled.

        Args:
            timeout: If shorter than what is left of `HostOptions.shutdown_timeout`, it counts instead. Float seconds or a
                ``timedelta``.

        Raises:
            ShutdownTimeoutError: The time was up, and what still ran was cancelled.
            BaseException: What a service raised, while it ran or while it stopped; several are an ``ExceptionGroup``.
        """
        if timeout is not None:
            self.limit_stop(seconds(timeout, "timeout"))
        if self._state == "starting":
            self._calling_off.cancel()
            await self._start_settled.wait()
        if self._state == "failed" or (self._state == "built" and self._closing is not None):
            return
        if self._state == "built":
            self._begin_life("stopping")
        if self._state != "stopped":
            self._state = "stopping"
            self._stop_requested.set()
        await self._stopped()
        if self._stop_error is not None:
            self._stop_error_seen = True
            raise self._stop_error

    def limit_stop(self, limit: float) -> None:
        """Have the stop, whether it has begun or not, take *limit* seconds at most."""
        self._stop_limit = limit if self._stop_limit is None else min(limit, self._stop_limit)
        self._lifetime.budget = min(limit, self._lifetime.budget)
        if self._crew is not None:
            self._crew.limit_stop(limit)

    async def _stopped(self) -> None:
        """Wait for the end of the stop."""
        self._stop_waiters += 1
        try:
            await self._ended.wait()
        except BaseException:
            if self._stop_waiters == 1:
                if self._crew is not None:
                    self._crew.cut()
                with anyio.CancelScope(shield=True):
                    await self._ended.wait()
                self._stop_error_seen = True
                if self._stop_error is not None:
                    log.STOP_FAILED(self._stop_error)
            raise
        finally:
            self._stop_waiters -= 1

    async def wait_for_shutdown(self) -> None:
        """Wait until the application is asked to stop, and stop it. If the wait is cancelled, the host stops too.

        Raises:
            BaseException: As `stop`.
        """
        if not self._lifetime.application_stopping.is_cancellation_requested:
            # what tells of a stop, be it one that goes wrong, is loaded now: by then there may be no file descriptor left
            _ = door.accounting, door.waiting_at, door.waiting_service
        try:
            with CancellationTokenSource.linked(self._lifetime.application_stopping, self._over.token) as either:
                await either.token.wait()
        except BaseException:
            with anyio.CancelScope(shield=True):
                await self._stop_quietly()
            raise
        with anyio.CancelScope(shield=True):  # the stop has a budget of its own
            await self.stop()
        await checkpoint_if_cancelled()

    async def _stop_quietly(self) -> None:
        """Stop for somebody who is being cancelled: no other exception must replace that, so it is recorded."""
        try:
            await self.stop()
        except BaseException as error:
            if is_cancellation(error):
                raise
            log.STOP_FAILED(error)

    def _begin_life(self, state: _State) -> None:
        self._state = state
        self._start_settled = anyio.Event()
        self._stop_requested = anyio.Event()
        self._ended = anyio.Event()
        begin_detached(self._live, f"corner_host {self.environment.application_name}")

    async def _live(self) -> None:
        """Hold everything that the host runs, from the start to the end of the stop.

        What does not heed its cancellation keeps this task, but nobody who waits for the host.
        """
        wants_start = self._state == "starting"
        try:
            async with anyio.create_task_group() as group:
                self._crew = crew = Crew(
                    group,
                    lifetime=self._lifetime,
                    host_lifetime=self._host_lifetime,
                    options=self._options,
                    clock=self._clock,
                    story=self._story,
                )
                crew.supervisor.is_told_at_end = self._is_told_at_end
                if self._stop_limit is not None:
                    crew.limit_stop(self._stop_limit)
                begin.set(crew.supervisor.begin)
                loop = LoopHandle.current()
                with self._lifetime.forcing.register(lambda: loop.post(crew.cut)), self._telling(group) as tell_start:
                    if not wants_start or await self._has_started(crew):
                        tell_start()
                        await self._stop_requested.wait()
                        self._stop_error, self._stop_calls = await stop_services(crew, crew.open_stop())
                if crew.has_abandoned:
                    self._settle()
        except BaseException as error:
            if not is_cancellation(error):
                stage = None if self._crew is None else self._crew.stage
                if stage is not None and stage.left_open_by:
                    error.add_note(f"{stage.left_open_by} entered a task group or cancel scope and did not leave it.")
                if self._state == "starting":
                    self._start_error = self._start_error or error
                else:
                    self._stop_error = self._stop_error or error
                return
            log.LOOP_ENDED()
            raise
        finally:
            self._settle()

    def _telling(self, group: TaskGroup) -> AbstractContextManager[Callable[[], object]]:
        """Tell OpenTelemetry about the host, where the program exports metrics."""
        if "opentelemetry.metrics" not in sys.modules:
            return nullcontext(lambda: None)
        return door.telemetry.telling(group, self.hosted_services, self.configuration, lambda: self.shutdown_report)

    async def _has_started(self, crew: Crew) -> bool:
        try:
            await start_services(
                crew,
                self._calling_off.token,
                validate=self._validate,
                construct=self._construct,
            )
        except BaseException as error:
            if is_cancellation(error):
                raise
            self._start_error = error
            return False
        self._state = "running"
        self._start_settled.set()
        return True

    def _settle(self) -> None:
        """Let those go on who wait for the end of the start or the stop."""
        if not self._start_settled.is_set() and self._state == "starting":
            self._state = "failed"
            self._start_error = self._start_error or OperationCancelledError("The event loop ended.")
        elif self._state != "failed":
            self._state = "stopped"
        self._start_settled.set()
        self._ended.set()
        self._over.cancel()

    async def _validate(self) -> None:
        if "corner_host.options.contracts" in sys.modules:  # otherwise nobody can have registered a validator
            await corner_host.options.run_startup_validation(self.services)

    async def _construct(self) -> Sequence[object]:
        services = await self.services.get_required_service_async(Sequence[HostedService])
        return cast("Sequence[object]", services)

    async def aclose(self) -> None:
        """Stop the host if it runs, and dispose of its services. Further calls do nothing.

        Raises:
            BaseException: What the stop raised, unless somebody has seen it already; what the disposal raised.
        """
        if self._closing is not None:
            await self._closing.wait()
            return
        self._closing = anyio.Event()
        try:
            if self._state in {"starting", "running", "stopping"}:
                await self.stop()
        finally:
            await self._dispose()
            self._closing.set()
        if self._stop_error is not None and not self._stop_error_seen:
            self._stop_error_seen = True
            raise self._stop_error

    async def _dispose(self) -> None:
        is_forced = self._lifetime.forcing.is_cancellation_requested
        limit = budget(self._options.cancellation_grace if is_forced else self._options.shutdown_timeout)
        try:
            with anyio.move_on_after(limit, shield=True):
                await self.services.aclose()
        finally:
            with anyio.CancelScope(shield=True):
                if self._logging is not None:
                    await self._logging.aclose()
            self._lifetime.end()
            self._over.cancel()

    async def __aenter__(self) -> Self:
        try:
            await self.start()
        except BaseException:
            with anyio.CancelScope(shield=True):
                await self.aclose()
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with anyio.CancelScope(shield=True):
            await self.aclose()
