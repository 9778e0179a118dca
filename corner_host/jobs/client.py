"""Putting jobs, and asking after them."""

import math
from collections.abc import Sequence
from datetime import datetime
from typing import Any, final

import anyio

from corner_host.diagnostics.metrics import find_meter
from corner_host.diagnostics.origin import current_origin
from corner_host.diagnostics.tracing import publish
from corner_host.primitives import Clock, Duration, seconds

from .contracts import Duplicate, Enqueued, JobEngine, NewJob
from .errors import JobCancelledError, JobDeadError, JobNotFoundError, JobPayloadError
from .headers import headers_text
from .identifiers import new_job_id
from .info import JobFilter, JobInfo, JobState
from .middleware import EnqueueMiddleware, put_through
from .registry import JobRegistry
from .support import check_jobs
from .telemetry import telemetry_for
from .text import storable

_MOST_KEY_CHARACTERS = 512


@final
class JobClient:
    """Puts jobs and asks after them. Inject it where work is to be done later, surely.

    A job put is a job stored: when `enqueue` returns, it will run, whatever happens to this process; when it raises,
    nothing was stored.
    """

    def __init__(
        self, engine: JobEngine, registry: JobRegistry, clock: Clock, middleware: Sequence[EnqueueMiddleware] = ()
    ) -> None:
        self._engine = engine
        self._middleware = middleware
        self._registry = registry
        self._clock = clock

    async def enqueue(
        self,
        payload: object,
        *,
        delay: Duration | None = None,
        run_at: datetime | None = None,
        priority: int = 0,
        key: str | None = None,
        queue: str | None = None,
        transaction: object | None = None,
        after: str | None = None,
        run_on: str = "success",
    ) -> Enqueued | Duplicate:
        """Store a job for the handler of *payload*'s class.

        Args:
            payload: The job's data.
            delay: Not before this has passed; float seconds or a ``timedelta``.
            run_at: Not before this time, which must be aware; instead of *delay*.
            priority: Higher runs first; equals in order of arrival.
            key: While a job of this kind with this key waits or runs, no second one is stored.
            queue: Another queue than the handler's own.
            transaction: The caller's connection or session: the job exists once its transaction is committed.
            after: The id of a job that must have ended first.
            run_on: How it must have ended: ``success``, ``failure`` or ``end`` (either).

        Returns:
            `Enqueued` with the new job's id, or `Duplicate` with the id of the one that has the key.

        Raises:
            JobNotFoundError: No handler is registered for the payload; or there is no job *after*.
            JobPayloadError: The payload cannot be written as JSON or is too large.
            ValueError: Another argument is out of range.
            NotSupportedByEngineError: The engine cannot do this.
            JobEngineError: The job could not be stored.
        """
        job = self._new(payload, delay, run_at, priority, key, queue, after, run_on)
        (answer,) = await self._put([job], transaction)
        return answer

    async def enqueue_many(
        self,
        payloads: Sequence[object],
        *,
        keys: Sequence[str | None] | None = None,
        delay: Duration | None = None,
        run_at: datetime | None = None,
        priority: int = 0,
        queue: str | None = None,
        transaction: object | None = None,
    ) -> Sequence[Enqueued | Duplicate]:
        """Store many jobs at once, all or none but for those that are duplicates; the answers are in the order of the payloads.

        *keys* has one for each payload; the rest is for all, as for `enqueue`.

        Raises:
            ValueError: There are more keys or fewer than payloads, or another argument is out of range.
            CornerHostError: As `enqueue`.
        """
        each_key = [None] * len(payloads) if keys is None else keys
        if len(each_key) != len(payloads):
            raise ValueError(f"keys must have one for each payload: {len(each_key)} for {len(payloads)}")
        jobs = [
            self._new(payload, delay, run_at, priority, key, queue, None, "success")
            for payload, key in zip(payloads, each_key, strict=True)
        ]
        return await self._put(jobs, transaction)

    async def get(self, id: str) -> JobInfo | None:  # noqa: A002 - the field's name
        """Return the job as it is now, with its history; None when there is none of this id."""
        return await self._engine.records.get(id)

    async def result(self, id: str, *, timeout: Duration | None = None) -> Any:  # noqa: A002 - the field's name
        """Wait for the job to end and return what its handler returned, as JSON data.

        Raises:
            JobNotFoundError: There is no such job.
            JobDeadError: It died.
            JobCancelledError: It was cancelled.
            TimeoutError: It has not ended within *timeout* (float seconds or a ``timedelta``).
        """
        limit = math.inf if timeout is None else seconds(timeout, "timeout")
        info = await self._engine.records.get(id)
        if info is not None and not info.state.has_ended:
            with anyio.move_on_after(limit) as waiting:
                info = await self._engine.records.wait_ended(id)
            if waiting.cancelled_caught:
                raise TimeoutError(f"Job {id} has not ended within {limit:g} s; it goes on.")
        if info is None:
            raise JobNotFoundError(f"There is no job {id}. Ended jobs are kept for Jobs:RetentionDays.")
        if info.state is JobState.DEAD:
            raise JobDeadError(id, f"{info.error_type}: {info.error}")
        if info.state is JobState.CANCELLED:
            raise JobCancelledError(id)
        return info.result

    async def cancel(self, id: str) -> bool:  # noqa: A002 - the field's name
        """Cancel the job: at once if it waits; if it runs, its token, and after ``Jobs:GraceSeconds`` its task.

        Returns:
            False when it has ended already, or is unknown.
        """
        return await self._engine.cancel(id)

    async def requeue(self, id: str) -> bool:  # noqa: A002 - the field's name
        """Let a dead or cancelled job run again, its attempts counted anew. False when it is neither."""
        return await self._engine.records.requeue(id)

    async def list(
        self,
        *,
        state: JobState | None = None,
        name: str | None = None,
        queue: str | None = None,
        key: str | None = None,
        error: str | None = None,
        limit: int = 100,
        before: str | None = None,
    ) -> Sequence[JobInfo]:
        """Return the jobs that match, newest first; *error* is a part of the error's type or message.

        To go on, give the last one's id as *before*.
        """
        if limit < 1:
            raise ValueError(f"limit must be at least 1, not {limit!r}")
        wanted = JobFilter(
            state=None if state is None else JobState(state), name=name, queue=queue, key=key, error=error
        )
        return await self._engine.records.list(wanted, limit=limit, before=before)

    async def dead_letters(
        self,
        *,
        name: str | None = None,
        queue: str | None = None,
        key: str | None = None,
        error: str | None = None,
        limit: int = 100,
        before: str | None = None,
    ) -> Sequence[JobInfo]:
        """Return the jobs that failed for good, newest first; arguments as for `list`."""
        return await self.list(
            state=JobState.DEAD, name=name, queue=queue, key=key, error=error, limit=limit, before=before
        )

    async def _put(self, jobs: Sequence[NewJob], transaction: object | None) -> Sequence[Enqueued | Duplicate]:
        async def store(changed: Sequence[NewJob]) -> Sequence[Enqueued | Duplicate]:
            check_jobs(changed, self._engine.capabilities)
            outcomes = await self._engine.put(changed, transaction=transaction)
            telemetry = telemetry_for(find_meter())
            if telemetry is not None:
                pairs = zip(changed, outcomes, strict=True)
                telemetry.put([job for job, outcome in pairs if isinstance(outcome, Enqueued)])
            return outcomes

        return await put_through(self._middleware, jobs, store) if self._middleware else await store(jobs)

    def _new(
        self,
        payload: object,
        delay: Duration | None,
        run_at: datetime | None,
        priority: int,
        key: str | None,
        queue: str | None,
        after: str | None,
        run_on: str,
    ) -> NewJob:
        registration = self._registry.of(payload)
        if key is not None and not isinstance(key, str):  # pyright: ignore[reportUnnecessaryIsInstance] - not all are checked
            raise TypeError(f"key must be text, not {type(key).__name__}")
        if isinstance(priority, bool) or not isinstance(priority, int):  # pyright: ignore[reportUnnecessaryIsInstance]
            raise TypeError(f"priority must be a whole number, not {type(priority).__name__}")
        for what, text in (("key", key), ("queue", queue)):
            if text is not None:
                _check_text(what, text)
        if run_on not in {"success", "failure", "end"}:
            raise ValueError(f"run_on must be 'success', 'failure' or 'end', not {run_on!r}")
        if not -(2**31) <= priority < 2**31:
            raise ValueError(f"priority must fit into 32 bits, not {priority!r}")
        headers = publish(queue or registration.queue, registration.name)
        return NewJob(
            id=new_job_id(),
            name=registration.name,
            queue=queue or registration.queue,
            payload=registration.encode(payload),
            priority=priority,
            run_at=self._time(delay, run_at),
            key=key,
            trace=headers_text(headers, current_origin()),
            parent=after,
            run_on=run_on,
        )

    def _time(self, delay: Duration | None, run_at: datetime | None) -> float | None:
        if delay is not None and run_at is not None:
            raise ValueError("Give either delay or run_at, not both.")
        if delay is not None:
            return self._clock.now().timestamp() + seconds(delay, "delay")
        if run_at is None:
            return None
        if run_at.tzinfo is None:
            raise ValueError(f"run_at must be an aware datetime, as datetime.now(UTC) is; {run_at!r} has no time zone.")
        return run_at.timestamp()


def _check_text(what: str, text: str) -> None:
    if not 0 < len(text) <= _MOST_KEY_CHARACTERS:
        raise JobPayloadError(f"A {what} must have from 1 to {_MOST_KEY_CHARACTERS} characters, not {len(text):,}.")
    if storable(text) != text:
        raise JobPayloadError(f"A {what} must be text that can be stored as UTF-8, without NUL; {text!r} is not.")
