"""Every question and action of the API, in one table; the routes and the OpenAPI document are made from it."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Final, final

from pydantic import BaseModel

from corner_host.operations import Actor, AuditQuery, JobQuery, LogQuery, Operations, contracts

from . import requests
from .requests import Action, Nothing


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A request, checked.

    Args:
        operations: What is asked.
        path: Parameters in the path.
        query: The query.
        body: The body.
        actor: Who asks.
        is_local: Whether it is somebody on the machine who could read the settings files anyway.
    """

    operations: Operations
    path: dict[str, str]
    query: Any
    body: Any
    actor: Actor
    is_local: bool


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """A question or an action.

    Args:
        method: ``GET`` or ``POST``.
        path: Below ``/api/v1``.
        title: What it is, for the document.
        handle: Does it.
        answer: The type of what it gives.
        query: What may be asked.
        body: What an action takes; None for a question.
        media_type: Of the answer.
        reveals: Whether it shows what is masked, which needs a permission of its own, and no other.
    """

    method: str
    path: str
    title: str
    handle: Callable[[Call], Awaitable[Any]]
    answer: Any
    query: type[BaseModel] = Nothing
    body: type[BaseModel] | None = None
    media_type: str = "application/json"
    reveals: bool = False

    @property
    def tag(self) -> str:
        """The noun that it belongs to."""
        return self.path.split("/")[1].partition(".")[0]

    @property
    def name(self) -> str:
        """Unique in the API."""
        parts = [part for part in self.path.replace(".", "/").split("/") if part and not part.startswith("{")]
        one = "One" if "{" in self.path and self.method == "GET" else ""
        return self.method.lower() + "".join(part.title() for part in parts) + one


def _get(
    path: str,
    title: str,
    answer: Any,
    handle: Callable[[Call], Awaitable[Any]],
    *,
    query: type[BaseModel] = Nothing,
    media_type: str = "application/json",
) -> Endpoint:
    return Endpoint(
        method="GET", path=path, title=title, handle=handle, answer=answer, query=query, media_type=media_type
    )


def _post(
    path: str,
    title: str,
    handle: Callable[[Call], Awaitable[Any]],
    *,
    body: type[BaseModel] = Action,
    answer: Any = contracts.ActionResult,
    reveals: bool = False,
) -> Endpoint:
    return Endpoint(method="POST", path=path, title=title, handle=handle, answer=answer, body=body, reveals=reveals)


def _said(call: Call) -> dict[str, Any]:
    """Return who acts and why."""
    return {"by": call.actor, "reason": call.body.reason}


def _jobs(selection: requests.JobSelectionQuery) -> JobQuery:
    names = set(JobQuery.__dataclass_fields__)
    return JobQuery(**{name: value for name, value in dict(selection).items() if name in names})


def _records(query: requests.RecordsQuery) -> LogQuery:
    names = set(LogQuery.__dataclass_fields__)
    return LogQuery(**{name: value for name, value in dict(query).items() if name in names})


async def _audit(call: Call) -> contracts.AuditPage:
    return await call.operations.audit.search(AuditQuery(**dict(call.query)))


async def _follow(call: Call) -> contracts.LogPage:
    return await call.operations.logs.follow(_records(call.query), wait=call.query.wait)


async def _graph_text(call: Call, kind: str) -> str:
    text: str = getattr(await call.operations.graph.get(framework=call.query.framework), kind)
    return text + "\n"


