from .common import ActionResult, Actor, CodePlace
from .configuration import ConfigurationReport, Setting, SettingDifference, SettingLayer
from .health import CheckSample, CheckStatus, HealthOverview
from .host import About, Dump, HostStatus, LoopStatus, PackageVersion, Rates, TaskStack, ThreadStack
from .jobs import FacetValue, FailureGroup, JobDetail, JobFacets, JobHistoryEvent, JobPage, JobQuery, JobSummary
from .logs import LogEntry, LoggerLevel, LogPage, LogQuery
from .parts import (
    AuditEntry,
    AuditPage,
    AuditQuery,
    CacheStatus,
    ContainerGraph,
    GraphEdge,
    GraphNode,
    Series,
    TimeMark,
    TimeSeries,
)
from .runs import HostRun, PhaseTime
from .schedules import ScheduleStatus, ScheduleTime
from .services import ServiceDependency, ServiceDetail, ServiceStatus, StateChange
from .work import QueueStatus, RunningItem

__all__ = [
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
    "LogPage",
    "LogQuery",
    "LoggerLevel",
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
]
