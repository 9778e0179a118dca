"""Views as JSON data: the one place that decides how they are written.

Names stay as they are; times are RFC 3339 in UTC with milliseconds; what JSON cannot hold (infinity, bytes, anything
else) becomes null or text.
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import fields, is_dataclass
from datetime import UTC, datetime
from enum import Enum
from functools import cache
from typing import Any


def as_json(value: Any) -> Any:
    """Return *value*, a view or a collection of views, as ``json.dumps`` takes it.

    Example:
        >>> from corner_host.operations import Actor
        >>> as_json((Actor("ada", via="socket"), datetime(2026, 1, 2, tzinfo=UTC), math.inf))
        [{'name': 'ada', 'via': 'socket', 'address': ''}, '2026-01-02T00:00:00.000Z', None]
    """
    if value is None or value.__class__ in {str, int, bool}:
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    if isinstance(value, Enum):
        return as_json(value.value)
    if is_dataclass(value) and not isinstance(value, type):
        return {name: as_json(getattr(value, name)) for name in _names(type(value))}
    several: Any = value  # narrowed, checkers would not know what is in it
    if isinstance(value, Mapping):
        return {str(key): as_json(item) for key, item in several.items()}
    if isinstance(value, Iterable) and not isinstance(value, str | bytes):
        return [as_json(item) for item in several]
    return str(value)


@cache
def _names(kind: Any) -> tuple[str, ...]:
    return tuple(each.name for each in fields(kind))
