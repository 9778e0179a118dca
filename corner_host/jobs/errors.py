"""What can go wrong with jobs, for those who put them and those who ask after them.

CornerHostError
├── JobRegistrationError (ValueError)     a handler, a recurring job or a setting is wrong
├── JobNotFoundError (LookupError)        nobody knows the job, or its name
├── JobPayloadError (ValueError)          a payload that does not fit, or is too large
├── JobDeadError (RuntimeError)           asked for the result of a job that died
├── JobCancelledError (RuntimeError)      asked for the result of a job that was cancelled
├── JobEngineError (RuntimeError)         the store or server behind the jobs does not work
│   └── JobEngineUnavailableError         its server cannot be reached now, and may be soon
└── NotSupportedByEngineError (RuntimeError)  the engine cannot do what was asked of it
"""

from corner_host.primitives import CornerHostError


class JobRegistrationError(CornerHostError, ValueError):
    """A handler, a recurring job or a setting cannot be as it was given."""


class JobNotFoundError(CornerHostError, LookupError):
    """There is no job of this id, or no handler for this name or payload."""


def unknown_parent(parent: str) -> JobNotFoundError:
    """Return the error for a job that is to run after one that there is not, and so would wait for ever."""
    return JobNotFoundError(
        f"There is no job {parent!r} for another one to run after: it is unknown, or ended so long ago that it is forgotten"
        " (Jobs:RetentionDays). Nothing was stored.\n"
        "To fix: give the id that enqueue returned; where the first job may be that old, leave after out."
    )


class JobPayloadError(CornerHostError, ValueError):
    """A payload does not fit its model, cannot be written as JSON, or is too large."""


class JobDeadError(CornerHostError, RuntimeError):
    """The job whose result was asked for is in the dead letters.

    Attributes:
        job_id: The job.
        reason: What its last attempt ended with.
    """

    def __init__(self, job_id: str, reason: str) -> None:
        super().__init__(
            f"Job {job_id} died: {reason}\n"
            "To see it: await client.dead_letters(); to run it again: await client.requeue(id) once the cause is mended."
        )
        self.job_id = job_id
        self.reason = reason


class JobCancelledError(CornerHostError, RuntimeError):
    """The job whose result was asked for was cancelled.

    Attributes:
        job_id: The job.
    """

    def __init__(self, job_id: str) -> None:
        super().__init__(f"Job {job_id} was cancelled.")
        self.job_id = job_id


class JobEngineError(CornerHostError, RuntimeError):
    """The store or server behind the jobs does not work; the message says which, and what to do."""


class JobEngineUnavailableError(JobEngineError):
    """The server behind the jobs cannot be reached now; when it is down at the start of a host, the host waits for it."""


class NotSupportedByEngineError(CornerHostError, RuntimeError):
    """The configured engine cannot do this; the message names one that can."""
