"""One JSON object a line, for machines.

Members, in this order: ``timestamp`` (RFC 3339), ``level``, ``logger``, ``message``, ``trace_id`` and ``span_id`` where
OpenTelemetry has a span, the fields of the host (``environment``, ``service``, and where it has them ``version``, that of
the installed distribution, and ``host``, the machine's name), the values of log scopes and of ``extra=``, and
``exception.type``, ``exception.message``, ``exception.stacktrace`` (OpenTelemetry's names).
"""

import json
import logging
import math
import os
import sys
from datetime import UTC, date, datetime
from typing import Any, Final

from corner_host.logging.levels import TRACE, level_step
from corner_host.logging.records import as_list, as_mapping, exception_of, fields_of, told_as, told_by, trace_of
from corner_host.primitives import name_of

from .contracts import FormatterOptions, fold_lines

_WORDS: Final = {
    TRACE: "trace",
    logging.DEBUG: "debug",
    logging.INFO: "info",
    logging.WARNING: "warning",
    logging.ERROR: "error",
    logging.CRITICAL: "critical",
}
_DEEPEST: Final = 8
"""Levels of nesting that are written as JSON; what lies deeper is written as text."""


class JsonFormatter(logging.Formatter):
    """A record as one JSON object; a field that would hide one of the record's own members gets a ``_`` behind it."""

    def __init__(self, options: FormatterOptions) -> None:
        super().__init__()
        self._options = options
        self._fields: dict[str, Any] | None = None

    def format(self, record: logging.LogRecord) -> str:
        """Return the record as one line without a final line end."""
        options = self._options
        members: dict[str, Any] = {
            "timestamp": self._time(record),
            "level": _WORDS[level_step(record.levelno)],
            "logger": told_by(record),
            "message": told_as(record),
        }
        for name in ("trace_id", "span_id"):
            if (value := getattr(record, name, None)) is not None:
                members[name] = value
        if self._fields is None:  # looked up by the thread that writes, and not before the host has started
            self._fields = {**options.fields, **_identity(str(options.fields.get("service", "")))}
        members.update(self._fields)
        own = frozenset(members)
        for name, value in fields_of(record, scopes=options.include_scopes is not False):
            members[f"{name}_" if name in own else name] = _plain(value)
        if (exception := exception_of(record)) is not None:
            members["exception.type"] = name_of(type(exception))
            members["exception.message"] = _text(exception)
        if trace := trace_of(record):
            members["exception.stacktrace"] = fold_lines(trace) if options.single_line else trace
        return json.dumps(members, ensure_ascii=False, separators=(",", ":"))

    def _time(self, record: logging.LogRecord) -> str:
        if self._options.timestamp_format is not None:
            return self._options.time_of(record).strftime(self._options.timestamp_format)
        moment = datetime.fromtimestamp(record.created, UTC)
        return moment.isoformat(timespec="milliseconds").removesuffix("+00:00") + "Z"


def _identity(service: str) -> dict[str, str]:
    """Return the version of *service*, if it is an installed distribution, and the name of this machine; nothing for nobody."""
    if not service:
        return {}
    host = os.uname().nodename if sys.platform != "win32" else os.environ.get("COMPUTERNAME", "")
    return {name: value for name, value in (("version", _version_of(service)), ("host", host)) if value}


def _version_of(distribution: str) -> str:
    """Return the version that stands in a folder's name; ``importlib.metadata`` takes fifty times as long to load and look."""
    wanted = _folded(distribution)
    for folder in sys.path:
        try:
            entries = os.listdir(folder or os.curdir)  # noqa: PTH208 - no paths are made of hundreds of names
        except OSError:
            continue
        for entry in entries:
            name, _, version = entry.removesuffix(".dist-info").partition("-")
            if entry.endswith(".dist-info") and _folded(name) == wanted:
                return version
    return ""


def _folded(name: str) -> str:
    """Return the name of a distribution as names are compared."""
    return name.replace("-", "_").replace(".", "_").lower()


def _plain(value: Any, depth: int = 0) -> Any:
    """Return *value* as JSON can hold it: literals stay, times become ISO text, everything else its ``str()``."""
    if value is None or isinstance(value, str | bool | int):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value)
    if isinstance(value, datetime | date):
        return value.isoformat()
    if depth < _DEEPEST:
        if (mapping := as_mapping(value)) is not None:
            return {str(key): _plain(item, depth + 1) for key, item in mapping.items()}
        if (items := as_list(value)) is not None:
            return [_plain(item, depth + 1) for item in items]
    return _text(value)


def _text(value: object) -> str:
    try:
        return str(value)
    except Exception as error:  # noqa: BLE001 - a value that has no text does not cost the record
        return f"<{type(value).__name__} whose text fails with {type(error).__name__}>"
