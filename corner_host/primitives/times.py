"""Times of day and durations as the standard library has them. Pure.

What only names them does so in quotes, ``"primitives.Duration"``, since ``datetime`` takes a while to load and many programs
never need it.
"""

from datetime import UTC, datetime, timedelta
from typing import TypeAlias

Duration: TypeAlias = float | timedelta
"""Float seconds or a ``datetime.timedelta``."""

TimeOfDay: TypeAlias = datetime
"""An aware ``datetime.datetime``, in UTC."""


def utc_now() -> TimeOfDay:
    """Return what the machine's clock shows."""
    return datetime.now(UTC)


def total_seconds(value: object) -> float | None:
    """Return the seconds of a ``timedelta``; None for anything else."""
    return value.total_seconds() if isinstance(value, timedelta) else None
