"""A job as it lies in the outbox: a job of the SQLite engine, whose payload has all that the real one is put with. Pure."""

import base64
import json
from dataclasses import replace
from typing import Any, Final

from corner_host.jobs.contracts import NewJob
from corner_host.jobs.headers import shown_headers
from corner_host.jobs.info import JobInfo, JobState

QUEUE: Final = "corner_host outbox"
_DUPLICATE_OF: Final = "duplicate_of"


def entry_of(job: NewJob) -> NewJob:
    """Return what is put into the outbox; it has the real one's id, name and key."""
    fields: dict[str, Any] = {
        "queue": job.queue,
        "payload": base64.b64encode(job.payload).decode("ascii"),
        "priority": job.priority,
        "run_at": job.run_at,
        "trace": job.trace,
        "parent": job.parent,
        "run_on": job.run_on,
    }
    return NewJob(id=job.id, name=job.name, queue=QUEUE, payload=json.dumps(fields).encode(), key=job.key)


def job_of(job_id: str, name: str, key: str | None, payload: bytes) -> NewJob:
    """Return the real job of an entry."""
    fields: dict[str, Any] = json.loads(payload)
    fields["payload"] = base64.b64decode(fields["payload"])
    return NewJob(id=job_id, name=name, key=key, **fields)


def result_of(duplicate_of: str | None) -> bytes | None:
    """Return what an entry ends with."""
    return None if duplicate_of is None else json.dumps({_DUPLICATE_OF: duplicate_of}).encode()


def stands_for(entry: JobInfo) -> str:
    """Return the id of the job that a forwarded entry became: its own, or of the one that had its key."""
    result: dict[str, str] | None = entry.result
    return entry.id if result is None else result[_DUPLICATE_OF]


def shown(entry: JobInfo) -> JobInfo:
    """Return the real job as it is shown while it is in the outbox."""
    fields: dict[str, Any] = entry.payload
    try:
        payload: Any = json.loads(base64.b64decode(fields["payload"]))
    except ValueError:
        payload = None
    ended = entry.state.has_ended
    trace, enqueued_by = shown_headers(fields["trace"])
    return replace(
        entry,
        queue=fields["queue"],
        priority=fields["priority"],
        parent=fields["parent"],
        payload=payload,
        trace=trace,
        enqueued_by=enqueued_by,
        state=entry.state if ended else JobState.WAITING,
        attempt=0,
        started_at=None,
        worker=None,
    )
