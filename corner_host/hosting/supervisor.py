"""Watching over the background services of one host: what follows when one of them ends."""

import os
from collections import deque
from contextvars import copy_context
from typing import TypeAlias, final

from anyio.abc import TaskGroup

import corner_host.hosting as door
from corner_host.primitives import Clock, name_of, seconds

from . import log
from .background_service import BackgroundService
from .contracts import BackgroundServiceCompletionBehavior, BackgroundServiceExceptionBehavior, BackgroundServiceState
from .errors import exit_request
from .execution import Execution
from .lifetime import ApplicationLifetime
from .options import HostOptions

Policy: TypeAlias = tuple[BackgroundServiceExceptionBehavior, BackgroundServiceCompletionBehavior]


@final
class Supervisor:
    """Begins the executions of a host's background services in its task group, and judges their ends.

    Attributes:
        faults: What services raised that stopped the host, in the order in which it happened.
        halted: What an operator has stopped, or what did not heed its cancellation then: whatever its end is, nothing follows.
        restarting: What an operator has asked to stop, or to stop and run again, and has not ended.
        policies: What an operator has decided to follow the end of an execution: after a failure, after a return.
        clock: Measures back-off and window.
        is_told_at_end: What stops or fails the host is shown to a person when the program ends: not in every record of it.
    """

    def __init__(self, group: TaskGroup, lifetime: ApplicationLifetime, options: HostOptions, clock: Clock) -> None:
        self.clock = clock
        self.faults: list[BaseException] = []
        self.halted: set[Execution] = set()
        self.restarting: set[Execution] = set()
        self.policies: dict[Execution, Policy] = {}
        self.is_told_at_end = False
        self._process = os.getpid()
        self._group = group
        self._lifetime = lifetime
        self._options = options
        self._window = seconds(options.restart_window, "restart_window")
        self._context = copy_context()  # the host's own: an operator's restart comes with that of a request
        self._running: set[Execution] = set()
        self._restarted: dict[Execution, deque[float]] = {}

    @property
    def running(self) -> list[Execution]:
        """The executions that have not ended."""
        return list(self._running)

    def begin(self, execution: Execution) -> None:
        """Run *execution* in a task of its own."""
        self._running.add(execution)
        execution.begin(self._group, self)

    def begin_again(self, execution: Execution) -> None:
        """Run *execution*, which has ended, once more."""
        self.halted.discard(execution)
        execution.renew()
        execution.since = self.clock.monotonic()
        self._context.copy().run(self.begin, execution)

    def forget(self, execution: Execution) -> None:
        """Take note that *execution* is over."""
        execution.since = self.clock.monotonic()
        self._running.discard(execution)
        if execution in self.halted and execution not in self.restarting:  # it had not heeded its cancellation then
            log.SERVICE_HALTED(service=service_name(execution.service))
        self._restarted.pop(execution, None)

    def is_stopping(self, execution: Execution) -> bool:
        """Tell whether *execution*, or the whole host, has been asked to stop."""
        return (
            execution.stopping.is_cancellation_requested
            or self._lifetime.application_stopping.is_cancellation_requested
        )

    def after_end_of(self, execution: Execution) -> float | None:
        """Record an end, and decide what follows: a restart after so many seconds, or None."""
        self.leave_if_forked(execution.exception if execution.state is BackgroundServiceState.FAULTED else None)
        if execution.state is BackgroundServiceState.FAULTED:
            return self._after_failure(execution)
        if execution.state is BackgroundServiceState.COMPLETED and not self.is_stopping(execution):
            return self._after_return(execution)
        return None

    def leave_if_forked(self, error: BaseException | None) -> None:
        """End the process if it is a child of the host's, made by code that has just ended with *error*."""
        if os.getpid() != self._process:
            door.forked.leave(error)

    def _after_failure(self, execution: Execution) -> float | None:
        error = execution.exception
        if error is None:
            return None
        name = service_name(execution.service)
        if exit_request(error) is not None:
            log.EXIT_REQUESTED(service=name, error=error)
            self._stop_host(error)
            return None
        log.SERVICE_FAILED(error, service=name)
        behavior, _ = self.policy_of(execution)
        if behavior is BackgroundServiceExceptionBehavior.IGNORE or execution in self.halted:
            return None
        if behavior is BackgroundServiceExceptionBehavior.RESTART:
            if self.is_stopping(execution):
                if execution not in self.restarting or self._lifetime.application_stopping.is_cancellation_requested:
                    self.faults.append(error)  # it will not run again
                return None
            delay = self._restart(execution, name)
            if delay is not None:
                return delay
        is_limit = behavior is BackgroundServiceExceptionBehavior.RESTART
        why = "it is not restarted again" if is_limit else "BackgroundServiceExceptionBehavior is StopHost"
        log.SERVICE_STOPS_HOST(None if self.is_told_at_end else error, service=name, why=why)
        self._stop_host(error)
        return None

    def _after_return(self, execution: Execution) -> float | None:
        name = service_name(execution.service)
        _, behavior = self.policy_of(execution)
        log.SERVICE_RETURNED(service=name, consequence=behavior.name)
        if behavior is BackgroundServiceCompletionBehavior.IGNORE:
            return None
        if behavior is BackgroundServiceCompletionBehavior.RESTART:
            delay = self._restart(execution, name)
            if delay is not None:
                return delay
        self._lifetime.stop_application()
        return None

    def _restart(self, execution: Execution, name: str) -> float | None:
        """Return the wait before the next restart; None at the limit."""
        now = self.clock.monotonic()
        restarts = self._restarted.setdefault(execution, deque())
        while restarts and restarts[0] <= now - self._window:
            restarts.popleft()
        if len(restarts) >= self._options.restart_limit:
            log.RESTART_LIMIT(service=name, limit=self._options.restart_limit, window=self._window)
            return None
        restarts.append(now)
        execution.since = now
        delay = self._options.restart_backoff.delay(failures=len(restarts))
        log.SERVICE_RESTARTS(service=name, delay=delay, restarts=execution.restarts + 1)
        return delay

    def _stop_host(self, error: BaseException) -> None:
        self.faults.append(error)
        self._lifetime.stop_application()

    def policy_of(self, execution: Execution) -> Policy:
        """Return what follows a failure and a return: an operator's word, else the class's, else that of `HostOptions`."""
        chosen = self.policies.get(execution)
        if chosen is not None:
            return chosen
        service, options = execution.service, self._options
        after_failure = service.exception_behavior if isinstance(service, BackgroundService) else None
        after_return = service.completion_behavior if isinstance(service, BackgroundService) else None
        return (
            options.background_service_exception_behavior if after_failure is None else after_failure,
            options.background_service_completion_behavior if after_return is None else after_return,
        )


def service_name(service: object) -> str:
    """Return what a person calls a hosted service: its own word for it, or its class."""
    name = getattr(service, "service_name", None)
    return name if name and isinstance(name, str) else name_of(type(service))
