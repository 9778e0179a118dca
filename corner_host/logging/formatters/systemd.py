"""One line a record for the journal, which reads the level from ``<6>`` and adds the time itself."""

import logging
from typing import Final

from corner_host.logging.levels import TRACE, level_step
from corner_host.logging.records import told_as, told_by, trace_of

from .contracts import FormatterOptions, event_id, fold_lines, scope_arrows

_PRIORITIES: Final = {
    TRACE: 7,
    logging.DEBUG: 7,
    logging.INFO: 6,
    logging.WARNING: 4,
    logging.ERROR: 3,
    logging.CRITICAL: 2,
}


class SystemdFormatter(logging.Formatter):
    """The lines of .NET's ``Systemd`` format, in our words: ``<6>orders.Worker[0] Order accepted``.

    Source of the prefix: https://www.freedesktop.org/software/systemd/man/latest/sd-daemon.html
    """

    def __init__(self, options: FormatterOptions) -> None:
        super().__init__()
        self._options = options

    def format(self, record: logging.LogRecord) -> str:
        """Return the record as text without a final line end."""
        options = self._options
        stamp = "" if options.timestamp_format is None else options.time_of(record).strftime(options.timestamp_format)
        parts = [
            f"<{_PRIORITIES[level_step(record.levelno)]}>{stamp}{told_by(record)}[{event_id(record)}]",
            scope_arrows(record) if options.include_scopes else "",
            told_as(record),
            trace_of(record),
        ]
        return fold_lines(" ".join(part for part in parts if part))
