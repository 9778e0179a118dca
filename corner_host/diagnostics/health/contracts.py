"""What a health check is asked, and what it answers."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any, Protocol, final, runtime_checkable


class HealthStatus(IntEnum):
    """How well something is; the smaller, the worse, so that ``min`` gives the worst.

    Example:
        >>> min(HealthStatus.HEALTHY, HealthStatus.DEGRADED).name
        'DEGRADED'
    """

    UNHEALTHY = 0
    """It does not work."""
    DEGRADED = 1
    """It works, but less well than it should."""
    HEALTHY = 2
    """It works."""

    @property
    def title(self) -> str:
        """``Healthy``, ``Degraded``, ``Unhealthy``: the words of .NET's plain text answer."""
        return self.name.capitalize()


@final
@dataclass(frozen=True, slots=True)
class HealthCheckResult:
    """What a check found.

    Args:
        status: How well it is.
        description: One line for a person.
        data: Facts for whoever wants them.
        error: The exception behind it, if there was one.
        is_expected: Whether it is no news to whoever reads the log, however bad it is: somebody has asked for it.

    Example:
        >>> HealthCheckResult.degraded("answers slowly", seconds=2.5).data
        {'seconds': 2.5}
    """

    status: HealthStatus
    description: str = ""
    data: Mapping[str, Any] = field(default_factory=dict[str, Any])
    error: Exception | None = None
    is_expected: bool = False

    @classmethod
    def healthy(cls, description: str = "", **data: Any) -> "HealthCheckResult":
        """It works."""
        return cls(HealthStatus.HEALTHY, description, data)

    @classmethod
    def degraded(cls, description: str = "", **data: Any) -> "HealthCheckResult":
        """It works, but less well than it should."""
        return cls(HealthStatus.DEGRADED, description, data)

    @classmethod
    def unhealthy(cls, description: str = "", **data: Any) -> "HealthCheckResult":
        """It does not work."""
        return cls(HealthStatus.UNHEALTHY, description, data)


@runtime_checkable
class HealthCheck(Protocol):
    """Something that can say how well it is.

    A check is resolved from a scope of its own each time, so that it may depend on scoped services. It is cancelled, as
    anyio tasks are, when its time is up.
    """

    async def check(self) -> HealthCheckResult:
        """Say how well it is. To raise is to answer with the failure status of the registration."""
        ...