ENDPOINTS: Final = (
    _get("/status", "What the host is doing", contracts.HostStatus, lambda c: c.operations.host.status()),
    _get("/about", "Versions and packages", contracts.About, lambda c: c.operations.host.about()),
    _get("/dump", "Tasks and threads with their stacks", contracts.Dump, lambda c: c.operations.host.dump()),
    _get("/diagnose.zip", "Everything for a support case", bytes, lambda c: c.operations.diagnose(),
         media_type="application/zip"),
    _get("/metrics", "Numbers for Prometheus", str, lambda c: c.operations.metrics.prometheus(),
         media_type="text/plain"),
    _get("/series", "Numbers over time", contracts.TimeSeries,
         lambda c: c.operations.metrics.series(c.query.names, seconds=c.query.seconds), query=requests.SeriesQuery),
    _post("/stop", "Ask the host to stop",
          lambda c: c.operations.host.stop(timeout=c.body.timeout, **_said(c)), body=requests.StopHost),

    _get("/services", "Hosted services", tuple[contracts.ServiceStatus, ...], lambda c: c.operations.services.list()),
    _post("/services/{name:path}/restart", "Run a background service again",
          lambda c: c.operations.services.restart(c.path["name"], **_said(c))),
    _post("/services/{name:path}/stop", "Stop a background service; the host goes on",
          lambda c: c.operations.services.stop(c.path["name"], **_said(c))),
    _post("/services/{name:path}/start", "Start a background service again",
          lambda c: c.operations.services.start(c.path["name"], **_said(c))),
    _post("/services/{name:path}/policy", "Decide what follows its failure or return, until the host ends",
          lambda c: c.operations.services.set_policy(
              c.path["name"], on_failure=c.body.on_failure, on_return=c.body.on_return, **_said(c)),
          body=requests.ServicePolicy),
    _get("/services/{name:path}", "A hosted service", contracts.ServiceDetail,
         lambda c: c.operations.services.get(c.path["name"])),

    _get("/queues", "Queues", tuple[contracts.QueueStatus, ...], lambda c: c.operations.queues.list()),
    _post("/queues/{name:path}/pause", "Begin nothing new",
          lambda c: c.operations.queues.pause(c.path["name"], duration=c.body.seconds, **_said(c)), body=requests.ForATime),
    _post("/queues/{name:path}/resume", "Let a paused or drained queue go on",
          lambda c: c.operations.queues.resume(c.path["name"], **_said(c))),
    _post("/queues/{name:path}/drain", "Work off what is there; in memory, take in nothing new",
          lambda c: c.operations.queues.drain(c.path["name"], dry_run=c.body.dry_run, **_said(c)), body=requests.Counted),
    _post("/queues/{name:path}/concurrency", "Change how many run at once",
          lambda c: c.operations.queues.set_concurrency(c.path["name"], c.body.concurrency, **_said(c)),
          body=requests.Concurrency),
    _post("/queues/{name:path}/purge", "Throw away what waits",
          lambda c: c.operations.queues.purge(c.path["name"], dry_run=c.body.dry_run, **_said(c)), body=requests.Counted),
    _get("/queues/{name:path}/waiting", "What is next in a queue in memory", tuple[contracts.WaitingItem, ...],
         lambda c: c.operations.queues.waiting(c.path["name"], limit=c.query.limit), query=requests.LimitQuery),
    _get("/queues/{name:path}", "A queue", contracts.QueueStatus, lambda c: c.operations.queues.get(c.path["name"])),

    _get("/jobs", "Jobs, newest first", contracts.JobPage, lambda c: c.operations.jobs.search(_jobs(c.query)),
         query=requests.JobPageQuery),
    _get("/jobs/facets", "What jobs can be filtered by", contracts.JobFacets,
         lambda c: c.operations.jobs.facets(_jobs(c.query)), query=requests.JobSelectionQuery),
    _get("/jobs/running", "What runs, and where it waits", tuple[contracts.RunningItem, ...],
         lambda c: c.operations.jobs.running()),
    _post("/jobs/requeue", "Let dead and cancelled jobs run again",
          lambda c: c.operations.jobs.requeue(_jobs(c.body), dry_run=c.body.dry_run, rate=c.body.rate, **_said(c)),
          body=requests.RequeueJobs),
    _post("/jobs/cancel", "Cancel jobs",
          lambda c: c.operations.jobs.cancel(_jobs(c.body), dry_run=c.body.dry_run, **_said(c)), body=requests.JobAction),
    _post("/jobs/delete", "Delete jobs",
          lambda c: c.operations.jobs.delete(_jobs(c.body), dry_run=c.body.dry_run, **_said(c)), body=requests.JobAction),
    _post("/jobs/running/{id}/cancel", "Cancel a work item that runs",
          lambda c: c.operations.jobs.cancel_item(c.path["id"], **_said(c))),
    _post("/jobs/{id}/again", "Put an ended job once more, as it was or with other arguments",
          lambda c: c.operations.jobs.run_again(c.path["id"], payload=c.body.payload, **_said(c)), body=requests.RunAgain),
    _get("/jobs/{id}", "A job", contracts.JobDetail, lambda c: c.operations.jobs.get(c.path["id"])),

    _get("/filters", "Saved filters of the list of jobs", tuple[contracts.SavedFilter, ...],
         lambda c: c.operations.filters.list()),
    _post("/filters", "Keep a filter under a name",
          lambda c: c.operations.filters.save(c.body.name, c.body.query, **_said(c)), body=requests.SaveFilter),
    _post("/filters/delete", "Forget a filter",
          lambda c: c.operations.filters.delete(c.body.name, **_said(c)), body=requests.DeleteFilter),

    _get("/failures", "Failures, grouped", tuple[contracts.FailureGroup, ...],
         lambda c: c.operations.failures.list(since=c.query.since, until=c.query.until, limit=c.query.limit),
         query=requests.FailureQuery),
    _post("/failures/{id}/requeue", "Let the jobs of a group run again",
          lambda c: c.operations.failures.requeue(c.path["id"], dry_run=c.body.dry_run, rate=c.body.rate, **_said(c)),
          body=requests.RequeueGroup),
    _post("/failures/{id}/mute", "Leave a group out of what is failing",
          lambda c: c.operations.failures.mute(c.path["id"], duration=c.body.seconds, **_said(c)), body=requests.Mute),
    _post("/failures/{id}/unmute", "Count a group as failing again",
          lambda c: c.operations.failures.unmute(c.path["id"], **_said(c))),
    _get("/failures/{id}", "A group of failures", contracts.FailureGroup,
         lambda c: c.operations.failures.get(c.path["id"])),

    _get("/schedules", "Recurring jobs", tuple[contracts.ScheduleStatus, ...], lambda c: c.operations.schedules.list()),
    _get("/schedules/{id:path}/preview", "The next times", tuple[contracts.ScheduleTime, ...],
         lambda c: c.operations.schedules.preview(c.path["id"], days=c.query.days, limit=c.query.limit),
         query=requests.PreviewQuery),
    _post("/schedules/{id:path}/run", "Put its job now",
          lambda c: c.operations.schedules.run_now(c.path["id"], **_said(c))),
    _post("/schedules/{id:path}/pause", "Put nothing",
          lambda c: c.operations.schedules.pause(c.path["id"], duration=c.body.seconds, **_said(c)), body=requests.ForATime),
    _post("/schedules/{id:path}/resume", "Let it go on",
          lambda c: c.operations.schedules.resume(c.path["id"], **_said(c))),
    _get("/schedules/{id:path}", "A recurring job", contracts.ScheduleStatus,
         lambda c: c.operations.schedules.get(c.path["id"])),

    _get("/configuration", "Settings and where they come from", contracts.ConfigurationReport,
         lambda c: c.operations.configuration.report(text=c.query.text, section=c.query.section, by_name=c.is_local),
         query=requests.ConfigurationQuery),
    _get("/configuration/explain", "A setting, with every source", contracts.Setting,
         lambda c: c.operations.configuration.explain(c.query.key, by_name=c.is_local), query=requests.SettingQuery),
    _get("/configuration/difference", "What another environment's file changes",
         tuple[contracts.SettingDifference, ...],
         lambda c: c.operations.configuration.difference(c.query.environment, by_name=c.is_local),
         query=requests.EnvironmentQuery),
    _get("/configuration/schema", "A JSON schema of the settings files", dict[str, Any],
         lambda c: c.operations.configuration.schema()),
    _post("/configuration/reveal", "Show a setting unmasked",
          lambda c: c.operations.configuration.reveal(c.body.key, **_said(c)), body=requests.RevealSetting,
          answer=contracts.Setting, reveals=True),
    _post("/configuration/reload", "Read all sources again", lambda c: c.operations.configuration.reload(**_said(c))),

    _get("/health", "Health checks", contracts.HealthOverview, lambda c: c.operations.health.overview()),
    _post("/health/run", "Ask health checks now",
          lambda c: c.operations.health.run(c.body.name, **_said(c)), body=requests.RunHealth,
          answer=contracts.HealthOverview),
    _get("/health/{name:path}", "A health check", contracts.CheckStatus,
         lambda c: c.operations.health.get(c.path["name"])),

    _get("/logs", "The last log records, newest first", contracts.LogPage,
         lambda c: c.operations.logs.search(_records(c.query)), query=requests.RecordsQuery),
    _get("/logs/follow", "Log records as they come", contracts.LogPage, _follow, query=requests.FollowQuery),
    _get("/logs/levels", "Levels of loggers", tuple[contracts.LoggerLevel, ...], lambda c: c.operations.logs.levels()),
    _post("/logs/levels", "Change a level for a time",
          lambda c: c.operations.logs.set_level(c.body.logger, c.body.level, duration=c.body.seconds, **_said(c)),
          body=requests.LevelChange),
    _post("/logs/levels/reset", "Take the change of a level back",
          lambda c: c.operations.logs.reset_level(c.body.logger, **_said(c)), body=requests.LevelReset),

    _get("/runs", "Lives of the host, newest first", tuple[contracts.HostRun, ...],
         lambda c: c.operations.runs.list(limit=c.query.limit), query=requests.LimitQuery),
    _get("/runs/{id}", "A life of the host", contracts.HostRun, lambda c: c.operations.runs.get(c.path["id"])),

    _get("/graph", "The container", contracts.ContainerGraph,
         lambda c: c.operations.graph.get(framework=c.query.framework), query=requests.GraphQuery),
    _get("/graph.mmd", "The container for Mermaid", str, lambda c: _graph_text(c, "mermaid"),
         query=requests.GraphQuery, media_type="text/plain"),
    _get("/graph.dot", "The container for Graphviz", str, lambda c: _graph_text(c, "dot"),
         query=requests.GraphQuery, media_type="text/plain"),

    _get("/caches", "Memory caches", tuple[contracts.CacheStatus, ...], lambda c: c.operations.caches.list()),
    _post("/caches/{name}/clear", "Empty a cache",
          lambda c: c.operations.caches.clear(c.path["name"], key=c.body.key, **_said(c)), body=requests.ClearCache),

    _get("/audit", "Who did what, newest first", contracts.AuditPage, _audit, query=requests.AuditPageQuery),
)  # fmt: skip
"""In the order in which paths are tried."""
