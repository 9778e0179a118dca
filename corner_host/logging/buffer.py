"""The last records, kept in memory for whoever looks into a running host."""

import logging
from collections import deque
from collections.abc import Callable
from itertools import count
from typing import Any, Final, NamedTuple, final

from .records import exception_of, fields_of, told_as, told_by, trace_of

_MOST_CHARACTERS: Final = 10_000
"""Of a message or a traceback; the rest is cut."""


class KeptRecord(NamedTuple):
    """A log record as it is kept: text, and nothing that would keep objects of the application alive.

    Args:
        id: Counts up from 1.
        created: Seconds since the epoch.
        level: Python's number.
        logger: Its category, as our formats tell it.
        message: The text, likewise.
        fields: Scopes and extras, masked; scalars as they are, all else as text.
        exception: Type and message.
        traceback: Of the exception.
        trace_id: If OpenTelemetry had a span.
    """

    id: int
    created: float
    level: int
    logger: str
    message: str
    fields: tuple[tuple[str, Any], ...] = ()
    exception: str = ""
    traceback: str = ""
    trace_id: str = ""


@final
class LogBuffer(logging.Handler):
    """Keeps the last records that its rules let pass; its name in rules is ``Buffer``.

    A host uses the one that is registered: ``services.add_singleton(LogBuffer, instance=LogBuffer(2000))``. Takes no lock.

    Args:
        capacity: How many records are kept; 0 for none.
    """

    def __init__(self, capacity: int = 2000) -> None:
        super().__init__()
        self.set_name("Buffer")
        self._kept: deque[KeptRecord] = deque(maxlen=capacity)
        self._ids = count(1)
        self._watchers: tuple[Callable[[], object], ...] = ()

    @property
    def capacity(self) -> int:
        """How many records are kept."""
        return self._kept.maxlen or 0

    @property
    def last_id(self) -> int:
        """The number of the newest record; 0 before the first."""
        try:
            return self._kept[-1].id
        except IndexError:
            return 0

    def records(self) -> tuple[KeptRecord, ...]:
        """Return what is kept, oldest first."""
        while True:
            try:
                return tuple(self._kept)
            except RuntimeError:  # another thread has logged meanwhile
                continue

    def handle(self, record: logging.LogRecord) -> bool:
        """Keep the record, unless a filter of this handler is against it."""
        if self.filters and not self.filter(record):
            return False
        self._kept.append(_kept(next(self._ids), record))
        for watcher in self._watchers:
            watcher()
        return True

    def emit(self, record: logging.LogRecord) -> None:
        """Keep the record."""
        self.handle(record)

    def watch(self, callback: Callable[[], object]) -> Callable[[], None]:
        """Have *callback* called, in the thread that logs, after each record; returns what ends it."""
        self._watchers = (*self._watchers, callback)

        def end() -> None:
            self._watchers = tuple(each for each in self._watchers if each is not callback)

        return end


def _kept(number: int, record: logging.LogRecord) -> KeptRecord:
    fields = tuple([(name, _plain(value)) for name, value in fields_of(record)])
    trace_id = record.__dict__.get("trace_id", "")
    known = (number, record.created, record.levelno, told_by(record), told_as(record)[:_MOST_CHARACTERS], fields)
    if not (record.exc_info or record.exc_text or record.stack_info):
        return KeptRecord(*known, "", "", trace_id)
    exception = exception_of(record)
    return KeptRecord(*known, "" if exception is None else _text(exception), _cut(trace_of(record)), trace_id)


def _plain(value: Any) -> Any:
    return value if value is None or isinstance(value, bool | int | float) else _cut(_written(value))


def _written(value: object) -> str:
    try:
        return str(value)
    except Exception as error:  # noqa: BLE001 - a value that has no text does not cost the record
        return f"<{type(value).__name__} whose text fails with {type(error).__name__}>"


def _text(error: BaseException) -> str:
    name = type(error).__name__
    return _cut(f"{name}: {text}" if (text := _written(error)) else name)


def _cut(text: str) -> str:
    """Return *text*, its middle left out if it is long: a traceback's ends tell most."""
    if len(text) <= _MOST_CHARACTERS:
        return text
    half = _MOST_CHARACTERS // 2
    return f"{text[:half]}\n...\n{text[-half:]}"
