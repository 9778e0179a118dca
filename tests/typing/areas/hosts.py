"""Programs around a host that must pass both checkers; never run."""

import logging
from collections.abc import MutableMapping
from datetime import timedelta
from typing import Any, assert_type

from corner_host import (
    BackgroundService,
    CancellationToken,
    Clock,
    Configuration,
    Host,
    HostApplicationLifetime,
    HostBuilder,
    HostedLifecycleService,
    HostedService,
    HostEnvironment,
    HostOptions,
    ServiceCollection,
    ServiceProvider,
)
from corner_host.configuration import ConfigurationBuilder, ConfigurationManager
from corner_host.hosting import (
    BackgroundServiceExceptionBehavior,
    BackgroundServiceState,
    HostBuilderContext,
    HostBuilderSettings,
    HostLifetime,
    ShutdownTimeoutError,
    StartupTimeoutError,
)
from corner_host.logging import LoggingBuilder
from corner_host.primitives import Backoff


class Door:
    async def start(self) -> None: ...

    async def stop(self) -> None: ...


class Stages(HostedLifecycleService):
    async def start(self) -> None: ...

    async def stop(self) -> None: ...


class Worker(BackgroundService):
    def __init__(self, clock: Clock, log: logging.Logger) -> None:
        self._clock = clock

    async def execute(self, stopping: CancellationToken) -> None:
        async for _ in stopping.every(timedelta(seconds=1), immediately=True):
            if await stopping.sleep(0.5):
                return


class NoLifetime:
    async def wait_for_start(self) -> None: ...

    async def stop(self) -> None: ...


async def tick(stopping: CancellationToken, environment: HostEnvironment) -> None: ...


def make_door(provider: ServiceProvider) -> Door:
    return Door()


def add_mail(services: ServiceCollection) -> None: ...


def add_more(services: ServiceCollection, context: HostBuilderContext) -> None: ...


def restart(options: HostOptions) -> None:
    options.background_service_exception_behavior = BackgroundServiceExceptionBehavior.RESTART
    options.restart_backoff = Backoff(first=1.0, ceiling=10.0)
    options.shutdown_timeout = timedelta(seconds=10)
    options.startup_timeout = None


def add_files(configuration: ConfigurationBuilder) -> None:
    configuration.add_json_file("shop.json", optional=True)


def log_as_json(logging: LoggingBuilder) -> None:
    logging.clear_providers().add_console("json")


def building() -> Host:
    builder = Host.create_builder(["--a=1"], settings=HostBuilderSettings(environment_name="Staging"))
    assert_type(builder, HostBuilder)
    assert_type(builder.services, ServiceCollection)
    assert_type(builder.configuration, ConfigurationManager)
    assert_type(builder.environment, HostEnvironment)
    assert_type(builder.logging, LoggingBuilder)
    assert_type(builder.properties, MutableMapping[Any, Any])
    assert_type(builder.configuration["A:B"], str | None)
    builder.add_hosted_service(Door).add_hosted_service(Worker).add_hosted_service(tick)
    builder.add_hosted_service(Door, factory=make_door).add_hosted_service(Stages)
    builder.configure_services(add_mail).configure_services(add_more)
    builder.configure_services(lambda services: services.add_singleton(Door))
    builder.configure_services(
        lambda services, context: services.add_singleton(HostEnvironment, instance=context.environment)
    )
    builder.configure_app_configuration(lambda configuration: configuration.add_in_memory_collection({"a": "b"}))
    builder.configure_host_options(lambda _: HostOptions(shutdown_timeout=3.0))
    builder.configure_host_configuration(add_files).configure_app_configuration(add_files)
    builder.configure_logging(log_as_json).configure_container(add_mail).configure_host_options(restart)
    builder.use_environment("Production").use_content_root(".").use_console_lifetime().use_systemd()
    builder.use_default_service_provider(validate_scopes=True, validate_on_build=True)
    builder.services.add_hosted_service(Worker).add_singleton(HostLifetime, NoLifetime)
    return Host.create_empty_builder(HostBuilderSettings(args=["--a=1"])).build()


async def running(host: Host) -> None:
    async with host as running:
        assert_type(running, Host)
    await host.start()
    assert_type(host.services.get_required_service(HostApplicationLifetime).application_started, CancellationToken)
    assert_type(host.lifetime.application_stopping, CancellationToken)
    assert_type(host.environment.is_development(), bool)
    configuration: Configuration = host.configuration
    assert_type(configuration.get_value("A:B", int, 3), int)
    host.lifetime.stop_application()
    await host.wait_for_shutdown()
    try:
        await host.stop(timedelta(seconds=3))
    except (ShutdownTimeoutError, StartupTimeoutError) as error:
        for service in error.services:
            assert_type((service.name, service.file, service.line, service.waited), tuple[str, str, int, float])
    await host.aclose()
    await host.run_async()


def looking(worker: Worker, services: list[HostedService]) -> None:
    assert_type(worker.state, BackgroundServiceState)
    assert_type(worker.exception, BaseException | None)
    services.append(Door())
    services.append(worker)


def main() -> None:
    Host.create_builder().add_hosted_service(Worker).build().run()
    building().run(backend="trio", backend_options={})
