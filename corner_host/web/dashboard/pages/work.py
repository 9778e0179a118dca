"""What waits, what runs, what recurs."""

from collections.abc import Mapping
from typing import Any

from corner_host.operations import Series, TimeSeries
from corner_host.web.dashboard.visit import Visit

from .screen import MOST_ROWS


async def queues(visit: Visit) -> Mapping[str, Any]:
    """Return the queues, each with its depth over the last hour."""
    series = await visit.operations.metrics.series(seconds=3600.0)
    return {"queues": await visit.operations.queues.list(), "depths": depths(series)}


def depths(series: TimeSeries) -> dict[str, Series]:
    """Return the series of each queue's depth, by the queue's name."""
    return {each.name.partition(":")[2]: each for each in series.series if each.name.startswith("depth:")}


async def running(visit: Visit) -> Mapping[str, Any]:
    """Return what runs, the longest-running first."""
    found = await visit.operations.jobs.running()
    return {"items": sorted(found, key=lambda each: -each.seconds)[:MOST_ROWS], "total": len(found)}


async def schedules(visit: Visit) -> Mapping[str, Any]:
    """Return the recurring jobs."""
    return {"schedules": await visit.operations.schedules.list()}


async def schedule(visit: Visit) -> Mapping[str, Any]:
    """Return one recurring job, and its times of the next days."""
    found = await visit.operations.schedules.get(visit.get("id"))
    return {"schedule": found, "times": await visit.operations.schedules.preview(found.id, days=30.0, limit=200)}
