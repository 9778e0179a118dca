"""The services that every host has, however empty."""

from collections.abc import Iterator

import corner_host.hosting as door
from corner_host.configuration import Configuration, ConfigurationManager, ConfigurationRoot
from corner_host.di import ServiceCollection
from corner_host.primitives import Clock, SystemClock

from .callbacks import HostBuilderContext
from .contracts import HostApplicationLifetime, HostLifetime
from .environment import HostEnvironment
from .lifetime import ApplicationLifetime
from .lifetimes.console import ConsoleLifetime, ConsoleLifetimeOptions
from .options import HostOptions, HostOptionsSource


def add_basic_services(
    services: ServiceCollection, context: HostBuilderContext, lifetime: ApplicationLifetime, options: HostOptionsSource
) -> None:
    """Register what every host has.

    The configuration is disposed of with the container, hence made by a factory.
    """
    manager = context.configuration

    def give_configuration() -> ConfigurationManager:
        return manager

    def give_root(configuration: Configuration) -> Iterator[ConfigurationRoot]:
        assert isinstance(configuration, ConfigurationRoot)
        yield configuration

    services.add_singleton(HostEnvironment, instance=context.environment)
    services.add_singleton(HostBuilderContext, instance=context)
    services.add_singleton(Configuration, factory=give_configuration)
    services.add_singleton(ConfigurationRoot, factory=give_root)
    services.add_singleton(HostApplicationLifetime, instance=lifetime)
    services.add_singleton(ApplicationLifetime, instance=lifetime)
    services.add_singleton(ConsoleLifetimeOptions, instance=ConsoleLifetimeOptions())
    services.add_singleton(HostLifetime, ConsoleLifetime)
    services.try_add_singleton(Clock, SystemClock)
    services.add_singleton(HostOptions, factory=options.give)
    services.add_late("corner_host.options", options.register)
    services.add_late("corner_host.hosting.hosted_services", _add_hosted_services)


def _add_hosted_services(services: ServiceCollection) -> None:
    def give(host: "door.Host") -> "door.HostedServices":
        return host.hosted_services

    services.add_singleton(door.HostedServices, factory=give)
