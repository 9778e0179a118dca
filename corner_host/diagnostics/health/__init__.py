"""Health checks: whether the program is alive and ready, and if not, why.

A *check* answers healthy, degraded or unhealthy. Checks have *tags* to be picked by: ``live`` (the process works at all),
``startup`` (the start is done); what has neither counts for readiness. A *report* is as bad as its worst entry.

Not kept of .NET: publishers (statements H-13 to H-15): poll the endpoints, or run `HealthCheckService.check` in a service of
your own; the log scope of H-09 is the extra ``HealthCheckName`` on this area's own records.
"""

from .builder import HealthChecksBuilder, add_health_checks
from .contracts import HealthCheck, HealthCheckResult, HealthStatus
from .errors import HealthCheckError
from .registration import HealthCheckRegistration
from .report import HealthReport, HealthReportEntry
from .service import HealthCheckService

__all__ = [
    "HealthCheck",
    "HealthCheckError",
    "HealthCheckRegistration",
    "HealthCheckResult",
    "HealthCheckService",
    "HealthChecksBuilder",
    "HealthReport",
    "HealthReportEntry",
    "HealthStatus",
    "add_health_checks",
]
