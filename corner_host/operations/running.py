"""Work items of the queue in memory that run now."""

from typing import Any

from corner_host.hosting import Place

from .contracts import CodePlace, RunningItem
from .places import code_place
from .workplace import Workplace

KIND = "memory"


def memory_items(workplace: Workplace) -> list[RunningItem]:
    """Return what runs, each with the line where it waits; to be called in the host's event loop."""
    control: Any | None = workplace.find("corner_host.background", "QueueControl")
    if control is None:
        return []
    status = control.status()
    times = status.numbers.processing_time
    usual = times.p95 if times.count else None
    return [
        RunningItem(
            id=str(each.id),
            name=each.name,
            queue=status.name,
            kind=KIND,
            started_at=each.started_at,
            seconds=each.seconds,
            usual_seconds=usual,
            waiting_at=_place(each.waiting_at, workplace),
            can_cancel=True,
        )
        for each in control.located()
    ]


def _place(place: Place | None, workplace: Workplace) -> CodePlace | None:
    if place is None or not place.file:
        return None
    return code_place(place.file, place.line, place.function, workplace.environment.content_root_path)
