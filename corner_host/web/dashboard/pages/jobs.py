"""Durable jobs, one or many, and failures."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from corner_host.operations import JobDetail, JobHistoryEvent
from corner_host.web.dashboard.filters import job_query
from corner_host.web.dashboard.tracebacks import frames_of
from corner_host.web.dashboard.visit import RANGES, Visit

STATES: Final = ("WAITING", "SCHEDULED", "RUNNING", "SUCCEEDED", "DEAD", "CANCELLED")
_KINDS: Final = {"claimed": "run", "failed": "gap", "released": "gap", "requeued": "gap"}


async def jobs(visit: Visit) -> Mapping[str, Any]:
    """Return the page of jobs that the address asks for."""
    query = job_query(visit.request.query_params, visit.now)
    facets = await visit.operations.jobs.facets(replace(query, states=(), cursor=None))  # the tabs tell of every state
    counts = {each.value: each.count for each in facets.states}
    return {
        "page": await visit.operations.jobs.search(query),
        "facets": facets,
        "states": [(state, counts.get(state, 0)) for state in STATES],
        "ranges": tuple(RANGES),
    }


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
    }


def timeline(detail: JobDetail, end: float) -> list[tuple[float, float, str]]:
    """Return the job's life as parts of (begin, length, kind): waiting, each attempt, the gaps between them."""
    begin = detail.job.enqueued_at.timestamp()
    parts: list[tuple[float, float, str]] = []
    at, kind = begin, "wait"
    for event in detail.history:
        moment = event.at.timestamp()
        following = _kind_after(event, detail)
        if following is not None:
            if moment > at:
                parts.append((at - begin, moment - at, kind))
            at, kind = moment, following
    if not detail.history and detail.job.started_at is not None:
        started = detail.job.started_at.timestamp()
        parts.append((0.0, started - begin, "wait"))
        at, kind = started, _run_kind(detail)
    if end > at and kind != "over":
        parts.append((at - begin, end - at, kind))
    return parts


def _kind_after(event: JobHistoryEvent, detail: JobDetail) -> str | None:
    name = event.event.lower()
    if name in {"claimed", "started", "running"}:
        is_last = event.attempt >= detail.job.attempt
        return _run_kind(detail) if is_last else "failed"
    if name in {"succeeded", "dead", "cancelled"}:
        return "over"
    return _KINDS.get(name)


def _run_kind(detail: JobDetail) -> str:
    return {"DEAD": "failed", "SUCCEEDED": "done"}.get(detail.job.state, "run")


async def failures(visit: Visit) -> Mapping[str, Any]:
    """Return the failures of a range, one row for each kind."""
    return {
        "groups": await visit.operations.failures.list(since=visit.since("24h")),
        "range": visit.get("range", "24h"),
        "ranges": tuple(RANGES),
    }


async def failure(visit: Visit) -> Mapping[str, Any]:
    """Return one kind of failure."""
    group = await visit.operations.failures.get(visit.get("id"))
    return {"group": group, "frames": frames_of(group.traceback)}
