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

What is kept is bounded and costs little: the last log records and an hour of numbers in memory, runs and audit in files of
the state directory. Secrets are masked before they come into a view.
"""

from .audit import AuditOperations
from .caches import CacheOperations
from .configuration import ConfigurationOperations
from .contracts import (
    About,
    ActionResult,
    Actor,
    AuditEntry,
    AuditPage,
    AuditQuery,
    CacheStatus,
    CheckSample,
    CheckStatus,
    CodePlace,
    ConfigurationReport,
    ContainerGraph,
    Dump,
    FacetValue,
    FailureGroup,
    GraphEdge,
    GraphNode,
    HealthOverview,
    HostRun,
    HostStatus,
    JobDetail,
    JobFacets,
    JobHistoryEvent,
    JobPage,
    JobQuery,
    JobSummary,
    LogEntry,
    LoggerLevel,
    LogPage,
    LogQuery,
    LoopStatus,
    PackageVersion,
    PhaseTime,
    QueueStatus,
    Rates,
    RunningItem,
    ScheduleStatus,
    ScheduleTime,
    Series,
    ServiceDependency,
    ServiceDetail,
    ServiceStatus,
    Setting,
    SettingDifference,
    SettingLayer,
    StateChange,
    TaskStack,
    ThreadStack,
    TimeMark,
    TimeSeries,
)
from .encoding import as_json
from .errors import ActionRefusedError, InvalidRequestError, NotFoundError, OperationsError, UnavailableError
from .failures import FailureOperations
from .graph import GraphOperations
from .health import HealthOperations
from .host import HostOperations
from .jobs import JobOperations
from .logs import LogOperations
from .metrics import MetricsOperations
from .operations import Operations
from .queues import QueueOperations
from .registration import add_operations
from .runs import RunOperations
from .schedules import ScheduleOperations
from .services import ServiceOperations

__all__ = [
    "About",
    "ActionRefusedError",
    "ActionResult",
    "Actor",
    "AuditEntry",
    "AuditOperations",
    "AuditPage",
    "AuditQuery",
    "CacheOperations",
    "CacheStatus",
    "CheckSample",
    "CheckStatus",
    "CodePlace",
    "ConfigurationOperations",
    "ConfigurationReport",
    "ContainerGraph",
    "Dump",
    "FacetValue",
    "FailureGroup",
    "FailureOperations",
    "GraphEdge",
    "GraphNode",
    "GraphOperations",
    "HealthOperations",
    "HealthOverview",
    "HostOperations",
    "HostRun",
    "HostStatus",
    "InvalidRequestError",
    "JobDetail",
    "JobFacets",
    "JobHistoryEvent",
    "JobOperations",
    "JobPage",
    "JobQuery",
    "JobSummary",
    "LogEntry",
    "LogOperations",
    "LogPage",
    "LogQuery",
    "LoggerLevel",
    "LoopStatus",
    "MetricsOperations",
    "NotFoundError",
    "Operations",
    "OperationsError",
    "PackageVersion",
    "PhaseTime",
    "QueueOperations",
    "QueueStatus",
    "Rates",
    "RunOperations",
    "RunningItem",
    "ScheduleOperations",
    "ScheduleStatus",
    "ScheduleTime",
    "Series",
    "ServiceDependency",
    "ServiceDetail",
    "ServiceOperations",
    "ServiceStatus",
    "Setting",
    "SettingDifference",
    "SettingLayer",
    "StateChange",
    "TaskStack",
    "ThreadStack",
    "TimeMark",
    "TimeSeries",
    "UnavailableError",
    "add_operations",
    "as_json",
]
