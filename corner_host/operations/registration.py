"""``services.add_operations(configuration)``."""

import sys

from corner_host.configuration import Configuration
from corner_host.di import ServiceCollection, ServiceDescriptor, ServiceLifetime, ServiceProvider
from corner_host.diagnostics import HealthCheckResult, add_health_checks
from corner_host.hosting import BuildCheck, HostApplicationLifetime, HostedService, HostEnvironment
from corner_host.hosting.health import add_host_health_checks
from corner_host.logging import LogBuffer
from corner_host.options import BoundSection
from corner_host.primitives import Clock, SystemClock

from .operations import Operations
from .recording.lag import STUCK_SECONDS
from .service import OperationsService
from .settings import SECTION, OperationsSettings
from .workplace import Workplace


def add_operations(services: ServiceCollection, configuration: Configuration) -> ServiceCollection:
    """Register the operator's view, `Operations`, by the section ``Operations``; a second call does nothing.

    What it records begins with the start of the host and ends with its stop: its hosted service is the first of all, wherever
    this is called.

    Args:
        services: The registrations.
        configuration: The whole configuration.

    Returns:
        The collection.

    Raises:
        OperationsSettingsError: A setting cannot be.
    """
    if any(each.service_type is Operations for each in services):
        return services
    settings = OperationsSettings.read(configuration)
    buffer = LogBuffer(settings.log_lines)

    def make_workplace(
        provider: ServiceProvider, clock: Clock, environment: HostEnvironment, lifetime: HostApplicationLifetime
    ) -> Workplace:
        return Workplace(provider, settings, clock, environment, lifetime, buffer, services)

    services.add_singleton(LogBuffer, instance=buffer)
    services.add_singleton(OperationsSettings, instance=settings)
    services.add_singleton(BoundSection, instance=BoundSection(OperationsSettings, "", SECTION))
    services.try_add_singleton(Clock, SystemClock)
    services.add_singleton(Workplace, factory=make_workplace)
    services.add_singleton(Operations)
    add_host_health_checks(services)
    add_health_checks(services).add_check("event-loop", check_event_loop, tags=["live"])
    services.add_singleton(BuildCheck, instance=BuildCheck(lambda: _complete(services)))
    return services


def check_event_loop(workplace: Workplace) -> HealthCheckResult:
    """Say whether the event loop still turns: who sleeps wakes up less than ten seconds late."""
    lag = workplace.lag.last
    if lag >= STUCK_SECONDS:
        return HealthCheckResult.unhealthy(f"the event loop woke up {lag:.1f} s late (limit {STUCK_SECONDS:g} s)")
    return HealthCheckResult.healthy()


def _complete(services: ServiceCollection) -> None:
    """Have the service started first and stopped last, when all others are known; look at the queue, if there is one."""
    if any(each.implementation_type is OperationsService for each in services):
        return
    first = next((at for at, each in enumerate(services) if each.service_type is HostedService), len(services))
    services.insert(first, ServiceDescriptor(HostedService, OperationsService, lifetime=ServiceLifetime.SINGLETON))
    services.add_admin_socket()
    if "corner_host.background" in sys.modules:
        from corner_host.background.health import add_queue_health_check  # noqa: PLC0415 - only where there is a queue

        add_queue_health_check(services)
