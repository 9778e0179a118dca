"""What OpenTelemetry gets to see of health."""

from typing import Any

from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader

from corner_host.di import ServiceCollection
from corner_host.diagnostics import HealthCheckService, HealthStatus, add_health_checks
from corner_host.diagnostics.health.telemetry import HealthTelemetry


async def test_the_instrument_tells_what_each_check_answered_last() -> None:
    """As a number, the smaller the worse; a check that was not asked again stays as it was."""
    reader = InMemoryMetricReader()
    telemetry = HealthTelemetry(MeterProvider([reader]).get_meter("corner_host"))
    answers = {"database": HealthStatus.HEALTHY, "mail": HealthStatus.DEGRADED}
    services = ServiceCollection()
    checks = add_health_checks(services)
    checks.add_check("database", lambda: answers["database"]).add_check("mail", lambda: answers["mail"])
    service = services.build_service_provider().get_required_service(HealthCheckService)

    def seen() -> dict[str, int]:
        data: Any = reader.get_metrics_data()
        (metric,) = data.resource_metrics[0].scope_metrics[0].metrics
        assert metric.name == "corner_host.health.status"
        return {point.attributes["check"]: point.value for point in metric.data.data_points}

    telemetry.note(await service.check())
    first = seen()
    answers.update(database=HealthStatus.UNHEALTHY, mail=HealthStatus.HEALTHY)
    telemetry.note(await service.check(lambda each: each.name == "database"))

    assert first == {"database": 2, "mail": 1}
    assert seen() == {"database": 0, "mail": 1}
