"""How a program shows what it is doing.

- ``health``: checks by name, run side by side, and their report; re-exported here

Side doors, for programs that use OpenTelemetry, and imported by full path:

- ``metrics``: the meter ``corner_host``
- ``tracing``: traces through a queue
"""

from .health import (
    HealthCheck,
    HealthCheckError,
    HealthCheckRegistration,
    HealthCheckResult,
    HealthChecksBuilder,
    HealthCheckService,
    HealthPublisher,
    HealthPublisherOptions,
    HealthPublisherService,
    HealthReport,
    HealthReportEntry,
    HealthStatus,
    add_health_checks,
)

__all__ = [
    "HealthCheck",
    "HealthCheckError",
    "HealthCheckRegistration",
    "HealthCheckResult",
    "HealthCheckService",
    "HealthChecksBuilder",
    "HealthPublisher",
    "HealthPublisherOptions",
    "HealthPublisherService",
    "HealthReport",
    "HealthReportEntry",
    "HealthStatus",
    "add_health_checks",
]
