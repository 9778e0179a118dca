"""Names what was queued and never ran, so that whoever queued it can be found."""

import logging
from collections.abc import Sequence

from .work_item import WorkItem

_log = logging.getLogger("corner_host.queue")
_NAMES_PER_LINE = 50


def report_not_run(items: Sequence[WorkItem], *, is_told: bool = False) -> None:
    """Log the names of *items*, some to a line; not to a person who has been told already."""
    extra = {"console_message": ""} if is_told else None
    for start in range(0, len(items), _NAMES_PER_LINE):
        names = ", ".join(item.name for item in items[start : start + _NAMES_PER_LINE])
        end = min(start + _NAMES_PER_LINE, len(items))
        _log.warning("Not run, %d to %d of %d: %s", start + 1, end, len(items), names, extra=extra)
