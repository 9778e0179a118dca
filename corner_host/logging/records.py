"""What formatters read from a record: its message, its exception, its named values. Pure.

A record's fields are what its scopes and its ``extra=`` hold. Secrets are masked by `shown`, once, before any handler
sees them: by the name of the field, and by type (pydantic's ``SecretStr`` and its kin).

A record may bring the words in which this product tells it, in ``console_category`` and ``console_message``: `told_by` and
`told_as` give these, else its logger's name and its message. With an empty message it `is_told` to no person, since he has
read of it elsewhere.
"""

import logging
import traceback
from collections.abc import Collection, Iterator, Mapping
from functools import lru_cache
from typing import Any, Final, cast

from corner_host.primitives import MASK, is_secret_key

_BARE: Final = len(logging.makeLogRecord({}).__dict__)
OWN_ATTRIBUTES: Final = frozenset(logging.makeLogRecord({}).__dict__) | {"message", "asctime", "log_scopes"}
"""What a record has in any case; nothing that comes with it may take these names."""
_STANDARD: Final = OWN_ATTRIBUTES | {
    "taskName",  # from Python 3.12
    "trace_id",
    "span_id",
    "color_message",  # uvicorn's second copy of its message
    "console_category",
    "console_message",
}

_PLAIN: Final = frozenset({str, int, float})
_DEEPEST: Final = 8
_DEEPER: Final = "..."

_is_secret = lru_cache(maxsize=1024)(is_secret_key)


def shown(name: str, value: object) -> Any:
    """Return *value* as it may be shown under *name*: itself, or the mask; mappings and lists are looked into.

    What is nested more than eight levels deep is left out, and what cannot even be looked at is named by its class.

    Example:
        >>> shown("payment", {"api_key": "s3cret", "currency": "EUR"})
        {'api_key': '••••••••', 'currency': 'EUR'}
    """
    if type(value) in _PLAIN:
        return MASK if _is_secret(name) else value
    try:
        return _shown(name, value, 0)
    except Exception:  # noqa: BLE001 - an object may fail in any way, and costs nothing but itself
        return f"<{type(value).__name__} that cannot be shown>"


def _shown(name: str, value: object, depth: int) -> Any:
    if value is None or isinstance(value, bool):
        return value
    if _is_secret(name) or hasattr(type(value), "get_secret_value"):
        return MASK
    if (mapping := as_mapping(value)) is not None:
        return (
            _DEEPER if depth >= _DEEPEST else {key: _shown(str(key), item, depth + 1) for key, item in mapping.items()}
        )
    if (items := as_list(value)) is not None:
        return _DEEPER if depth >= _DEEPEST else [_shown(name, item, depth + 1) for item in items]
    return value


def as_mapping(value: object) -> Mapping[Any, Any] | None:
    """Return *value* if it is a mapping."""
    return value if isinstance(value, Mapping) else None  # pyright: ignore[reportUnknownVariableType] - mypy knows it


def as_list(value: object) -> Collection[Any] | None:
    """Return *value* if it is a list, tuple or set."""
    return cast("Collection[Any]", value) if isinstance(value, list | tuple | set | frozenset) else None


def extra_names(record: logging.LogRecord) -> list[str]:
    """Return the names that ``extra=`` gave the record, in their order."""
    fields = record.__dict__
    if len(fields) == _BARE + ("log_scopes" in fields):  # no more than every record has: most are so
        return []
    return [name for name in fields if name not in _STANDARD]


def scopes_of(record: logging.LogRecord) -> tuple[Mapping[str, Any], ...]:
    """Return the scopes that were open when *record* was logged, the outermost first."""
    scopes: tuple[Mapping[str, Any], ...] = getattr(record, "log_scopes", ())
    return scopes


def fields_of(record: logging.LogRecord, *, scopes: bool = True) -> Iterator[tuple[str, Any]]:
    """Yield the record's fields: those of its scopes, outermost first, unless turned off, then those of ``extra=``."""
    if scopes:
        for scope in scopes_of(record):
            yield from scope.items()
    for name in extra_names(record):
        yield name, record.__dict__[name]


def message_of(record: logging.LogRecord) -> str:
    """Return the message with its arguments filled in.

    Arguments that do not fit the template cost the filling, not the record: both are shown as they are.

    Example:
        >>> message_of(logging.makeLogRecord({"msg": "%d orders", "args": ("many",)}))
        "%d orders ('many',)"
    """
    try:
        return record.getMessage()
    except Exception:  # noqa: BLE001 - a log call never raises, whatever the arguments do
        return f"{_text(record.msg)} {_text(record.args)}"


def told_by(record: logging.LogRecord) -> str:
    """Return the category that it is told by."""
    return getattr(record, "console_category", None) or record.name


def is_told(record: logging.LogRecord) -> bool:
    """Tell whether a person is to read of it at all; what a program reads is complete."""
    return getattr(record, "console_message", None) != ""


def told_as(record: logging.LogRecord) -> str:
    """Return the message that is told; its own where a person is to read nothing.

    Example:
        >>> told_as(logging.makeLogRecord({"msg": "Application started.", "console_message": "Started in 0.04 s"}))
        'Started in 0.04 s'
    """
    told: str | None = getattr(record, "console_message", None)
    return told or message_of(record)


def _text(thing: object) -> str:
    try:
        return str(thing)
    except Exception:  # noqa: BLE001 - the same
        return f"<{type(thing).__name__} that has no text>"


def exception_of(record: logging.LogRecord) -> BaseException | None:
    """Return the exception that was logged with the record."""
    return record.exc_info[1] if record.exc_info else None


def trace_of(record: logging.LogRecord) -> str:
    """Return the text of the exception with its causes, and of the stack if it was asked for; empty without them.

    An exception that is logged without its traceback, since it says all there is to know, goes without its causes, too.
    """
    parts: list[str] = []
    if exception_of(record) is not None and record.exc_info is not None:
        kind, error, trace = record.exc_info
        shown = traceback.TracebackException(kind, error, trace, compact=True) if kind and error else None
        if shown is not None and trace is None:
            shown.__cause__, shown.__context__ = None, None
        parts.append("".join(shown.format() if shown else ()).rstrip("\n"))
    elif record.exc_text:
        parts.append(record.exc_text)
    if record.stack_info:
        parts.append(record.stack_info)
    return "\n".join(parts)
