"""How well the parts are."""

from dataclasses import dataclass
from datetime import datetime
from typing import final


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class CheckSample:
    """What a check answered once: ``Healthy``, ``Degraded`` or ``Unhealthy``, after so many seconds."""

    at: datetime
    status: str
    seconds: float


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class CheckStatus:
    """A health check.

    Args:
        name: Of the registration.
        status: ``Healthy``, ``Degraded``, ``Unhealthy``, or ``Unknown`` before its first answer.
        description: One line.
        seconds: How long the last answer took.
        since: When it changed to this status.
        at: When it answered last.
        tags: ``live``, ``ready``, ``startup``, ``optional``, ...
        error: What it raised, one line.
        data: Facts, as text; secret ones masked.
        history: The last answers, oldest first.
    """

    name: str
    status: str = "Unknown"
    description: str = ""
    seconds: float = 0.0
    since: datetime | None = None
    at: datetime | None = None
    tags: tuple[str, ...] = ()
    error: str = ""
    data: tuple[tuple[str, str], ...] = ()
    history: tuple[CheckSample, ...] = ()


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class HealthOverview:
    """All checks; *status* is the worst of those that are not optional."""

    status: str = "Healthy"
    checks: tuple[CheckStatus, ...] = ()
