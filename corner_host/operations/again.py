"""A job put once more as a new one, its arguments as they were or edited."""

import json
from typing import Any

from .contracts import ActionResult
from .errors import ActionRefusedError, InvalidRequestError, UnavailableError, store_told
from .unmasking import changed_fields, unmasked
from .workplace import Workplace


def may_edit(workplace: Workplace) -> bool:
    """Tell whether a job may be put again with other arguments than it had."""
    return workplace.settings.allow_edited_jobs or workplace.environment.is_development()


async def put_again(workplace: Workplace, control: Any, job: Any, handler: Any | None, payload: Any) -> ActionResult:
    """Put a job with the arguments of *job*, which has ended, or with *payload*; see `JobOperations.run_again`."""
    from corner_host.jobs import Enqueued, JobPayloadError  # noqa: PLC0415 - they are in use

    if not job.state.has_ended:
        raise UnavailableError(f"Job {job.id} is {job.state.name}: cancel it first, or wait for its end.")
    try:
        wanted = job.payload if payload is None else unmasked(payload, job.payload)
        data, changed = json.dumps(wanted).encode(), changed_fields(wanted, job.payload)
    except RecursionError:
        raise InvalidRequestError("The payload has too many levels.", field="payload") from None
    if changed and not may_edit(workplace):
        raise ActionRefusedError(
            "Outside Development, jobs are run again as they were (Operations:AllowEditedJobs is false)."
        )
    client = workplace.find("corner_host.jobs", "JobClient")
    if handler is None or client is None:
        raise UnavailableError(f"No handler for {job.name} is registered here, which could check its arguments.")
    can = control.capabilities
    how: dict[str, Any] = {"after": job.id, "run_on": "end"} if can.children else {}
    how |= {"priority": job.priority} if can.priority else {}
    how |= {"key": job.key} if can.unique_key else {}
    try:
        decoded = handler.decode(data)
        with store_told():
            answer = await client.enqueue(decoded, queue=job.queue, **how)
    except JobPayloadError as error:
        raise InvalidRequestError(str(error), field="payload") from None
    if not isinstance(answer, Enqueued):
        told = f"job {answer.id} has the key {job.key}, and waits or runs already"
        return ActionResult(action="jobs.again", target=job.id, message=told, skipped=1)
    told = f"put job {answer.id}" + (f", with other arguments ({changed})" if changed else "")
    return ActionResult(action="jobs.again", target=job.id, message=told, count=1)
