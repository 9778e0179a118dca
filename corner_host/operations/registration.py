"""``services.add_operations(configuration)``."""

from corner_host.configuration import Configuration
from corner_host.di import ServiceCollection, ServiceProvider
from corner_host.hosting import HostApplicationLifetime, HostEnvironment
from corner_host.primitives import Clock

from .operations import Operations
from .workplace import Workplace


def add_operations(services: ServiceCollection, configuration: Configuration) -> ServiceCollection:
    """Register the operator's view, `Operations`, by the section ``Operations``; a second call does nothing.

    Args:
        services: The registrations.
        configuration: The whole configuration.

    Returns:
        The collection.

    Raises:
        ConfigurationBindingError: A setting cannot be.
    """
    from .settings import OperationsSettings  # noqa: PLC0415 - loads pydantic

    settings = configuration.get_section("Operations").get(OperationsSettings) or OperationsSettings()

    def make(
        provider: ServiceProvider, clock: Clock, environment: HostEnvironment, lifetime: HostApplicationLifetime
    ) -> Operations:
        return Operations(Workplace(provider, settings, clock, environment, lifetime))

    services.try_add_singleton(Operations, factory=make)
    return services
