"""Events of structlog, as records like all others.

structlog hands its events to the standard ``logging`` when ``structlog.stdlib.ProcessorFormatter.wrap_for_formatter`` is its
last processor: the record's message is then a dictionary, and only structlog's own formatter can read it. `unwrap` turns it
into a message with fields, for every format of ours; handlers that have structlog's formatter see the record as it was.
Nothing of structlog is imported. (Its ``render_to_log_kwargs`` makes ordinary records, which need none of this.)

Source: https://www.structlog.org/en/stable/standard-library.html
"""

import sys
from types import TracebackType
from typing import Any, Final, TypeAlias, cast

from .records import OWN_ATTRIBUTES, as_mapping

_ExcInfo: TypeAlias = tuple[type[BaseException], BaseException, TracebackType | None]

WRAPPED: Final = "_logger"
"""The field that tells such a record."""

_TOLD_ANYWAY: Final = frozenset({"event", "exc_info", "stack", "stack_info", "level", "logger", "timestamp"})


def unwrap(fields: dict[str, Any]) -> None:
    """Put into *fields*, those of a copy of a record, what its event says; a field whose name is taken gets a ``_`` behind it.

    Example:
        >>> fields = {"msg": {"event": "order accepted", "order": 7}, "_logger": None, "_name": "info"}
        >>> unwrap(fields)
        >>> fields["msg"], fields["order"], "_logger" in fields
        ('order accepted', 7, False)
    """
    event = as_mapping(fields["msg"])
    if event is None:
        return
    del fields[WRAPPED]
    fields.pop("_name", None)
    fields["msg"], fields["args"] = str(event.get("event", "")), None
    fields["exc_info"] = _exception(event.get("exc_info")) or fields.get("exc_info")
    fields["stack_info"] = event.get("stack") or fields.get("stack_info")
    for name, value in event.items():
        if name not in _TOLD_ANYWAY:
            fields[f"{name}_" if name in OWN_ATTRIBUTES else str(name)] = value


def _exception(given: Any) -> _ExcInfo | None:
    """Return what structlog's ``exc_info`` stands for: an exception, its three parts, or the one that is being handled."""
    if isinstance(given, BaseException):
        return type(given), given, given.__traceback__
    if isinstance(given, tuple):
        return cast("_ExcInfo", given)
    kind, error, trace = sys.exc_info() if given else (None, None, None)
    return None if kind is None or error is None else (kind, error, trace)
