"""``services.add_health_checks().add_check("database", check)``."""

from collections.abc import Callable, Iterable
from typing import Any, Self, final

from corner_host.di import ServiceCollection, ServiceProvider
from corner_host.primitives import Duration

from .contracts import HealthStatus
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
    ) -> Self:
        """Add a check; see `HealthCheckRegistration` for what each argument means."""
        registration = HealthCheckRegistration(name, check, tags=tags, failure_status=failure_status, timeout=timeout)
        self.services.add_singleton(HealthCheckRegistration, instance=registration)
        return self


def add_health_checks(services: ServiceCollection) -> HealthChecksBuilder:
    """Register `HealthCheckService` and return what adds checks to it; may be called more than once."""
    services.try_add_singleton(HealthCheckService, factory=_service)
    return HealthChecksBuilder(services)


def _service(provider: ServiceProvider, registrations: list[HealthCheckRegistration]) -> HealthCheckService:
    return HealthCheckService(provider, registrations)
