"""The host and its services: overview, services, health, logs, lifecycle."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from corner_host.operations import HostRun, LogQuery, PhaseTime, ServiceStatus
from corner_host.web.dashboard.charts import Chart
from corner_host.web.dashboard.sorting import in_order
from corner_host.web.dashboard.visit import Visit
from corner_host.web.dashboard.words import brief

from .screen import MOST_ROWS

_SERVICE_KEYS: Final[dict[str, Callable[[ServiceStatus], Any]]] = {
    "name": lambda it: brief(it.name).casefold(),
    "state": lambda it: it.state,
    "since": lambda it: it.since,
    "restarts": lambda it: it.restarts,
    "start": lambda it: it.start_seconds,
}
LEVELS: Final = ("Trace", "Debug", "Information", "Warning", "Error", "Critical")


async def overview(visit: Visit) -> Mapping[str, Any]:
    """Return what the first five seconds of an incident need; the host's status is on every page."""
    series = await visit.operations.metrics.series(seconds=3600.0)
    return {"chart": Chart.of(series, "jobs_per_second", "failed_per_second")}


async def services(visit: Visit) -> Mapping[str, Any]:
    """Return the services, and how the last start went."""
    current = await _current_run(visit)
    phases = () if current is None else current.start_phases
    found = in_order(await visit.operations.services.list(), visit.get("sort"), _SERVICE_KEYS)
    return {"services": found, "phases": phases, "total": length(phases)}


async def service(visit: Visit) -> Mapping[str, Any]:
    """Return one service."""
    return {"service": await visit.operations.services.get(visit.get("name"))}


async def health(visit: Visit) -> Mapping[str, Any]:
    """Return the checks with their last answers."""
    return {"health": await visit.operations.health.overview()}


async def logs(visit: Visit) -> Mapping[str, Any]:
    """Return the last records that match, and the levels."""
    before = visit.get("before")
    query = LogQuery(
        level=visit.get("level") if visit.get("level") in LEVELS else None,
        logger=visit.get("logger") or None,
        job_id=visit.get("job") or None,
        trace_id=visit.get("trace") or None,
        text=visit.get("q") or None,
        since=visit.since(),
        before=int(before) if before.isdecimal() else None,
        limit=MOST_ROWS,
    )
    page = await visit.operations.logs.search(query)
    return {"page": page, "levels": await visit.operations.logs.levels(), "level_names": LEVELS}


async def lifecycle(visit: Visit) -> Mapping[str, Any]:
    """Return the lives of the host, the newest first, and one of them in detail."""
    runs = await visit.operations.runs.list(limit=50)
    wanted = visit.get("run")
    shown = next((each for each in runs if each.id == wanted or (not wanted and each.is_current)), None)
    return {"runs": runs, "shown": shown, "total": 0.0 if shown is None else length(shown.start_phases)}


async def _current_run(visit: Visit) -> HostRun | None:
    return next((each for each in await visit.operations.runs.list(limit=5) if each.is_current), None)


def length(phases: tuple[PhaseTime, ...]) -> float:
    """Return how long a start or stop took, by its phases."""
    return max((each.began + each.seconds for each in phases), default=0.0)
