"""``builder.add_asgi(app)``."""

from corner_host.background.health import add_queue_health_check
from corner_host.di import ServiceCollection, ServiceProvider
from corner_host.diagnostics import HealthCheckService, add_health_checks
from corner_host.hosting import HostApplicationLifetime, HostBuilder, HostOptions, add_hosted_service
from corner_host.hosting.health import add_host_health_checks
from corner_host.options import BoundSection, Options

from .asgi import AsgiApp
from .routes import check_routes
from .service import WebAppService


def add_asgi(builder: HostBuilder, app: AsgiApp, *, section: str = "Server") -> HostBuilder:
    """Serve an ASGI application (FastAPI, Starlette, any other) while the host runs.

    It starts after the hosted services added before it, and stops before them. Each request has a service scope of its
    own. ``/alive``, ``/health`` and ``/health/startup`` are answered, see `corner_host.web.health`.

    Args:
        builder: The host's builder.
        app: The application.
        section: Where it is configured; a second application needs a section of its own.

    Returns:
        The builder.

    Raises:
        ConfigurationBindingError: A setting cannot be.
    """
    from .settings import ServerSettings  # noqa: PLC0415 - loads pydantic

    settings = builder.configuration.get_section(section).get(ServerSettings) or ServerSettings()
    if settings.metrics_endpoint:
        from .metrics import export_to_prometheus  # noqa: PLC0415 - an extra

        export_to_prometheus()
    add_health_checks(builder.services)
    add_host_health_checks(builder.services)

    def make(
        provider: ServiceProvider,
        lifetime: HostApplicationLifetime,
        options: Options[HostOptions],
        health: HealthCheckService,
    ) -> WebAppService:
        return WebAppService(app, settings, section, provider, lifetime, options, health)

    def complete(services: ServiceCollection) -> None:
        add_queue_health_check(services)
        check_routes(services, app)

    bound = BoundSection(ServerSettings, "", section)
    builder.services.add_singleton(BoundSection, instance=bound)  # so that tools know its keys
    builder.configure_container(complete)
    add_hosted_service(builder.services, WebAppService, factory=make)
    return builder
