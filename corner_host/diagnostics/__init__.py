"""How a program shows what it is doing.

- ``health``: checks by name, run side by side, and their report; re-exported here

Side doors, imported by full path:

- ``origin``: who does what is done: a route, a job, a schedule
- ``metrics``: the meter ``corner_host``, for programs that use OpenTelemetry
- ``tracing``: traces through a queue, the same
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
