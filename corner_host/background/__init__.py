"""Work that is to be done soon, by this process, outside of whoever asks for it.

Words: *work* is something to call; queued, it is a *work item*; a *worker* of `QueuedHostedService` runs one item at a
time.

Order of things, for one item: it is queued (waiting while the queue is full); a worker takes it, highest priority
first, else in order of arrival; a scope of services is opened if it takes any; it runs, within its timeout; the scope is
closed; it is counted as completed, failed or cancelled. What is queued and never run is counted as not run, and named
in the log when the host stops.

The queue lives in memory. What must survive the process belongs to ``corner_host.jobs``.
"""

from .accounts import MetricsSnapshot, Outcome, ProcessingTime
from .contracts import ShutdownMode
from .errors import QueueClosedError, WorkItemTimeoutError
from .hosted_service import QueuedHostedService
from .metrics import MetricsService
from .options import QueueOptions
from .queue import BackgroundTaskQueue
from .registration import add_background_jobs
from .work_item import WorkItem

__all__ = [
    "BackgroundTaskQueue",
    "MetricsService",
    "MetricsSnapshot",
    "Outcome",
    "ProcessingTime",
    "QueueClosedError",
    "QueueOptions",
    "QueuedHostedService",
    "ShutdownMode",
    "WorkItem",
    "WorkItemTimeoutError",
    "add_background_jobs",
]
