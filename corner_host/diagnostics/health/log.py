"""What a round of health checks writes down; the ids are .NET's."""

import logging
from typing import Final

from .contracts import HealthStatus
from .report import HealthReport, HealthReportEntry

LOGGER: Final = logging.getLogger("corner_host.health")
_LEVELS: Final = {
    HealthStatus.HEALTHY: logging.DEBUG,
    HealthStatus.DEGRADED: logging.WARNING,
    HealthStatus.UNHEALTHY: logging.ERROR,
}


def begun() -> None:
    """A round begins."""
    LOGGER.debug("Running health checks", extra={"event_id": 100})


def ended(report: HealthReport) -> None:
    """A round has ended."""
    LOGGER.debug(
        "Health checks ended after %.1f ms: %s", report.duration * 1000, report.status.title, extra={"event_id": 101}
    )


def check_begun(name: str) -> None:
    """One check begins."""
    LOGGER.debug("Running health check %s", name, extra={"event_id": 102, "HealthCheckName": name})


def check_ended(name: str, entry: HealthReportEntry, *, is_expected: bool) -> None:
    """One check has ended; degraded is a warning, unhealthy an error, unless that is what was asked for."""
    LOGGER.log(
        logging.DEBUG if is_expected else _LEVELS[entry.status],
        "Health check %s: %s after %.1f ms%s%s",
        name,
        entry.status.title,
        entry.duration * 1000,
        ", " if entry.description else "",
        entry.description,
        exc_info=entry.error,
        extra={"event_id": 103 if entry.error is None else 104, "HealthCheckName": name},
    )
    if entry.data:
        LOGGER.debug(
            "Health check %s tells: %s", name, dict(entry.data), extra={"event_id": 105, "HealthCheckName": name}
        )


def publisher_failed(name: str, error: Exception) -> None:
    """A publisher did not take a report."""
    LOGGER.error(
        "Health publisher %s failed: %s",
        name,
        str(error) or type(error).__name__,
        exc_info=error,
        extra={"event_id": 104},
    )
