"""When a recurring job is due, and what becomes of the times that were missed.

Pure: times are seconds since the epoch, UTC. Every node asks the same questions of the same stored time and gets the same
answers, so that no leader is needed.

Source of cron's rules on the days that clocks change: Debian's cron, as kept by the library cronsim.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final, Literal, TypeAlias, final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from .errors import JobRegistrationError

Misfire: TypeAlias = Literal["skip", "once", "all"]
MISFIRES: Final = ("skip", "once", "all")
_ON_TIME_SECONDS: Final = 5.0
"""A time that passed no longer ago than this was not missed."""
_MOST_AT_ONCE: Final = 1000
"""As many missed times are made up for at most."""


@final
@dataclass(frozen=True, slots=True)
class Every:
    """Once a period, on the grid of the epoch; *seconds* from 1."""

    seconds: float

    def __post_init__(self) -> None:
        if not (math.isfinite(self.seconds) and self.seconds >= 1):
            raise JobRegistrationError(f"every must be at least 1 second, not {self.seconds!r}")

    def __str__(self) -> str:
        return f"every {self.seconds:g} s"

    def after(self, moment: float) -> Iterator[float]:
        """Yield the times after *moment*, the earliest first."""
        tick = math.floor(moment / self.seconds) - 1  # the division rounds; the comparison below is exact
        while True:
            if tick * self.seconds > moment:
                yield tick * self.seconds
            tick += 1


@final
@dataclass(frozen=True, slots=True)
class Cron:
    """By a cron expression of five fields, in a time zone."""

    expression: str
    time_zone: str = "UTC"

    def __post_init__(self) -> None:
        try:
            zone = ZoneInfo(self.time_zone)
        except (ZoneInfoNotFoundError, ValueError, OSError) as error:
            raise JobRegistrationError(f"{self.time_zone!r} is no time zone; one is Europe/Madrid.") from error
        cronsim = _cronsim()
        try:
            next(cronsim.CronSim(self.expression, datetime(2026, 1, 1, tzinfo=zone)))
        except (cronsim.CronSimError, StopIteration) as error:
            raise JobRegistrationError(
                f"{self.expression!r} is no cron expression that ever comes: {error or 'no such day'}.\n"
                "It has five fields: minute, hour, day, month, weekday; '0 9 * * MON-FRI' is 09:00 on working days."
            ) from error

    def __str__(self) -> str:
        return f"cron {self.expression} ({self.time_zone})"

    def after(self, moment: float) -> Iterator[float]:
        """Yield the times after *moment*, the earliest first."""
        start = datetime.fromtimestamp(moment, UTC).astimezone(ZoneInfo(self.time_zone))
        for found in _cronsim().CronSim(self.expression, start):
            yield found.timestamp()


Times: TypeAlias = Every | Cron


def due(times: Times, *, last: float, now: float, misfire: Misfire) -> tuple[list[float], float]:
    """Return the times to run for, and the time up to which all is decided.

    Args:
        times: When it is due.
        last: Up to where it was decided before.
        now: The time.
        misfire: What becomes of times that were missed: ``skip`` them, run ``once`` for all, or run for ``all``.

    Example:
        >>> due(Every(60), last=0, now=185, misfire="once")
        ([180], 180)
        >>> due(Every(60), last=0, now=185, misfire="all")
        ([60, 120, 180], 180)
        >>> due(Every(60), last=0, now=200, misfire="skip")
        ([], 180)
    """
    passed: list[float] = []
    for moment in times.after(last):
        if moment > now:
            break
        passed.append(moment)
        if len(passed) > _MOST_AT_ONCE:
            passed.pop(0)
    if not passed:
        return [], last
    if misfire == "all":
        return passed, passed[-1]
    if misfire == "skip" and now - passed[-1] > _ON_TIME_SECONDS:
        return [], passed[-1]
    return passed[-1:], passed[-1]


def _cronsim() -> Any:
    try:
        import cronsim  # noqa: PLC0415 - an extra
    except ImportError as error:
        raise JobRegistrationError(
            "cron= needs the package cronsim.\nTo fix: pip install 'corner-host[jobs]'."
        ) from error
    return cronsim
