"""Work that is to be done soon, by this process, outside of whoever asks for it.

Words: *work* is something to call; queued, it is a *work item*. A *worker* of `QueuedHostedService` runs one item at a time.
The *depth* is how many items wait.

Order of things, for one item: it is queued, waiting while the queue is full; a worker takes it, the highest priority
first, equals in order of arrival; a scope of services is opened if it takes any; it is called, within its timeout, with its
arguments, the token and the services; the scope is closed; it is counted as completed, failed or cancelled.

Order of the end: the queue closes; by `ShutdownMode` the rest is run, or given up, or cut; what is still there when the
host's time is up is cancelled, token first. What was never run is counted as not run, and named in the log, with its id, a
hash of its arguments and its trace. All of this is told by the logger ``corner_host.queue``.

What an item is called: nothing, until somebody asks; then its id is the same while it waits, runs, and in what is told of its
end. It costs those nothing that nobody asks about (see ``item_ids``).

So the accounts always add up: queued = completed + failed + cancelled + not_run + depth + running.

What an item gets: a scope of its own, so it must not be given services of the request that queued it, which end before
it; of the caller's context variables those that ``carry`` lists; of the caller's trace a link, where OpenTelemetry's SDK is
in use. Items run in the task of their worker; one that changes context variables is the last one of its worker.

What an operator gets: `QueueControl`, which shows what waits, runs and has failed, and where each item waits that runs;
pauses the queue for a time, changes how many items run at once, cancels one, and throws away what waits.

What it costs: a closure that is queued and taken in one event loop passes without a lock and without an object of its own
(see ``line``), which is why the time it was queued is that of its turn of the loop, to a millisecond or so. Of the four
times that ``await f()`` costs in a loop, two are Python's own: to call and await a method with such a signature, and ``f``.

Where to look: ``queue`` (what callers use), ``line`` (what it is made of), ``lanes`` (its order), ``consumers`` and
``waiters`` (who waits), ``items``, ``work_item`` and ``calls`` (what an item is, and how it is called), ``injection`` (its
services), ``item_ids``, ``arguments`` and ``not_run`` (what is told of it),
``worker``, ``workers`` and ``hosted_service`` (who runs it, and the end), ``accounts`` and ``metrics`` (the numbers),
``control``, ``views``, ``observations``, ``rates`` and ``failures`` (the operator's view), ``telemetry`` (OpenTelemetry),
``settings`` and ``registration`` (the section ``BackgroundJobs``).

Not kept of .NET, which has the queue only as a sample: work that must be a closure (arguments are given along), and a
service that stops on the first item it cannot call. The queue lives in memory; what must survive the process belongs to
``corner_host.jobs``.
"""

from .accounts import MetricsSnapshot, Outcome, ProcessingTime
from .contracts import ShutdownMode
from .control import QueueControl
from .errors import QueueClosedError, WorkItemTimeoutError
from .hosted_service import QueuedHostedService
from .metrics import MetricsService
from .options import QueueOptions
from .queue import BackgroundTaskQueue
from .registration import add_background_jobs
from .views import FailedItem, QueueDrain, QueuePause, QueueStatus, RunningItem, WaitingItem
from .work_item import WorkItem

__all__ = [
    "BackgroundTaskQueue",
    "FailedItem",
    "MetricsService",
    "MetricsSnapshot",
    "Outcome",
    "ProcessingTime",
    "QueueClosedError",
    "QueueControl",
    "QueueDrain",
    "QueueOptions",
    "QueuePause",
    "QueueStatus",
    "QueuedHostedService",
    "RunningItem",
    "ShutdownMode",
    "WaitingItem",
    "WorkItem",
    "WorkItemTimeoutError",
    "add_background_jobs",
]
