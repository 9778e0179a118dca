"""Names what was queued and never ran, so that whoever queued it can be found."""

import logging
from collections.abc import Sequence

from .work_item import WorkItem

_log = logging.getLogger("corner_host.queue")
_NAMES_PER_LINE = 50


def report_not_run(items: Sequence[WorkItem], *, is_told: bool = False) -> None:
    """Log the names of *items* with their ids, some to a record, which has as ``losses`` their arguments' hash and trace, too.

    Not to a person who has been told already.
    """
    for start in range(0, len(items), _NAMES_PER_LINE):
        some = items[start : start + _NAMES_PER_LINE]
        names = ", ".join(f"{item.name} ({item.id})" for item in some)
        extra: dict[str, object] = {"losses": [loss_of(item, item.id) for item in some]}
        if is_told:
            extra["console_message"] = ""
        _log.warning("Not run, %d to %d of %d: %s", start + 1, start + len(some), len(items), names, extra=extra)


def loss_of(item: WorkItem, name: str) -> dict[str, str]:
    """Return what a record says of *item*, which goes by the id *name*, and is lost."""
    fields = {"name": item.name, "id": name, "arguments": item.arguments, "trace_id": item.trace_id}
    return {name: value for name, value in fields.items() if value}
