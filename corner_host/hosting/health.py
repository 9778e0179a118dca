"""What the host says when it is asked how well it is."""

from corner_host.di import ServiceCollection
from corner_host.diagnostics import HealthCheckRegistration, HealthCheckResult, HealthStatus, add_health_checks

from .contracts import HostApplicationLifetime
from .host import Host
from .lifetime import ApplicationLifetime
from .status import HostedServiceState

LIFECYCLE = "lifecycle"
HOSTED_SERVICES = "hosted-services"


def add_host_health_checks(services: ServiceCollection) -> ServiceCollection:
    """Add the checks of the host itself, once.

    ``lifecycle`` (tagged ``startup``): unhealthy before the application has started, and from the moment it is asked to
    stop, so that readiness fails first, also while `HostOptions.shutdown_delay` lasts. ``hosted-services`` (tagged
    ``live``): unhealthy when a background service has failed for good.
    """
    if not any(each.service_type is HealthCheckRegistration and each.instance.name == LIFECYCLE for each in services):
        checks = add_health_checks(services)
        checks.add_check(LIFECYCLE, check_lifecycle, tags=["startup"])
        checks.add_check(HOSTED_SERVICES, check_hosted_services, tags=["live"])
    return services


def check_lifecycle(lifetime: HostApplicationLifetime) -> HealthCheckResult:
    """Say whether the application runs: neither still starting, nor asked to stop already.

    That it stops is no error in the log: whoever leads clients here is told on every deployment.

    Source: Microsoft.Extensions.Diagnostics.HealthChecks.Common, ApplicationLifecycleHealthCheck.
    """
    if lifetime.application_stopped.is_cancellation_requested:
        return HealthCheckResult(HealthStatus.UNHEALTHY, "Stopped", is_expected=True)
    is_leaving = isinstance(lifetime, ApplicationLifetime) and lifetime.leaving.is_cancellation_requested
    if is_leaving or lifetime.application_stopping.is_cancellation_requested:
        return HealthCheckResult(HealthStatus.UNHEALTHY, "Stopping", is_expected=True)
    if not lifetime.application_started.is_cancellation_requested:
        return HealthCheckResult.unhealthy("Not Started")
    return HealthCheckResult.healthy()


def check_hosted_services(host: Host) -> HealthCheckResult:
    """Say which background services have failed."""
    failed = {
        each.name: f"{type(each.last_error).__name__}: {each.last_error}"
        for each in host.hosted_services
        if each.state is HostedServiceState.FAULTED
    }
    if failed:
        return HealthCheckResult.unhealthy(f"failed: {', '.join(failed)}", **failed)
    return HealthCheckResult.healthy()
