"""A health check by name: how it is made, what a failure means, how long it may take."""

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, final

from corner_host.primitives import Duration, seconds

from .contracts import HealthCheckResult, HealthStatus


@final
@dataclass(frozen=True, slots=True, eq=False)
class HealthCheckRegistration:
    """A health check by name.

    Args:
        name: Unique without regard to case.
        check: A `HealthCheck` class, or a function (``async`` or not) whose annotated parameters are injected and that
            returns a `HealthCheckResult`.
        tags: Words to pick checks by, kept in lower case, such as ``live``, ``ready``, ``startup``.
        failure_status: What an exception or a time-out counts as.
        timeout: Longest time a check may take, above 0; float seconds or a ``timedelta``, infinite for no limit.
        period: How often publishers hear of it, above 0 and finite; None: as often as of the others.

    Raises:
        ValueError: A duration is out of range, or the name is empty.
    """

    name: str
    check: type[Any] | Callable[..., Any]
    tags: frozenset[str]
    failure_status: HealthStatus
    timeout: float
    period: float | None

    def __init__(
        self,
        name: str,
        check: type[Any] | Callable[..., Any],
        *,
        tags: Iterable[str] = (),
        failure_status: HealthStatus = HealthStatus.UNHEALTHY,
        timeout: Duration = 5.0,
        period: Duration | None = None,
    ) -> None:
        if not name.strip():
            raise ValueError("A health check needs a name.")
        object.__setattr__(self, "name", name)
        object.__setattr__(self, "check", check)
        object.__setattr__(self, "tags", frozenset(tag.lower() for tag in tags))
        object.__setattr__(self, "failure_status", failure_status)
        object.__setattr__(self, "timeout", seconds(timeout, f"The timeout of health check {name!r}", above=0.0))
        length = None if period is None else seconds(period, f"The period of health check {name!r}", above=0.0)
        if length is not None and not math.isfinite(length):
            raise ValueError(f"The period of health check {name!r} must come to an end.")
        object.__setattr__(self, "period", length)

    @property
    def has_time_limit(self) -> bool:
        """Whether the check can run out of time."""
        return math.isfinite(self.timeout)

    def failure(self, description: str, error: Exception | None = None) -> HealthCheckResult:
        """Return the answer of a check that could not give one."""
        return HealthCheckResult(self.failure_status, description, {}, error)
