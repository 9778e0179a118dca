"""What waits, what runs, what recurs."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from corner_host.operations import RunningItem, Series, TimeSeries
from corner_host.web.dashboard.sorting import in_order
from corner_host.web.dashboard.visit import Visit

from .screen import MOST_ROWS

_SHOWN_WAITING: Final = 10
_RUNNING_KEYS: Final[dict[str, Callable[[RunningItem], Any]]] = {
    "work": lambda it: it.name.casefold(),
    "for": lambda it: it.seconds,
    "queue": lambda it: it.queue,
    "place": lambda it: None if it.waiting_at is None else str(it.waiting_at),
}


async def queues(visit: Visit) -> Mapping[str, Any]:
    """Return the queues, each with its depth over the last hour."""
    series = await visit.operations.metrics.series(seconds=3600.0)
    found = await visit.operations.queues.list()
    following = {
        each.name: await visit.operations.queues.waiting(each.name, limit=_SHOWN_WAITING)
        for each in found
        if each.kind == "memory" and each.depth
    }
    return {"queues": found, "depths": depths(series), "following": following}


def depths(series: TimeSeries) -> dict[str, Series]:
    """Return the series of each queue's depth, by the queue's name."""
    return {each.name.partition(":")[2]: each for each in series.series if each.name.startswith("depth:")}


async def running(visit: Visit) -> Mapping[str, Any]:
    """Return what runs, the longest-running first."""
    found = await visit.operations.jobs.running()
    return {"items": in_order(found, visit.get("sort") or "-for", _RUNNING_KEYS)[:MOST_ROWS], "total": len(found)}


async def schedules(visit: Visit) -> Mapping[str, Any]:
    """Return the recurring jobs."""
    return {"schedules": await visit.operations.schedules.list()}


async def schedule(visit: Visit) -> Mapping[str, Any]:
    """Return one recurring job, and its times of the next days."""
    found = await visit.operations.schedules.get(visit.get("id"))
    return {"schedule": found, "times": await visit.operations.schedules.preview(found.id, days=30.0, limit=200)}
