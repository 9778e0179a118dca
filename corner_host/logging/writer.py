"""Formatted records onto one or two outputs."""

import logging
from typing import final

from .levels import OFF
from .output import Output
from .records import is_told


@final
class ConsoleWriter(logging.Handler):
    """Writes records to stdout, and those from a threshold on to stderr.

    Args:
        out: Where records go.
        err: Where records at `threshold` and above go.
    """

    def __init__(self, out: Output, err: Output) -> None:
        super().__init__()
        self._out = out
        self._err = err
        self._gone = False
        self.threshold = OFF

    def handle(self, record: logging.LogRecord) -> bool:
        """Write the record without a lock: one thread writes, and nobody shall wait for it at exit."""
        self.emit(record)
        return True

    def emit(self, record: logging.LogRecord) -> None:
        """Write the record, unless a person reads here, who has read of it. A reader that has gone away ends it, quietly."""
        if self._gone or (getattr(self.formatter, "is_for_people", False) and not is_told(record)):
            return
        try:
            text = self.format(record)
            if text:
                (self._err if record.levelno >= self.threshold else self._out).write(text + "\n")
        except ConnectionError:  # a closed pipe is one, too
            self._gone = True
        except Exception:  # noqa: BLE001 - a record that cannot be written never stops the program
            self.handleError(record)
