"""Recurring jobs."""

from dataclasses import dataclass
from datetime import datetime
from typing import final


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduleStatus:
    """A recurring job.

    Args:
        id: Of the registration.
        job: Which job it puts.
        spec: As it was given: ``0 9 * * MON-FRI``, ``every 60 s``.
        words: The same for people: ``At 09:00 on Monday through Friday``.
        time_zone: Of a cron expression; ``UTC`` for periods.
        next: The next times, at most five; none while it is paused.
        last_at: Up to when it was decided.
        last_state: The state of the job that it put last, if that is still kept.
        last_job: Its id.
        last_seconds: How long that ran.
        last_success_at: When one of its jobs succeeded last, if that is still kept.
        durations: Run times of its last jobs in seconds, oldest first, at most 20.
        misfire: ``skip``, ``once`` or ``all``.
        is_paused: Whether it puts nothing.
        paused_until: When it goes on by itself.
        is_registered: False if it is stored, but this program does not know it.
    """

    id: str
    job: str = ""
    spec: str = ""
    words: str = ""
    time_zone: str = "UTC"
    next: tuple[datetime, ...] = ()
    last_at: datetime | None = None
    last_state: str = ""
    last_job: str = ""
    last_seconds: float | None = None
    last_success_at: datetime | None = None
    durations: tuple[float, ...] = ()
    misfire: str = "once"
    is_paused: bool = False
    paused_until: datetime | None = None
    is_registered: bool = True


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduleTime:
    """A time to come, on the clock of the schedule's zone; *note* says what the clocks' change did to it."""

    at: datetime
    local: str
    note: str = ""
