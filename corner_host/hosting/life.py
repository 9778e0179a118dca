"""The life of a host as others see it: who may start, stop and close it when, and who waits for which."""

from types import TracebackType
from typing import Self

import anyio
from anyio.lowlevel import checkpoint_if_cancelled

import corner_host.hosting as door
import corner_host.logging
import corner_host.primitives
from corner_host.configuration import Configuration
from corner_host.di import ServiceProvider
from corner_host.primitives import CancellationTokenSource, OperationCancelledError, seconds

from . import log
from .contracts import HostApplicationLifetime
from .course import Course
from .crew import budget
from .environment import HostEnvironment
from .errors import HostStateError, ShutdownTimeoutError, gather
from .exit_status import SUCCESS, exit_status
from .lifetime import ApplicationLifetime
from .options import HostOptions
from .tasks import is_cancellation


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
        lifetime.delay = seconds(options.shutdown_delay, "shutdown_delay")
        self._logging = logging
        self._course = Course(services, configuration, environment, options, lifetime, story)
        self._stop_waiters = 0
        self._stop_error_seen = False
        self._close_error: BaseException | None = None
        self._closing: anyio.Event | None = None

    @property
    def lifetime(self) -> HostApplicationLifetime:
        """The events of the application."""
        return self._lifetime

    @property
    def shutdown_report(self) -> "door.ShutdownReport | None":
        """What the stop came to; None before."""
        return self._course.report

    @property
    def hosted_services(self) -> "door.HostedServices":
        """The hosted services as seen from outside."""
        return self._course.hosted_services

    @property
    def failure(self) -> BaseException | None:
        """What the start, the stop or the closing came to raise; None while all is well."""
        return self._course.start_error or self._course.stop_error or self._close_error

    def _has_told(self, error: BaseException) -> bool:
        """Tell whether the log has told *error* when it happened: a service's while it ran, or that the time was up."""
        faults = () if self._course.crew is None else self._course.crew.supervisor.faults
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
        course = self._course
        if course.state != "built" or self._closing is not None:
            state = course.state if self._closing is None else "closed"
            raise HostStateError(
                f"The host is {state}; a host is started once.\nTo fix: build a new one for a second run."
            )
        await checkpoint_if_cancelled()
        course.begin("starting")
        try:
            await course.settled.wait()
        except BaseException:
            course.calling_off.cancel()
            with anyio.CancelScope(shield=True):
                await course.settled.wait()
                if course.start_error is None:  # it had started at the very same moment
                    await self._stop_quietly()
            raise
        if course.start_error is not None:
            raise course.start_error

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
        await self._end()
        if self._course.stop_error is not None:
            self._stop_error_seen = True
            raise self._course.stop_error

    async def _end(self) -> None:
        """Stop the hosted services, or wait until somebody else has; what that came to raise is kept."""
        course = self._course
        if course.state == "starting":
            course.calling_off.cancel()
            await course.settled.wait()
        if course.state == "failed" or (course.state == "built" and self._closing is not None):
            return
        if course.state == "built":
            course.begin("stopping")
        if course.state != "stopped":
            course.request_stop()
        await self._ended()

    def limit_stop(self, limit: float) -> None:
        """Have the stop, whether it has begun or not, take *limit* seconds at most."""
        self._course.limit_stop(limit)

    async def _ended(self) -> None:
        course = self._course
        self._stop_waiters += 1
        try:
            await course.ended.wait()
        except BaseException:
            if self._stop_waiters == 1:
                if course.crew is not None:
                    course.crew.cut()
                with anyio.CancelScope(shield=True):
                    await course.ended.wait()
                self._stop_error_seen = True
                if course.stop_error is not None:
                    log.STOP_FAILED(course.stop_error)
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
            with CancellationTokenSource.linked(self._lifetime.application_stopping, self._course.over.token) as either:
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
            try:
                if self._course.state in {"starting", "running", "stopping"}:
                    await self._end()
            except BaseException:
                if await self._dispose() is not None:
                    log.STOP_FAILED(self._close_error)
                raise
            errors = [] if self._stop_error_seen or self._course.stop_error is None else [self._course.stop_error]
            self._stop_error_seen = True
            if (error := await self._dispose()) is not None:
                errors.append(error)
            if (whole := gather("The host did not stop well, nor did all that it had made close.", errors)) is not None:
                raise whole
        finally:
            self._closing.set()

    async def _dispose(self) -> BaseException | None:
        """Close what the container has made; returns what went wrong."""
        is_forced = self._lifetime.forcing.is_cancellation_requested
        limit = budget(self._options.cancellation_grace if is_forced else self._options.shutdown_timeout)
        try:
            with anyio.move_on_after(limit, shield=True) as scope:
                try:
                    await self.services.aclose()
                except BaseException as error:
                    if not is_cancellation(error):
                        self._close_error = error
                    elif scope.cancel_called:
                        self._close_error = door.accounting.closed_too_late(error, limit)
                        raise
                    else:
                        raise
        finally:
            with anyio.CancelScope(shield=True):
                if self._logging is not None:
                    await self._logging.aclose()
            self._lifetime.end()
            self._course.over.cancel()
        return self._close_error

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
