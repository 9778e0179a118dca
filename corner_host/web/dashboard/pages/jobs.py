"""Durable jobs, one or many, and failures."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Final

from corner_host.operations import FacetValue, FailureGroup, JobDetail
from corner_host.web.dashboard.filters import job_query, saved
from corner_host.web.dashboard.snippets import as_test
from corner_host.web.dashboard.sorting import in_order
from corner_host.web.dashboard.tracebacks import frames_of
from corner_host.web.dashboard.visit import RANGES, Visit

_FAILURE_KEYS: Final[dict[str, Callable[[FailureGroup], Any]]] = {
    "count": lambda it: it.count,
    "error": lambda it: it.error_type.casefold(),
    "place": lambda it: it.place or None,
    "last": lambda it: it.last_at,
    "first": lambda it: it.first_at,
}
STATES: Final = ("WAITING", "SCHEDULED", "RUNNING", "SUCCEEDED", "DEAD", "CANCELLED")
_KINDS: Final = {"SUCCEEDED": "done", "FAILED": "failed", "DIED": "failed", "WORKER_LOST": "failed"}


async def jobs(visit: Visit) -> Mapping[str, Any]:
    """Return the page of jobs that the address asks for."""
    query = job_query(visit.request.query_params, visit.now)
    facets = await visit.operations.jobs.facets(
        replace(query, states=(), cursor=None, sort=None)
    )  # the tabs tell of every state
    counts = {each.value: each.count for each in facets.states}
    return {
        "page": await visit.operations.jobs.search(query),
        "worker_options": _workers(facets.workers, query.worker),
        "saved": await visit.operations.filters.list(),
        "current": saved(visit.request.query_params),
        "facets": facets,
        "states": [(state, counts.get(state, 0)) for state in STATES],
        "ranges": tuple(RANGES),
    }


def _workers(running: Sequence[FacetValue], chosen: str | None) -> list[tuple[str, str]]:
    """Return the processes to choose from: those in which something runs, and the one that is chosen."""
    options = {each.value: f"{each.value} ({each.count})" for each in running}
    if chosen is not None:
        options.setdefault(chosen, chosen)
    return [*options.items()]


async def job(visit: Visit) -> Mapping[str, Any]:
    """Return one job, with its life as a timeline and its traceback in frames."""
    detail = await visit.operations.jobs.get(visit.get("id"))
    begin = detail.job.enqueued_at.timestamp()
    end = (detail.job.finished_at or visit.now).timestamp()
    return {
        "detail": detail,
        "timeline": timeline(detail, end),
        "total": max(0.001, end - begin),
        "frames": frames_of(detail.traceback),
        "test": as_test(detail.job.name, detail.payload),
    }


def timeline(detail: JobDetail, end: float) -> list[tuple[float, float, str]]:
    """Return the job's life as parts of (begin, length, kind): waiting, each attempt, the gaps between them."""
    begin = at = detail.job.enqueued_at.timestamp()
    parts: list[tuple[float, float, str]] = []
    attempts = [(each.started_at, each.at, _KINDS.get(each.event, "run")) for each in detail.history if each.started_at]
    started = detail.job.started_at
    if started is not None and detail.job.state == "RUNNING":
        attempts.append((started, datetime.fromtimestamp(end, UTC), "run"))
    for number, (start, stop, kind) in enumerate(attempts):
        if start.timestamp() > at:
            parts.append((at - begin, start.timestamp() - at, "gap" if number else "wait"))
        at = stop.timestamp()
        parts.append((start.timestamp() - begin, at - start.timestamp(), kind))
    if end > at and detail.job.finished_at is None:
        parts.append((at - begin, end - at, "gap" if attempts else "wait"))
    return parts


async def failures(visit: Visit) -> Mapping[str, Any]:
    """Return the failures of a range, one row for each kind."""
    return {
        "groups": in_order(
            await visit.operations.failures.list(since=visit.since("24h")), visit.get("sort"), _FAILURE_KEYS
        ),
        "range": visit.get("range", "24h"),
        "ranges": tuple(RANGES),
    }


async def failure(visit: Visit) -> Mapping[str, Any]:
    """Return one kind of failure."""
    group = await visit.operations.failures.get(visit.get("id"))
    return {"group": group, "frames": frames_of(group.traceback)}
