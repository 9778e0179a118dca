"""Jobs from an operator's chair: found, counted, put right in bulk; queues and schedules paused."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import final

from corner_host.diagnostics.origin import current_origin
from corner_host.hosting import Place
from corner_host.primitives import Clock, Duration, seconds

from .contracts import Capabilities, Duplicate, Enqueued, JobEngine
from .errors import JobNotFoundError
from .info import BulkAnswer, FailureGroup, JobCount, JobFilter, JobInfo, JobState, QueueDepth, QueuePause
from .recurring import RecurringJobRegistration, job_of
from .registry import JobRegistry
from .running import RunningJobs
from .schedule import Misfire


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduleInfo:
    """A recurring job: what it puts, when, up to where it was decided, and its next times. Times are aware, in UTC.

    *paused_until* is None where it is not paused, or paused until somebody resumes it.
    """

    id: str
    name: str
    queue: str
    times: str
    time_zone: str
    misfire: Misfire
    paused: bool
    paused_until: datetime | None
    last: datetime
    next: Sequence[datetime]


@final
class JobControl:
    """What operators, dashboards and command lines ask of jobs. Inject it beside `JobClient`, which puts them.

    What the engine cannot do raises `NotSupportedByEngineError`; `capabilities` tells before.
    """

    def __init__(
        self,
        engine: JobEngine,
        registry: JobRegistry,
        recurring: Iterable[RecurringJobRegistration],
        clock: Clock,
        running: RunningJobs,
    ) -> None:
        self._running_here = running
        self._engine = engine
        self._registry = registry
        self._recurring = {each.id: each for each in recurring}
        self._clock = clock

    @property
    def capabilities(self) -> Capabilities:
        """What the engine can do."""
        return self._engine.capabilities

    async def get(self, id: str) -> JobInfo | None:  # noqa: A002 - the field's name
        """Return the job with its history and traceback; None when there is none of this id."""
        return await self._engine.records.get(id)

    async def list(
        self, wanted: JobFilter | None = None, *, limit: int = 100, before: str | None = None
    ) -> Sequence[JobInfo]:
        """Return the jobs meant, newest first; to go on, give the last one's id as *before*."""
        if limit < 1:
            raise ValueError(f"limit must be at least 1, not {limit!r}")
        return await self._engine.records.list(wanted or JobFilter(), limit=limit, before=before)

    async def count(self, wanted: JobFilter | None = None, *, most: int = 10_000) -> int:
        """Return how many jobs are meant; *most* where there are more."""
        return await self._engine.records.count(wanted or JobFilter(), most=most)

    async def counts(self) -> Sequence[JobCount]:
        """Return how many jobs there are, by queue, name and state."""
        return await self._engine.records.counts()

    async def running(self, *, limit: int = 200) -> Sequence[JobInfo]:
        """Return what runs on any worker now, with who runs it and since when; the one that has run longest first."""
        found = await self._engine.records.list(JobFilter(state=JobState.RUNNING), limit=limit)
        return sorted(found, key=lambda info: info.started_at or info.enqueued_at)

    def waiting(self) -> Mapping[str, Place]:
        """Return where each job that runs in this process waits: the line of the application, by the job's id.

        Call it in the event loop's thread.
        """
        return self._running_here.places()

    async def depths(self) -> Sequence[QueueDepth]:
        """Return how many jobs wait and run in each queue that has a handler here; cheap, and on every engine."""
        queues = sorted({each.queue for each in self._registry})
        return [await self._engine.queues.depth(queue) for queue in queues]

    async def failures(
        self, *, since: datetime | None = None, until: datetime | None = None, limit: int = 100
    ) -> Sequence[FailureGroup]:
        """Return failed attempts, grouped by error type and place; the largest group first. Times are aware."""
        JobFilter(since=since, until=until)  # refuses naive ones
        return await self._engine.records.failures(since=since, until=until, limit=limit)

    async def cancel(self, id: str) -> bool:  # noqa: A002 - the field's name
        """Cancel a job, as `JobClient.cancel`."""
        return await self._engine.cancel(id)

    async def requeue(self, id: str) -> bool:  # noqa: A002 - the field's name
        """Let a dead or cancelled job run again, as `JobClient.requeue`."""
        return await self._engine.records.requeue(id)

    async def delete(self, id: str) -> bool:  # noqa: A002 - the field's name
        """Forget a job and its history; False when it runs or is unknown."""
        return await self._engine.records.delete(id)

    async def requeue_all(
        self, wanted: JobFilter, *, per_second: float | None = None, dry_run: bool = False
    ) -> BulkAnswer:
        """Requeue those of the jobs meant that are dead or cancelled.

        Args:
            wanted: Which are meant.
            per_second: Spread them, so that the service which has just recovered is not knocked over again; above 0.
            dry_run: Only say how many.
        """
        if per_second is not None and not per_second > 0:
            raise ValueError(f"per_second must be above 0, not {per_second!r}")
        return await self._engine.records.requeue_all(wanted, per_second=per_second, dry_run=dry_run)

    async def cancel_all(self, wanted: JobFilter, *, dry_run: bool = False) -> BulkAnswer:
        """Cancel those of the jobs meant that have not ended; with *dry_run* only say how many."""
        return await self._engine.records.cancel_all(wanted, dry_run=dry_run)

    async def delete_all(self, wanted: JobFilter, *, dry_run: bool = False) -> BulkAnswer:
        """Delete those of the jobs meant that do not run; with *dry_run* only say how many."""
        return await self._engine.records.delete_all(wanted, dry_run=dry_run)

    async def pause_queue(self, queue: str, duration: Duration | None = None, *, reason: str = "") -> QueuePause:
        """Have no worker claim from *queue*, for *duration* (float seconds or a ``timedelta``) or until it is resumed.

        What runs is finished, and jobs are accepted all the same.
        """
        now = self._clock.now()
        until = None if duration is None else now + timedelta(seconds=seconds(duration, "duration"))
        await self._engine.queues.pause(queue, until=until, reason=reason)
        return QueuePause(queue=queue, since=now, until=until, reason=reason)

    async def resume_queue(self, queue: str) -> bool:
        """Let workers claim from *queue* again; False when it was not paused."""
        return await self._engine.queues.resume(queue)

    async def paused_queues(self) -> Sequence[QueuePause]:
        """Return the queues that are paused now."""
        return await self._engine.queues.paused()

    async def schedules(self, *, times: int = 5) -> Sequence[ScheduleInfo]:
        """Return the recurring jobs of this application, each with so many of its next times."""
        stored = {each.id: each for each in await self._engine.schedules.list()}
        now = self._clock.now().timestamp()
        found: list[ScheduleInfo] = []
        for each in self._recurring.values():
            at = stored.get(each.id)
            registration = self._registry.of(each.payload)
            found.append(
                ScheduleInfo(
                    id=each.id,
                    name=registration.name,
                    queue=registration.queue,
                    times=str(each.times),
                    time_zone=getattr(each.times, "time_zone", "UTC"),
                    misfire=each.misfire,
                    paused=at is not None and at.is_paused(now),
                    paused_until=None if at is None or not at.is_paused(now) else _moment(at.paused_until),
                    last=datetime.fromtimestamp(now if at is None else at.last, UTC),
                    next=[datetime.fromtimestamp(moment, UTC) for moment in islice(each.times.after(now), times)],
                )
            )
        return found

    async def pause_schedule(self, id: str, duration: Duration | None = None) -> bool:  # noqa: A002 - the field's name
        """Let no more jobs of this schedule be put; those that were put run. False when it is unknown.

        With *duration* (float seconds or a ``timedelta``) it goes on by itself after that, whichever process looks then.
        """
        if duration is None:
            return await self._engine.schedules.pause(id)
        until = self._clock.now().timestamp() + seconds(duration, "duration")
        return await self._engine.schedules.pause(id, until=until)

    async def resume_schedule(self, id: str) -> bool:  # noqa: A002 - the field's name
        """Let it go on; times that passed meanwhile are missed ones, for its misfire policy. False when it is unknown."""
        return await self._engine.schedules.resume(id)

    async def run_schedule(self, id: str) -> Enqueued | Duplicate:  # noqa: A002 - the field's name
        """Put this schedule's job now, whatever its times; they go on as they are.

        Raises:
            JobNotFoundError: This application has no such schedule.
        """
        each = self._recurring.get(id)
        if each is None:
            known = ", ".join(sorted(self._recurring)) or "none"
            raise JobNotFoundError(f"There is no recurring job {id!r}. Registered: {known}.")
        job = job_of(each, self._registry, f"recurring:{id}:by-hand", current_origin() or f"schedule {id}")
        (answer,) = await self._engine.put([job])
        return answer


def _moment(seconds: float | None) -> datetime | None:
    return None if seconds is None or math.isinf(seconds) else datetime.fromtimestamp(seconds, UTC)
