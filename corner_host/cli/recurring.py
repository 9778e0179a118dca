"""Recurring jobs of an application that does not run, and their times to come."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from corner_host.hosting import Host
from corner_host.jobs.recurring import RecurringJobRegistration
from corner_host.jobs.registry import JobRegistry
from corner_host.jobs.schedule import Cron, Times

from .errors import CommandError
from .words import dated


@final
@dataclass(frozen=True, slots=True)
class Recurring:
    """A recurring job: its id, the kind of job it puts, and when."""

    id: str
    job: str
    times: Times
    misfire: str


@final
@dataclass(frozen=True, slots=True)
class Upcoming:
    """A time to come: *local* is the clock on the wall, *note* what the change of clocks did."""

    at: datetime
    local: str
    note: str


def schedules(host: Host) -> list[Recurring]:
    """Return the recurring jobs that are registered."""
    registry = host.services.get_service(JobRegistry)
    if registry is None:
        return []
    return [
        Recurring(each.id, registry.of(each.payload).name, each.times, each.misfire)
        for each in host.services.get_services(RecurringJobRegistration)
    ]


def chosen(found: Sequence[Recurring], name: str | None) -> Recurring:
    """Return the one called *name*, or the only one.

    Raises:
        CommandError: There is none of that name, or several.
    """
    if name is None and len(found) == 1:
        return found[0]
    for each in found:
        if each.id == name:
            return each
    there = ", ".join(each.id for each in found) or "none"
    raise CommandError(
        f"There is no schedule {name}. There are: {there}." if name else f"Which one? There are: {there}."
    )


def upcoming(times: Times, now: datetime, zone: str | None) -> Iterator[Upcoming]:
    """Yield the times after *now*, in *zone* or that of the schedule.

    Raises:
        CommandError: There is no such zone.
    """
    name = zone or (times.time_zone if isinstance(times, Cron) else "UTC")
    try:
        shown_in = ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise CommandError(f"{name!r} is no time zone; one is Europe/Madrid.") from None
    before = now.astimezone(shown_in)
    for moment in times.after(now.timestamp()):
        local = datetime.fromtimestamp(moment, UTC).astimezone(shown_in)
        yield Upcoming(local.astimezone(UTC), dated(local), _note(before, local))
        before = local


def _note(before: datetime, local: datetime) -> str:
    """Say when the clocks have changed since the time before this one."""
    was, now = before.utcoffset() or timedelta(), local.utcoffset() or timedelta()
    if was == now:
        return ""
    minutes = round((now - was).total_seconds() / 60)
    return f"the clocks went {'forward' if minutes > 0 else 'back'} by {abs(minutes)} min"
