"""What a host logged, to be asked by a test."""

import logging
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, final

from corner_host.primitives import CornerHostError

_SHOWN = 40
_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "log_scopes", "taskName"}


@final
@dataclass(frozen=True, slots=True)
class LogLine:
    """One record, as it was shown to the log's providers: secrets are masked.

    Attributes:
        logger: The logger's name.
        level: Python's number.
        message: The text, with its arguments filled in.
        fields: What ``extra=`` and the open log scopes gave, the inner scopes winning.
        error: The exception it was logged with.
        record: The record itself.
    """

    logger: str
    level: int
    message: str
    fields: Mapping[str, Any] = field(repr=False)
    error: BaseException | None = field(repr=False)
    record: logging.LogRecord = field(repr=False)

    def __str__(self) -> str:
        text = f"{logging.getLevelName(self.level).lower():8}{self.logger}  {self.message}"
        return text if self.error is None else f"{text}\n        {type(self.error).__name__}: {self.error}"


@final
class UnexpectedLogError(CornerHostError, AssertionError):
    """A host's log is not as a test says it is."""


@final
class LogCollector(logging.Handler):
    """Keeps what a host logs; one of the log's providers, so that its rules and scopes count.

    Example:
        >>> logs = LogCollector()
        >>> logging.getLogger("shop.Till").addHandler(logs)
        >>> logging.getLogger("shop.Till").warning("Drawer %d is open", 3, extra={"till": 7})
        >>> logs.count("is open"), logs.lines[0].fields
        (1, {'till': 7})
        >>> logs.assert_contains("Drawer 4")
        Traceback (most recent call last):
            ...
        corner_host.testing.logs.UnexpectedLogError: Nothing was logged that contains 'Drawer 4'.
        What was logged:
          warning shop.Till  Drawer 3 is open
    """

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[LogLine] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep *record*."""
        fields = {name: value for name, value in vars(record).items() if name not in _STANDARD}
        for scope in getattr(record, "log_scopes", ()):
            fields.update(scope)
        error = record.exc_info[1] if record.exc_info else None
        self.lines.append(LogLine(record.name, record.levelno, record.getMessage(), fields, error, record))

    def matching(
        self, text: str | re.Pattern[str] = "", *, logger: str = "", level: int | str = logging.NOTSET
    ) -> list[LogLine]:
        """Return the lines that contain *text*, at least at *level*, of loggers whose name begins with *logger*."""
        return list(self._find(text, logger, level))

    def count(self, text: str | re.Pattern[str] = "", *, logger: str = "", level: int | str = logging.NOTSET) -> int:
        """Return how many lines match; see `matching`."""
        return len(self.matching(text, logger=logger, level=level))

    def assert_contains(
        self, text: str | re.Pattern[str], *, logger: str = "", level: int | str = logging.NOTSET
    ) -> LogLine:
        """Return the first line that matches.

        Raises:
            UnexpectedLogError: There is none.
        """
        for line in self._find(text, logger, level):
            return line
        wanted = text if isinstance(text, str) else text.pattern
        raise UnexpectedLogError(f"Nothing was logged that contains {wanted!r}.\n{self._told(self.lines)}")

    def assert_no_errors(self) -> None:
        """Say so if anything was logged as an error or worse.

        Raises:
            UnexpectedLogError: There is such a line.
        """
        errors = self.matching(level=logging.ERROR)
        if errors:
            raise UnexpectedLogError(
                f"{len(errors)} errors were logged.\n{self._told(errors)}\n"
                "To allow them: host_factory(..., allow_errors=True)."
            )

    def clear(self) -> None:
        """Forget all lines."""
        self.lines.clear()

    def _find(self, text: str | re.Pattern[str], logger: str, level: int | str) -> Iterator[LogLine]:
        lowest = level if isinstance(level, int) else logging.getLevelNamesMapping()[level.upper()]
        for line in self.lines:
            found = text in line.message if isinstance(text, str) else text.search(line.message)
            if found and line.level >= lowest and line.logger.startswith(logger):
                yield line

    @staticmethod
    def _told(lines: list[LogLine]) -> str:
        if not lines:
            return "Nothing was logged at all."
        left_out = len(lines) - _SHOWN
        head = "What was logged:" if left_out <= 0 else f"What was logged ({left_out} lines before are left out):"
        return "\n".join((head, *(f"  {line}" for line in lines[-_SHOWN:])))
