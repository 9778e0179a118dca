"""What the operator's view shows, as values: what `Operations` answers, and the JSON API writes.

Frozen dataclasses, without behaviour. Times are aware, in UTC; durations float seconds; shares from 0 to 1. Secrets are
masked already. `corner_host.operations.as_json` writes each of them.
"""

from corner_host.primitives.door import door

__getattr__, __dir__ = door(
    __name__,
    {
        "common": (
            "ActionResult",
            "Actor",
            "CodePlace",
        ),
        "configuration": (
            "ConfigurationReport",
            "Setting",
            "SettingDifference",
            "SettingLayer",
        ),
        "health": (
            "CheckSample",
            "CheckStatus",
            "HealthOverview",
        ),
        "host": (
            "About",
            "Dump",
            "HostStatus",
            "LoopStatus",
            "PackageVersion",
            "Rates",
            "TaskStack",
            "ThreadStack",
        ),
        "runs": ("HostRun", "PhaseTime"),
        "jobs": (
            "FacetValue",
            "FailureGroup",
            "JobDetail",
            "JobFacets",
            "JobHistoryEvent",
            "JobPage",
            "JobQuery",
            "JobSummary",
            "SavedFilter",
        ),
        "logs": (
            "LogEntry",
            "LoggerLevel",
            "LogPage",
            "LogQuery",
        ),
        "parts": (
            "AuditEntry",
            "AuditPage",
            "AuditQuery",
            "CacheStatus",
            "ContainerGraph",
            "GraphEdge",
            "GraphNode",
            "Series",
            "TimeMark",
            "TimeSeries",
        ),
        "schedules": (
            "ScheduleStatus",
            "ScheduleTime",
        ),
        "services": (
            "ServiceDependency",
            "ServiceDetail",
            "ServiceStatus",
            "StateChange",
        ),
        "work": (
            "QueueDrain",
            "QueueStatus",
            "RunningItem",
            "WaitingItem",
        ),
    },
)
