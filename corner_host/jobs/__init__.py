"""Durable jobs: work that survives kill -9.

A *job* is a payload in a store; a *handler* runs it, in a scope of its own, on whichever process claims it. A job is
stored when ``await client.enqueue(payload)`` returns, and runs at least once: make handlers so that running twice does no
harm. An *attempt* is counted when it is claimed, so that a job which kills its process ends in the *dead letters* like
one that raises too often. On stop, what runs may finish for a while, and is then given back, uncounted.

    class SendReceipt(BaseModel):
        order_id: int

    async def send_receipt(job: SendReceipt, mailer: Mailer) -> None: ...

    builder.services.add_jobs(builder.configuration)
    builder.services.add_job_handler(SendReceipt, send_receipt, retry=RetryPolicy(max_attempts=3))

    await client.enqueue(SendReceipt(order_id=7), key="receipt:7")

Order of a job:
    put (``WAITING``, or ``SCHEDULED`` for later), claimed (``RUNNING``), and then ``SUCCEEDED``, or ``SCHEDULED`` for
    another attempt, or ``DEAD``; ``CANCELLED`` from anywhere but the end.

What is asked of an engine that it cannot do is refused where it is asked for. Recurring jobs that were missed, jobs of a
paused queue, and jobs over a limit wait in the store and not in a worker. An operator looks at jobs, and puts them right,
by `JobControl`. While a server behind the jobs is away, the host runs and is not ready.

The logger ``corner_host.queue`` tells of jobs (one line an attempt) and of what a stop makes of each queue, as it does of the
queue in memory; ``corner_host.jobs``, and its children, of what is behind them: the engine, the worker, schedules.

Not kept of Hangfire and Quartz.NET: jobs as recorded method calls (a name and a payload survive a deploy), a lock or a
semaphore that is waited for inside a worker (limits are checked when claiming), workflows beyond one level of children.

- ``client``: putting jobs and asking after them; ``control``: an operator's chair; ``info``: what both answer
- ``registry``, ``registration``, ``support``: which handler runs which job, and whether the engine can
- ``dispatch``, ``limits``, ``handlers``, ``context``, ``failure``: one attempt, the same on every engine
- ``middleware``, ``telemetry``: what is put around all jobs, and their metrics
- ``retry``, ``schedule``, ``history``: when a job runs again, and what is kept of an attempt (pure)
- ``headers``, ``families``: what travels with a job, who put it among that; jobs after others (pure)
- ``store``, ``recurring``, ``worker``, ``stopping``, ``depths``: the services behind it
- ``contracts``, ``records``: the port for engines; ``engines/`` has them, each a side door
"""

from .client import JobClient
from .context import JobContext
from .contracts import (
    Again,
    Cancelled,
    Capabilities,
    Dead,
    Delivery,
    Done,
    Duplicate,
    Enqueued,
    Failure,
    JobEngine,
    JobSchedules,
    NewJob,
    Outcome,
    RateLimit,
    Released,
    Schedule,
    Subscription,
)
from .control import JobControl, ScheduleInfo
from .errors import (
    JobCancelledError,
    JobDeadError,
    JobEngineError,
    JobEngineUnavailableError,
    JobNotFoundError,
    JobPayloadError,
    JobRegistrationError,
    NotSupportedByEngineError,
)
from .info import (
    BulkAnswer,
    FailureGroup,
    JobCount,
    JobEvent,
    JobEventKind,
    JobFilter,
    JobInfo,
    JobState,
    QueueDepth,
    QueuePause,
)
from .middleware import EnqueueMiddleware, RunMiddleware
from .records import JobQueues, JobRecords
from .registration import add_job_handler, add_jobs, add_recurring_job
from .retry import JobFailed, RetryLater, RetryPolicy

__all__ = [
    "Again",
    "BulkAnswer",
    "Cancelled",
    "Capabilities",
    "Dead",
    "Delivery",
    "Done",
    "Duplicate",
    "EnqueueMiddleware",
    "Enqueued",
    "Failure",
    "FailureGroup",
    "JobCancelledError",
    "JobClient",
    "JobContext",
    "JobControl",
    "JobCount",
    "JobDeadError",
    "JobEngine",
    "JobEngineError",
    "JobEngineUnavailableError",
    "JobEvent",
    "JobEventKind",
    "JobFailed",
    "JobFilter",
    "JobInfo",
    "JobNotFoundError",
    "JobPayloadError",
    "JobQueues",
    "JobRecords",
    "JobRegistrationError",
    "JobSchedules",
    "JobState",
    "NewJob",
    "NotSupportedByEngineError",
    "Outcome",
    "QueueDepth",
    "QueuePause",
    "RateLimit",
    "Released",
    "RetryLater",
    "RetryPolicy",
    "RunMiddleware",
    "Schedule",
    "ScheduleInfo",
    "Subscription",
    "add_job_handler",
    "add_jobs",
    "add_recurring_job",
]
