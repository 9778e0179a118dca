"""The two lines that .NET's console writes: ``info: orders.Worker[0]``, and below it the message, indented.

Of our formats it alone speaks .NET's words throughout: a record's own category and message, whatever it brings else.
"""

import logging
from typing import Final

from corner_host.logging.levels import TRACE, level_step
from corner_host.logging.records import message_of, trace_of

from .contracts import FormatterOptions, event_id, fold_lines, indent_lines, scope_arrows

_WORDS: Final = {
    TRACE: "trce",
    logging.DEBUG: "dbug",
    logging.INFO: "info",
    logging.WARNING: "warn",
    logging.ERROR: "fail",
    logging.CRITICAL: "crit",
}
_COLORS: Final = {  # .NET's: foreground and background
    TRACE: "\x1b[37;40m",
    logging.DEBUG: "\x1b[37;40m",
    logging.INFO: "\x1b[32;40m",
    logging.WARNING: "\x1b[1;33;40m",
    logging.ERROR: "\x1b[30;41m",
    logging.CRITICAL: "\x1b[1;37;41m",
}
_RESET: Final = "\x1b[0m"
_INDENT: Final = "      "


class SimpleDotnetFormatter(logging.Formatter):
    """.NET's ``Simple`` format, with ``SingleLine``, ``IncludeScopes`` and ``TimestampFormat`` as there."""

    def __init__(self, options: FormatterOptions) -> None:
        super().__init__()
        self._options = options

    def format(self, record: logging.LogRecord) -> str:
        """Return the record as text without a final line end."""
        options = self._options
        step = level_step(record.levelno)
        word = f"{_COLORS[step]}{_WORDS[step]}{_RESET}" if options.color else _WORDS[step]
        stamp = "" if options.timestamp_format is None else options.time_of(record).strftime(options.timestamp_format)
        header = f"{stamp}{word}: {fold_lines(record.name)}[{event_id(record)}]"
        scopes = scope_arrows(record) if options.include_scopes else ""
        parts = [part for part in (scopes, message_of(record), trace_of(record)) if part]
        if options.single_line:
            return " ".join((header, *map(fold_lines, parts)))
        return "\n".join((header, *(_INDENT + indent_lines(part, _INDENT) for part in parts)))
