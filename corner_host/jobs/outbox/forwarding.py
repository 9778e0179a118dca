"""Forwarding what lies in the outbox: the worker of the local store, whose work is to put jobs into the engine."""

import logging
from dataclasses import replace
from typing import Final, final

import anyio

from corner_host.jobs.contracts import Again, Dead, Delivery, Done, Duplicate, JobEngine, NewJob, Outcome, Released
from corner_host.jobs.errors import JobEngineError
from corner_host.jobs.failure import failure_of
from corner_host.jobs.info import JobState
from corner_host.primitives import Backoff, CancellationToken, CornerHostError

from .entries import QUEUE, job_of, result_of, stands_for

_log = logging.getLogger("corner_host.jobs.outbox")
_FOR_THE_PARENT_SECONDS: Final = 0.1
_BACKOFF: Final = Backoff(first=0.25, ceiling=30.0)


@final
class Forwarder:
    """Forwards, one entry at each call.

    Args:
        local: The outbox.
        engine: Where to; it is asked only once *ready* is set.
        ready: Whether that is open.
        stopping: An entry that cannot be forwarded by then stays.
    """

    def __init__(self, local: JobEngine, engine: JobEngine, ready: anyio.Event, stopping: CancellationToken) -> None:
        self._local = local
        self._engine = engine
        self._ready = ready
        self._stopping = stopping
        self._failures = 0
        self._not_before = 0.0

    async def forward(self, entry: Delivery) -> Outcome:
        """Put the entry's job into the engine, however often it must be tried."""
        job = job_of(entry.id, entry.name, entry.key, entry.payload)
        while not await self._stops_before_the_next_try():
            try:
                if await self._engine.records.get(job.id) is not None:
                    return Done()  # an earlier try had arrived
                parent = await self._forwarded_parent(job)
                if parent is None and job.parent is not None:
                    return Again(_FOR_THE_PARENT_SECONDS)
                (answer,) = await self._engine.put([replace(job, parent=parent)])
            except JobEngineError as error:
                self._failed(error)
            except Exception as error:  # noqa: BLE001 - whatever it is, it must not hold up the others
                trace = None if isinstance(error, CornerHostError) else error
                _log.error(
                    "Job %s (%s) stays in the outbox, as a dead letter: %s", job.id, job.name, error, exc_info=trace
                )
                return Dead(failure_of(error))
            else:
                self._failures, self._not_before = 0, 0.0
                if isinstance(answer, Duplicate) and answer.id != job.id:
                    _log.info(
                        "Job %s (%s) was put when %s had its key; that one stands for it.", job.id, job.name, answer.id
                    )
                    return Done(result_of(answer.id))
                return Done()
        return Released()

    async def _forwarded_parent(self, job: NewJob) -> str | None:
        """Return the job in the engine that this one is to run after; None while that is still in the outbox."""
        entry = None if job.parent is None else await self._local.records.get(job.parent)
        if entry is None or entry.queue != QUEUE or entry.state in {JobState.DEAD, JobState.CANCELLED}:
            return job.parent
        return stands_for(entry) if entry.state is JobState.SUCCEEDED else None

    async def _stops_before_the_next_try(self) -> bool:
        """Wait for the engine, and for the time that all entries wait after a failure of one."""
        async with anyio.create_task_group() as group:

            async def stop() -> None:
                await self._stopping.wait()
                group.cancel_scope.cancel()

            group.start_soon(stop)
            await self._ready.wait()
            while self._not_before > anyio.current_time():  # noqa: ASYNC110 - another one may put it off meanwhile
                await anyio.sleep_until(self._not_before)
            group.cancel_scope.cancel()
        return self._stopping.is_cancellation_requested

    def _failed(self, error: JobEngineError) -> None:
        now = anyio.current_time()
        if now < self._not_before:
            return  # another entry has just said so
        self._failures += 1
        wait = _BACKOFF.longest(failures=self._failures)
        self._not_before = now + wait
        _log.warning("Jobs wait in the outbox, and are forwarded again in %.1f s: %s", wait, error)
