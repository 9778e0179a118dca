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

Each name is loaded when it is asked for: a host pays for what is looked at, and a command that only looks for running hosts
(``registry``) begins at once.

What is kept is bounded and costs little: the last log records and an hour of numbers in memory, runs, audit and saved
filters in files of the state directory. Secrets are masked before they come into a view.
"""

from corner_host.primitives.door import door

__getattr__, __dir__ = door(
    __name__,
    {
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
            "QueueDrain",
            "QueueStatus",
            "Rates",
            "RunningItem",
            "WaitingItem",
            "SavedFilter",
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
        "filters": ("FilterOperations",),
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
    },
    seldom=("diagnosis",),
)
