"""Health checks: whether the program is alive and ready, and if not, why.

A *check* answers healthy, degraded or unhealthy. Checks have *tags* to be picked by: ``live`` (the process works at all),
``startup`` (the start is done); what has neither counts for readiness. A *report* is as bad as its worst entry. A
*publisher* gets reports now and then, without asking.

Not kept of .NET: the log scope of H-09 is the extra ``HealthCheckName`` on this area's own records.
"""

from .builder import HealthChecksBuilder, add_health_checks
from .contracts import HealthCheck, HealthCheckResult, HealthStatus
from .errors import HealthCheckError
from .publishing import HealthPublisher, HealthPublisherOptions, HealthPublisherService
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
    "HealthPublisher",
    "HealthPublisherOptions",
    "HealthPublisherService",
    "HealthReport",
    "HealthReportEntry",
    "HealthStatus",
    "add_health_checks",
]
