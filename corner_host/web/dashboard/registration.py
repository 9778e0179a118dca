"""``services.add_dashboard(configuration)`` and ``builder.add_dashboard()``."""

from corner_host.configuration import Configuration
from corner_host.di import ServiceCollection
from corner_host.diagnostics import add_health_checks
from corner_host.hosting import BuildCheck, HostApplicationLifetime, HostBuilder, HostEnvironment, add_hosted_service
from corner_host.operations import Operations, add_operations
from corner_host.options import BoundSection
from corner_host.primitives import Clock
from corner_host.web.errors import ServerStartError

try:
    from .app import DashboardApp
except ModuleNotFoundError as error:
    package = (error.name or "").partition(".")[0]
    if package not in {"starlette", "jinja2", "uvicorn"}:
        raise
    raise ServerStartError(
        f"The dashboard needs the package {package}.\nTo fix: pip install 'corner-host[web]'."
    ) from error
from .keyring import Keyring
from .service import SECTION, DashboardService
from .settings import DashboardSettings


def add_dashboard(
    services: ServiceCollection, configuration: Configuration, *, token: str | None = None
) -> ServiceCollection:
    """Serve the dashboard while the host runs, by the section ``Dashboard``; a second call does nothing.

    In Development it is on, at http://127.0.0.1:5080, and the log has a link that signs in, good for this run. Elsewhere
    it is off until ``Dashboard:Enabled`` and a token are set, see `DashboardSettings`. Nothing can be changed through it until
    ``Dashboard:ReadOnly`` is false.

    Args:
        services: The registrations.
        configuration: The whole configuration.
        token: What the link has in it where the settings name no token; None for a new one.

    Returns:
        The collection.

    A setting that is wrong or not safe is found when the host is built.
    """
    if any(each.service_type is DashboardSettings for each in services):
        return services
    section = configuration.get_section(SECTION)

    def read() -> DashboardSettings:
        return section.get(DashboardSettings) or DashboardSettings()

    def check() -> None:
        found = [each.instance for each in services if each.service_type is HostEnvironment]
        environment = found[-1] if found else None
        in_development = isinstance(environment, HostEnvironment) and environment.is_development()
        read().is_wanted(in_development=in_development)

    def make_keys(settings: DashboardSettings, clock: Clock, environment: HostEnvironment) -> Keyring:
        # elsewhere nobody could know of it
        drawn = token or Keyring.new_token() if environment.is_development() else None
        return Keyring(
            drawn if settings.token is None else settings.token.get_secret_value(),
            lifetime=settings.session_hours * 3600,
            now=lambda: clock.now().timestamp(),
            proxy=None if settings.proxy_token is None else settings.proxy_token.get_secret_value(),
            users={name: each.token.get_secret_value() for name, each in settings.users.items() if each.token},
        )

    def make_app(
        settings: DashboardSettings,
        keys: Keyring,
        operations: Operations,
        lifetime: HostApplicationLifetime,
        clock: Clock,
    ) -> DashboardApp:
        return DashboardApp(settings, keys, operations, lifetime, clock)

    services.add_singleton(BuildCheck, instance=BuildCheck(check))
    services.add_singleton(BoundSection, instance=BoundSection(DashboardSettings, "", SECTION))
    services.add_singleton(DashboardSettings, factory=read)
    services.add_singleton(Keyring, factory=make_keys)
    services.add_singleton(DashboardApp, factory=make_app)
    add_health_checks(services)
    add_operations(services, configuration)
    add_hosted_service(services, DashboardService)
    return services


def add_dashboard_to_builder(builder: HostBuilder) -> HostBuilder:
    """Serve the dashboard; see `add_dashboard`. Returns the builder."""
    add_dashboard(builder.services, builder.configuration)
    return builder
