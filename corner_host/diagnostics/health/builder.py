"""``services.add_health_checks().add_check("database", check)``."""

from collections.abc import Callable, Iterable
from typing import Any, Self, final

from corner_host.di import ServiceCollection, ServiceDescriptor, ServiceLifetime, ServiceProvider
from corner_host.primitives import Duration

from .contracts import HealthStatus
from .publishing import HealthPublisher, HealthPublisherOptions, HealthPublisherService
from .registration import HealthCheckRegistration
from .service import HealthCheckService


@final
class HealthChecksBuilder:
    """Adds health checks, one after another.

    Example:
        >>> from corner_host.di import ServiceCollection, ServiceProvider
        >>> services = ServiceCollection()
        >>> checks = services.add_health_checks().add_check("disk", lambda: True, tags=["ready"])
        >>> import anyio
        >>> provider = services.build_service_provider()
        >>> report = anyio.run(provider.get_required_service(HealthCheckService).check)
        >>> report.status.title, list(report.entries)
        ('Healthy', ['disk'])
    """

    def __init__(self, services: ServiceCollection) -> None:
        self.services = services

    def add_check(
        self,
        name: str,
        check: type[Any] | Callable[..., Any],
        *,
        tags: Iterable[str] = (),
        failure_status: HealthStatus = HealthStatus.UNHEALTHY,
        timeout: Duration = 5.0,
        period: Duration | None = None,
    ) -> Self:
        """Add a check; see `HealthCheckRegistration` for what each argument means."""
        registration = HealthCheckRegistration(
            name, check, tags=tags, failure_status=failure_status, timeout=timeout, period=period
        )
        self.services.add_singleton(HealthCheckRegistration, instance=registration)
        return self

    def add_publisher(self, publisher: type[HealthPublisher], options: HealthPublisherOptions | None = None) -> Self:
        """Add a class whose object gets the reports while a host runs; *options* say when, for all publishers.

        Further publishers may be added; of *options*, the first that were given count.
        """
        self.services.try_add_enumerable(
            ServiceDescriptor(HealthPublisher, publisher, lifetime=ServiceLifetime.SINGLETON)
        )
        if options is not None:
            self.services.try_add_singleton(HealthPublisherOptions, instance=options)
        self.services.add_hosted_service(HealthPublisherService)
        return self


def add_health_checks(services: ServiceCollection) -> HealthChecksBuilder:
    """Register `HealthCheckService` and return what adds checks to it; may be called more than once."""
    services.try_add_singleton(HealthCheckService, factory=_service)
    return HealthChecksBuilder(services)


def _service(provider: ServiceProvider, registrations: list[HealthCheckRegistration]) -> HealthCheckService:
    return HealthCheckService(provider, registrations)
