"""What every format is told, and the helpers that several share. Pure."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from logging import Formatter, LogRecord
from typing import Any, Final, final

from corner_host.logging.records import scopes_of

_LINE_ENDS: Final = re.compile(r"\r\n|\r|\n")
_OBEYED: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
"""Control characters, and those that turn the direction of writing."""


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class FormatterOptions:
    """What ``Logging:Console:FormatterOptions`` says, and what the console knows about its output.

    Args:
        single_line: Fold line ends in messages and exceptions to blanks.
        timestamp_format: ``strftime`` format of the time, written as it is, so end it with a blank; None for the
            format's own way.
        use_utc_timestamp: Show UTC instead of local time.
        include_scopes: Show the values of log scopes; None for the format's own way.
        color: Use colours; the console has looked at ``ColorBehavior``, the terminal and ``NO_COLOR``.
        width: Columns of the terminal; None without one.
        fields: Members that every json line has, such as the service's name.
    """

    single_line: bool = False
    timestamp_format: str | None = None
    use_utc_timestamp: bool = False
    include_scopes: bool | None = None
    color: bool = False
    width: int | None = None
    fields: Mapping[str, Any] = field(default_factory=dict[str, Any])

    def time_of(self, record: LogRecord) -> datetime:
        """Return when the record was logged, in the zone that is to be shown."""
        moment = datetime.fromtimestamp(record.created, UTC)
        return moment if self.use_utc_timestamp else moment.astimezone()


FormatterFactory = Callable[[FormatterOptions], Formatter]
"""Makes a formatter for a console; called again when its options are reloaded."""


def fold_lines(text: str) -> str:
    """Return *text* on one line: each line end becomes a blank."""
    return _LINE_ENDS.sub(" ", harmless(text))


def indent_lines(text: str, indent: str) -> str:
    """Return *text* with each line after the first one indented, so that nobody can forge the start of a record."""
    return _LINE_ENDS.sub("\n" + indent, harmless(text))


def harmless(text: str) -> str:
    """Return *text* with control characters made visible, but for ends of lines and tabs: a terminal would obey them."""
    return text if text.isprintable() else _OBEYED.sub(lambda found: ascii(found[0])[1:-1], text)


def scope_arrows(record: LogRecord) -> str:
    """Return the scopes as .NET writes them: ``=> order:1042 => attempt:2``; empty without any."""
    return " ".join("=> " + " ".join(f"{name}:{value}" for name, value in scope.items()) for scope in scopes_of(record))


def event_id(record: LogRecord) -> int:
    """Return the number that ``extra={"event_id": ...}`` gave the record, 0 without one."""
    number = getattr(record, "event_id", 0)
    return number if isinstance(number, int) else 0
