"""Views as JSON data."""

import json
from dataclasses import is_dataclass
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from corner_host.operations import Actor, QueueStatus, as_json, contracts


def test_every_view_is_frozen() -> None:
    """OV-1: what is shown cannot be changed by who shows it."""
    views: list[Any] = [getattr(contracts, name) for name in contracts.__all__]

    assert [view for view in views if not is_dataclass(view) or view.__setattr__ is object.__setattr__] == []


def test_times_are_written_in_utc_with_milliseconds() -> None:
    """OV-2: whatever the zone, a time is RFC 3339 in UTC."""
    moment = datetime(2026, 3, 1, 12, 0, 0, 1500, tzinfo=timezone(timedelta(hours=2)))

    assert as_json(moment) == "2026-03-01T10:00:00.001Z"


def test_what_json_cannot_hold_is_null_or_text() -> None:
    """OV-2: the answer is JSON whatever a view holds."""
    written = as_json(
        {"a": float("inf"), 2: {1, 2}, "c": b"x", "d": Actor("ada"), "e": datetime(2026, 1, 1, tzinfo=UTC)}
    )

    assert json.loads(json.dumps(written, allow_nan=False)) == {
        "a": None,
        "2": [1, 2],
        "c": "b'x'",
        "d": {"name": "ada", "via": "code", "address": ""},
        "e": "2026-01-01T00:00:00.000Z",
    }


def test_a_queue_without_a_limit_is_never_full() -> None:
    """OV-3: fill is a share of the capacity, and 0 where there is none."""
    assert (QueueStatus(name="q", depth=9).fill, QueueStatus(name="q", depth=9, capacity=10).fill) == (0.0, 0.9)
