"""What a round of health checks found."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, final

from .contracts import HealthStatus


@final
@dataclass(frozen=True, slots=True)
class HealthReportEntry:
    """What one check found, and how long it took (float seconds)."""

    status: HealthStatus
    description: str
    duration: float
    tags: frozenset[str] = frozenset()
    data: Mapping[str, Any] = field(default_factory=dict[str, Any])
    error: Exception | None = None


@final
@dataclass(frozen=True, slots=True)
class HealthReport:
    """What a round of checks found: an entry a check, by name, and the time of the whole round (float seconds).

    Example:
        >>> HealthReport({}, 0.0).status.title
        'Healthy'
    """

    entries: Mapping[str, HealthReportEntry]
    duration: float

    @property
    def status(self) -> HealthStatus:
        """The worst status of all entries; healthy when there are none."""
        return min((entry.status for entry in self.entries.values()), default=HealthStatus.HEALTHY)
