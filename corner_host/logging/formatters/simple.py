"""One line a record, for people: ``12:30:01.104 info  orders.Worker           Order accepted                   order=1042``."""

import logging
from typing import ClassVar, Final, NamedTuple

from corner_host.logging.levels import TRACE, level_step
from corner_host.logging.records import extra_names, scopes_of, told_as, told_by, trace_of

from .contracts import FormatterOptions, fold_lines, indent_lines

_WORDS: Final = {
    TRACE: "trace",
    logging.DEBUG: "debug",
    logging.INFO: "info ",
    logging.WARNING: "warn ",
    logging.ERROR: "error",
    logging.CRITICAL: "crit ",
}
_COLORS: Final = {
    TRACE: "\x1b[90m",
    logging.DEBUG: "\x1b[90m",
    logging.INFO: "\x1b[32m",
    logging.WARNING: "\x1b[33m",
    logging.ERROR: "\x1b[31m",
    logging.CRITICAL: "\x1b[1;37;41m",
}
_CATEGORY_WIDTH: Final = 22
"""Columns that a category fills at least, so that messages stand below one another."""

_FIELDS_FROM: Final = 33
_FIELDS_EVERY: Final = 21
_GAP: Final = 3
"""Fields begin at one of a few columns, and not close behind the message, so that they stand below one another."""

_FOR_MACHINES: Final = frozenset({"event_id", "event_name", "losses"})
"""Fields that tell a person nothing that the message does not."""


class SimpleLine(NamedTuple):
    """The parts of a line, ready to be put together.

    *fields* bring the blanks before them. *more* are the message's further lines, behind the fields; like those of *trace* they
    are indented below the message.
    """

    step: int
    time: str
    word: str
    category: str
    message: str
    fields: str
    more: str
    trace: str


class SimpleFormatter(logging.Formatter):
    """Time, level, category, message, and the fields behind its first line; further lines are indented below it.

    Attributes:
        is_for_people: Whether a console leaves out what a person has read already, see ``records.is_told``.
    """

    is_for_people: ClassVar = True

    def __init__(self, options: FormatterOptions) -> None:
        super().__init__()
        self._options = options

    def format(self, record: logging.LogRecord) -> str:
        """Return the record as text without a final line end."""
        line = self.line_of(record)
        word = f"{_COLORS[line.step]}{line.word}\x1b[0m" if self._options.color else line.word
        return f"{line.time}{word} {line.category}  {line.message}{line.fields}{line.more}{line.trace}"

    def line_of(self, record: logging.LogRecord, *, with_trace: bool = True) -> SimpleLine:
        """Return the parts of the record's line."""
        step = level_step(record.levelno)
        time = self._time(record)
        word, category = _WORDS[step], f"{fold_lines(told_by(record)):<{_CATEGORY_WIDTH}}"
        indent = " " * (len(time) + len(word) + len(category) + 3)
        trace = trace_of(record) if with_trace else ""
        message, fields, trace = (self._fitted(text, indent) for text in (told_as(record), self._fields(record), trace))
        if trace:
            trace = f" {trace}" if self._options.single_line else f"\n{indent}{trace}"
        first, line_end, rest = message.partition("\n")
        if fields:
            fields = " " * (_column_behind(len(first)) - len(first)) + fields
        return SimpleLine(step, time, word, category, first, fields, line_end + rest, trace)

    def _fitted(self, text: str, indent: str) -> str:
        return fold_lines(text) if self._options.single_line else indent_lines(text, indent)

    def _time(self, record: logging.LogRecord) -> str:
        moment = self._options.time_of(record)
        if self._options.timestamp_format is not None:
            return moment.strftime(self._options.timestamp_format)
        return f"{moment:%H:%M:%S}.{moment.microsecond // 1000:03} "

    def _fields(self, record: logging.LogRecord) -> str:
        """Return the scopes, of that of a job its id alone, the trace, and what ``extra=`` gave."""
        shown: dict[str, object] = {}
        for scope in scopes_of(record) if self._options.include_scopes is not False else ():
            shown.update({"job": scope["job_id"]} if "job_id" in scope else scope)
        if (trace := getattr(record, "trace_id", None)) is not None:
            shown["trace"] = trace
        shown.update((name, record.__dict__[name]) for name in extra_names(record) if name not in _FOR_MACHINES)
        return " ".join(f"{name}={value}" for name, value in shown.items())


def _column_behind(length: int) -> int:
    """Return where the fields begin behind a message of so many characters."""
    column = _FIELDS_FROM
    while column < length + _GAP:
        column += _FIELDS_EVERY
    return column
