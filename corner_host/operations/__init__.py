"""The operator's view: what a host is doing, and the levers.

`Operations` is the way in, by noun: ``await operations.queues.list()``, ``await operations.jobs.search(JobQuery(...))``. It is
plain Python; the JSON API, the dashboard and the command line stand on it, and so can a program.

    builder.services.add_operations(builder.configuration)

Words: a *view* is a frozen value of ``contracts``; an *action* changes something, takes who acts (`Actor`) and why, and leaves
a line in the *audit*, also when it is refused or fails. A *run* is one life of the host, from start to end.

- ``contracts/``: every view
- ``operations``: the way in; one file beside it for each noun
- ``encoding``: views as JSON data
- ``settings``, ``registration``: the section ``Operations``

Each name is loaded when it is asked for, so that a command that only looks for running hosts (``registry``) begins at once.

What is kept is bounded and costs little: the last log records and an hour of numbers in memory, runs and audit in files of
the state directory. Secrets are masked before they come into a view.
"""

from importlib import import_module
from typing import Any

_ROOMS = {
    "audit": ("AuditOperations",),
    "caches": ("CacheOperations",),
    "configuration": ("ConfigurationOperations",),
    "contracts": (
        "About",
        "ActionResult",
        "Actor",
        "AuditEntry",
        "AuditPage",
        "AuditQuery",
        "CacheStatus",
        "CheckSample",
        "CheckStatus",
        "CodePlace",
        "ConfigurationReport",
        "ContainerGraph",
        "Dump",
        "FacetValue",
        "FailureGroup",
        "GraphEdge",
        "GraphNode",
        "HealthOverview",
        "HostRun",
        "HostStatus",
        "JobDetail",
        "JobFacets",
        "JobHistoryEvent",
        "JobPage",
        "JobQuery",
        "JobSummary",
        "LogEntry",
        "LoggerLevel",
        "LogPage",
        "LogQuery",
        "LoopStatus",
        "PackageVersion",
        "PhaseTime",
        "QueueStatus",
        "Rates",
        "RunningItem",
        "ScheduleStatus",
        "ScheduleTime",
        "Series",
        "ServiceDependency",
        "ServiceDetail",
        "ServiceStatus",
        "Setting",
        "SettingDifference",
        "SettingLayer",
        "StateChange",
        "TaskStack",
        "ThreadStack",
        "TimeMark",
        "TimeSeries",
    ),
    "encoding": ("as_json",),
    "errors": (
        "ActionRefusedError",
        "InvalidRequestError",
        "NotFoundError",
        "OperationsError",
        "UnavailableError",
    ),
    "failures": ("FailureOperations",),
    "graph": ("GraphOperations",),
    "health": ("HealthOperations",),
    "host": ("HostOperations",),
    "jobs": ("JobOperations",),
    "logs": ("LogOperations",),
    "metrics": ("MetricsOperations",),
    "operations": ("Operations",),
    "queues": ("QueueOperations",),
    "registration": ("add_operations",),
    "runs": ("RunOperations",),
    "schedules": ("ScheduleOperations",),
    "services": ("ServiceOperations",),
}
_ROOM_OF = {name: room for room, names in _ROOMS.items() for name in names}

__all__ = sorted(_ROOM_OF)  # noqa: PLE0605 - the stub beside this file names them  # pyright: ignore[reportUnsupportedDunderAll]


def __getattr__(name: str) -> Any:
    if name not in _ROOM_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = globals()[name] = getattr(import_module(f"{__name__}.{_ROOM_OF[name]}"), name)
    return value
