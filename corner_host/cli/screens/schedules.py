"""Recurring jobs of a running host: whether they are alive. Pure."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, TypeAlias

from corner_host.cli.words import clock, clock_in, table

Data: TypeAlias = Mapping[str, Any]


def schedule_rows(schedules: Sequence[Data], now: datetime) -> list[str]:
    """Return each with its times, when it runs next, and how it went last.

    Args:
        schedules: The answer of ``/schedules``.
        now: The time, aware.
    """
    return table(
        [
            (
                each["id"],
                each["job"],
                each["words"] or each["spec"],
                next_run(each, now),
                each["last_state"] or "-",
                clock(each["last_success_at"]),
                f"misfire {each['misfire']}" + ("" if each["is_registered"] else ", not registered here"),
            )
            for each in schedules
        ],
        head=("schedule", "job", "times", "next", "last", "last success", ""),
    )


def next_run(schedule: Data, now: datetime) -> str:
    """Return when it runs next on the clock of its own zone, which the words beside it are of as well.

    Example:
        >>> from datetime import UTC
        >>> soon = {"is_paused": False, "next": ["2026-11-25T14:00:00Z"], "time_zone": "Europe/Madrid"}
        >>> next_run(soon, datetime(2026, 11, 25, 12, tzinfo=UTC)), next_run({"is_paused": True}, datetime.now(UTC))
        ('15:00:00 CET', 'paused')
    """
    if schedule["is_paused"]:
        return "paused"
    if not schedule["next"]:
        return "-"
    return clock_in(schedule["time_zone"], datetime.fromisoformat(schedule["next"][0]), now)
