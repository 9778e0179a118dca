"""A host around a block of a test."""

import logging
import sys
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import asynccontextmanager, nullcontext
from math import isfinite
from typing import Any, TypeVar, final

import anyio

from corner_host.hosting import ConsoleLifetime, Host, HostBuilder, HostedService, HostLifetime, HostOptions
from corner_host.primitives import Clock, CornerHostError, Duration, seconds

from .virtual_clock import VirtualClock

_log = logging.getLogger("corner_host.testing")
_Service = TypeVar("_Service", bound=HostedService)


@final
class HostTooOldError(CornerHostError, TimeoutError):
    """The block around which a host ran took longer than the host was allowed to live.

    Attributes:
        time_to_live: How long that was, in seconds.
    """

    def __init__(self, time_to_live: float) -> None:
        super().__init__(
            f"The host has run for {time_to_live:g} s, which is all it was given, and was stopped.\n"
            "To fix: find out what the test waits for, or give running_host() a longer time_to_live."
        )
        self.time_to_live = time_to_live


@asynccontextmanager
async def running_host(
    *services: Any,
    builder: HostBuilder | None = None,
    configuration: Mapping[str, str | None] | None = None,
    configure: Callable[[HostBuilder], object] | None = None,
    startup_timeout: Duration | None = 5.0,
    shutdown_timeout: Duration | None = 10.0,
    time_to_live: Duration | None = 30.0,
    validate_scopes: bool = True,
    validate_on_build: bool = True,
) -> AsyncGenerator[Host]:
    """Run a host while a block runs: started at its begin, stopped and disposed of at its end, whatever happens.

    Signals are left to the test runner. Under a debugger the host may live for ever.

    Args:
        services: Hosted services: classes, ``async def`` functions, or ready objects.
        builder: What to build; by default `Host.create_empty_builder`.
        configuration: Values that win over all others.
        configure: Called with the builder after everything else.
        startup_timeout: Budget of the start, unless the builder sets one; seconds or a ``timedelta``, None for no limit.
        shutdown_timeout: Budget of the stop, likewise.
        time_to_live: How long the block may take; None for no limit. Measured by the registered `Clock`.
        validate_scopes: Check that no scoped service is taken from the root.
        validate_on_build: Check that every registration can be made.

    Yields:
        The running host.

    Raises:
        HostTooOldError: The time to live was over; the block was cancelled.
        BaseException: What building, starting, the block or stopping raised.

    Example:
        >>> async def greet() -> None:
        ...     print("hello")
        >>> async def main() -> None:
        ...     async with running_host(greet) as host:
        ...         await anyio.wait_all_tasks_blocked()
        ...         print(host.hosted_services[0].state)
        >>> anyio.run(main)
        hello
        completed
    """
    chosen = Host.create_empty_builder() if builder is None else builder
    _limit(chosen, startup_timeout, shutdown_timeout)
    chosen.use_default_service_provider(validate_scopes=validate_scopes, validate_on_build=validate_on_build)
    if configuration:
        chosen.configuration.add_in_memory_collection(configuration)
    for service in services:
        chosen.add_hosted_service(service)
    if configure is not None:
        configure(chosen)
    _leave_signals_alone(chosen)
    host = chosen.build()
    async with _living(host):
        limit = None if time_to_live is None or _is_debugged() else seconds(time_to_live, "time_to_live", above=0.0)
        async with _bounded(host, limit):
            yield host


@asynccontextmanager
async def run_service(service: _Service, *, stop_timeout: Duration = 10.0) -> AsyncGenerator[_Service]:
    """Run one service without a host while a block runs: started at its begin, stopped at its end, whatever happens.

    It is stopped also when its start failed.

    Args:
        service: A ready object; what it needs, its constructor got.
        stop_timeout: How long its stop may take, above 0; seconds or a ``timedelta``.

    Yields:
        The service.

    Raises:
        TimeoutError: The stop took longer.
        BaseException: What starting, the block or stopping raised.

    Example:
        >>> class Cache:
        ...     async def start(self) -> None:
        ...         self.entries = {"a": 1}
        ...     async def stop(self) -> None:
        ...         self.entries.clear()
        >>> async def main() -> None:
        ...     async with run_service(Cache()) as cache:
        ...         print(cache.entries)
        >>> anyio.run(main)
        {'a': 1}
    """
    limit = seconds(stop_timeout, "stop_timeout", above=0.0)
    try:
        await service.start()
        yield service
    finally:
        with anyio.fail_after(limit if isfinite(limit) else None, shield=True):
            await service.stop()


async def start_and_stop(service: HostedService) -> None:
    """Start *service*, then stop it; it is stopped also when its start failed.

    Example:
        >>> class Cache:
        ...     async def start(self) -> None:
        ...         print("warm")
        ...     async def stop(self) -> None:
        ...         print("cold")
        >>> anyio.run(start_and_stop, Cache())
        warm
        cold
    """
    async with run_service(service):
        pass


@asynccontextmanager
async def _living(host: Host) -> AsyncGenerator[None]:
    """Do as ``async with host``; where its clock is virtual, neither start nor stop wait for somebody to move it."""
    clock = host.services.get_service(Clock)
    unstuck = clock.unstuck if isinstance(clock, VirtualClock) else nullcontext
    try:
        async with unstuck():
            await host.start()
        yield
    finally:
        with anyio.CancelScope(shield=True):
            async with unstuck():
                await host.aclose()


@asynccontextmanager
async def _bounded(host: Host, limit: float | None) -> AsyncGenerator[None]:
    """Stop *host*, dispose of it, and cancel the block when it takes longer than *limit* seconds."""
    if limit is None:
        yield
        return
    is_over = False
    error: BaseException | None = None
    async with anyio.create_task_group() as group:

        async def watch() -> None:
            nonlocal is_over
            await host.services.get_required_service(Clock).sleep(limit)
            is_over = True
            _log.warning("The time to live of the host, %g s, is up; it is stopped and disposed of", limit)
            await host.aclose()
            group.cancel_scope.cancel()

        group.start_soon(watch, name="time to live of the host")
        try:
            yield
        except anyio.get_cancelled_exc_class():
            raise
        except BaseException as raised:  # noqa: BLE001 - raised again below, where the task group does not wrap it
            error = raised
        if not is_over:
            group.cancel_scope.cancel()
    if error is not None:
        raise error
    if is_over:
        raise HostTooOldError(limit)


def _limit(builder: HostBuilder, startup_timeout: Duration | None, shutdown_timeout: Duration | None) -> None:
    """Set the budgets below whatever the builder's own callbacks set."""
    defaults = HostOptions()

    def limit(options: HostOptions) -> None:
        if options.startup_timeout == defaults.startup_timeout:
            options.startup_timeout = startup_timeout
        if options.shutdown_timeout == defaults.shutdown_timeout:
            options.shutdown_timeout = shutdown_timeout

    builder.configure_host_options(limit)


def _leave_signals_alone(builder: HostBuilder) -> None:
    lifetimes = [each for each in builder.services if each.service_type is HostLifetime]
    if lifetimes and lifetimes[-1].implementation_type is ConsoleLifetime:
        builder.services.add_singleton(HostLifetime, instance=_NoLifetime())


@final
class _NoLifetime:
    """Lets the test decide when the host stops."""

    async def wait_for_start(self) -> None:
        """Return at once."""

    async def stop(self) -> None:
        """Do nothing."""


def _is_debugged() -> bool:
    return any(name in sys.modules for name in ("pydevd", "debugpy", "pdb")) and sys.gettrace() is not None
