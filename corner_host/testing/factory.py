"""An application's own host around a block of a test, with what a test puts in its place."""

import inspect
from collections.abc import AsyncGenerator, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractAsyncContextManager, AbstractContextManager, asynccontextmanager
from typing import Any, TypeVar, final

import anyio
from typing_extensions import TypeForm

from corner_host.background import BackgroundTaskQueue
from corner_host.di import ServiceCollection, ServiceProvider
from corner_host.hosting import Host, HostBuilder
from corner_host.jobs import JobClient, JobEngine
from corner_host.primitives import Clock, Duration

from .jobs import JobDriver
from .logs import LogCollector
from .queue import QueueDriver
from .running import running_host
from .virtual_clock import VirtualClock

T = TypeVar("T")

# a test never takes the port of another
_SETTINGS = {"Server:Port": "0"}


@final
class HostUnderTest:
    """A running host, and what a test asks it.

    Attributes:
        host: The host.
        logs: What it logged.
    """

    def __init__(self, host: Host, logs: LogCollector) -> None:
        self.host = host
        self.logs = logs

    @property
    def services(self) -> ServiceProvider:
        """Its services."""
        return self.host.services

    @property
    def queue(self) -> QueueDriver:
        """Its background queue, in the test's hands."""
        return QueueDriver(self.services.get_required_service(BackgroundTaskQueue), self.services)

    @property
    def jobs(self) -> JobDriver:
        """Its durable jobs, in the test's hands."""
        return JobDriver(self.services.get_required_service(JobClient), self.services.get_required_service(JobEngine))

    def override(self, service_type: TypeForm[T], instance: T) -> AbstractContextManager[None]:
        """Let *instance* answer for a service while the ``with`` lasts; see `ServiceProvider.override`."""
        return self.services.override(service_type, instance)

    def web_client(self) -> AbstractAsyncContextManager[Any]:
        """Return an ``httpx2.AsyncClient`` on the web application that the host serves, on its free port."""
        from .web_client import web_client  # noqa: PLC0415 - needs extras

        return web_client(self.host)


CreateBuilder = Callable[..., HostBuilder]


@final
class HostFactory:
    """Starts an application's host around a block; what the fixture ``host_factory`` gives.

    Example:
        >>> import anyio
        >>> from corner_host.hosting import HostedService
        >>> class Greeter:
        ...     def __init__(self, name: str) -> None:
        ...         self.name = name
        ...     async def start(self) -> None:
        ...         print("hello", self.name)
        ...     async def stop(self) -> None: ...
        >>> def create_builder() -> HostBuilder:
        ...     builder = Host.create_empty_builder()
        ...     builder.services.add_singleton(str, instance="world")
        ...     return builder.add_hosted_service(Greeter)
        >>> async def main() -> None:
        ...     async with HostFactory()(create_builder, override={str: "test"}) as host:
        ...         print(host.logs.count(level="ERROR"))
        >>> anyio.run(main)
        hello test
        0
    """

    def __init__(self, clock: VirtualClock | None = None) -> None:
        self._clock = clock

    @asynccontextmanager
    async def __call__(
        self,
        create_builder: CreateBuilder,
        *,
        settings: Mapping[str, str | None] | None = None,
        override: Mapping[Any, Any] | None = None,
        allow_errors: bool = False,
        startup_timeout: Duration | None = 5.0,
        shutdown_timeout: Duration | None = 10.0,
        time_to_live: Duration | None = 30.0,
    ) -> AsyncGenerator[HostUnderTest]:
        """Run the host that *create_builder* makes while a block runs.

        Args:
            create_builder: The application's own; a parameter of it gets the settings as command-line arguments, so that
                what it reads while it builds knows them too.
            settings: Values that win over all others. ``Server:Port`` is 0, a free one, unless they say otherwise.
            override: Services and the objects that answer for them, from the start; they win over the application's.
            allow_errors: Whether the host may log errors. Else the test fails at the end of the block.
            startup_timeout: As for `running_host`.
            shutdown_timeout: As for `running_host`.
            time_to_live: As for `running_host`; without limit where the clock is virtual.

        Raises:
            UnexpectedLogError: The host logged errors, and nothing else failed.
            BaseException: As `running_host`.
        """
        values = {**_SETTINGS, **(settings or {})}
        replaced = dict(override or {})
        if self._clock is not None:
            replaced.setdefault(Clock, self._clock)
        logs = LogCollector()
        builder = _made_by(create_builder, values)
        builder.logging.add_handler(logs)

        def replace(services: ServiceCollection) -> None:
            for service, instance in replaced.items():
                services.remove_all(service)
                services.add_singleton(service, instance=instance)

        builder.configure_container(replace)
        async with running_host(
            builder=builder,
            configuration=values,
            startup_timeout=startup_timeout,
            shutdown_timeout=shutdown_timeout,
            time_to_live=None if self._clock is not None else time_to_live,
        ) as host:
            yield HostUnderTest(host, logs)
        if not allow_errors:
            logs.assert_no_errors()


def assert_graph_valid(create_builder: CreateBuilder, settings: Mapping[str, str | None] | None = None) -> None:
    """Build the application's host, without starting it, with every check of the container and the settings.

    The one test that every application should have.

    Raises:
        Exception: What is wrong, all of it at once where it can be.
    """
    builder = _made_by(create_builder, settings or {})
    builder.configuration.add_in_memory_collection(settings or {})
    builder.use_default_service_provider(validate_scopes=True, validate_on_build=True)
    host = builder.build()
    with ThreadPoolExecutor(max_workers=1) as thread:  # a loop of its own, since one may run here
        thread.submit(anyio.run, host.aclose).result()


def _made_by(create_builder: CreateBuilder, settings: Mapping[str, str | None]) -> HostBuilder:
    if not inspect.signature(create_builder).parameters:
        return create_builder()
    return create_builder([f"--{key}={value}" for key, value in settings.items() if value is not None])
