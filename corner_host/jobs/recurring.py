"""Recurring jobs: each worker looks what is due and puts it; the store lets only one of them win."""

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final, final

from corner_host.diagnostics.metrics import find_meter
from corner_host.primitives import Backoff, CancellationToken, Clock

from .contracts import Enqueued, JobEngine, NewJob, Schedule
from .errors import JobEngineError, JobRegistrationError
from .headers import headers_text
from .identifiers import new_job_id
from .middleware import EnqueueMiddleware, put_through
from .registry import JobRegistry
from .schedule import MISFIRES, Misfire, Times, due
from .support import check_jobs
from .telemetry import telemetry_for

_LOOK_SECONDS: Final = 0.5
_SET_BACK_SECONDS: Final = 3_600.0
"""Clocks of hosts may differ by this much, so that a schedule which one has moved is in the future for another."""
_BACKOFF: Final = Backoff(first=0.5, ceiling=10.0)
_log = logging.getLogger("corner_host.jobs.recurring")


@final
@dataclass(frozen=True, slots=True)
class RecurringJobRegistration:
    """A job that is put again and again.

    Raises:
        JobRegistrationError: Its id is empty, or *misfire* is no policy.
    """

    id: str
    payload: Any
    times: Times
    misfire: Misfire

    def __post_init__(self) -> None:
        if not 0 < len(self.id) <= 200:
            raise JobRegistrationError("A recurring job needs an id of 1 to 200 characters.")
        if self.misfire not in MISFIRES:
            raise JobRegistrationError(f"misfire must be one of {', '.join(MISFIRES)}, not {self.misfire!r}.")


def check_recurring(registrations: Iterable[RecurringJobRegistration], registry: JobRegistry) -> None:
    """Refuse recurring jobs that cannot be put.

    Raises:
        JobRegistrationError: Two have the same id.
        JobNotFoundError: The payload of one has no handler.
    """
    ids: set[str] = set()
    for each in registrations:
        if each.id in ids:
            raise JobRegistrationError(f"Two recurring jobs have the id {each.id!r}. To fix: give one another id.")
        ids.add(each.id)
        registry.of(each.payload)


@final
class RecurringJobs:
    """Puts recurring jobs when they are due."""

    def __init__(
        self,
        registrations: Iterable[RecurringJobRegistration],
        engine: JobEngine,
        registry: JobRegistry,
        clock: Clock,
        middleware: Sequence[EnqueueMiddleware] = (),
    ) -> None:
        self._middleware = middleware
        self._registrations = {each.id: each for each in registrations}
        self._engine = engine
        self._registry = registry
        self._clock = clock

    async def run(self, stopping: CancellationToken) -> None:
        """Put what is due until *stopping*."""
        if not self._registrations:
            return
        telemetry = telemetry_for(find_meter())
        if telemetry is not None:
            for each in self._registrations.values():
                telemetry.watch(each.id, each.times)
        known = False
        failures = 0
        async for _ in stopping.every(_LOOK_SECONDS, immediately=True):
            try:
                if not known:
                    await self._add()
                    known = True
                await self.put_due()
            except Exception as error:  # noqa: BLE001 - the application's middleware may raise anything
                failures += 1
                pause = _BACKOFF.longest(failures=failures)
                trace = None if isinstance(error, JobEngineError) else error
                _log.error(
                    "Recurring jobs could not be put, and are tried again in %.1f s: %s", pause, error, exc_info=trace
                )
                await stopping.sleep(pause)
            else:
                failures = 0

    async def _add(self) -> None:
        for each in self._registrations.values():
            schedule = Schedule(id=each.id, spec=str(each.times), last=self._clock.now().timestamp())
            await self._engine.schedules.add(schedule)

    async def put_due(self) -> None:
        """Put what is due now, once among all processes. One that cannot be put does not keep the others from it."""
        now = self._clock.now().timestamp()
        failed: Exception | None = None
        for schedule in await self._engine.schedules.list():
            each = self._registrations.get(schedule.id)
            if each is None or schedule.is_paused(now):
                continue
            try:
                await self._put(each, schedule, now)
            except Exception as error:  # noqa: BLE001 - raised below
                failed = error
        if failed is not None:
            raise failed

    async def _put(self, each: RecurringJobRegistration, schedule: Schedule, now: float) -> None:
        if schedule.last > now + _SET_BACK_SECONDS:
            await self._begin_again(schedule, now)
            return
        moments, upto = due(each.times, last=schedule.last, now=now, misfire=each.misfire)
        if upto == schedule.last:
            return
        origin = f"schedule {each.id}"
        jobs = [job_of(each, self._registry, f"recurring:{each.id}:{moment:.0f}", origin) for moment in moments]
        if not await self._advance(schedule, upto, jobs):
            return
        telemetry = telemetry_for(find_meter())
        if telemetry is not None:
            telemetry.put(jobs)
        if not moments:
            _log.warning("The recurring job %s missed its time and is not made up for (misfire=skip)", each.id)
            if telemetry is not None:
                telemetry.missed(each.id)

    async def _begin_again(self, schedule: Schedule, now: float) -> None:
        """Go on from now: a clock that ran far ahead was set right, and there would be nothing until that time comes."""
        if await self._engine.schedules.advance(schedule, now, []):
            _log.warning(
                "The recurring job %s was put up to %s, which is to come, since a clock was wrong; it goes on from now.",
                schedule.id, datetime.fromtimestamp(schedule.last, UTC).isoformat(timespec="seconds"),
            )  # fmt: skip

    async def _advance(self, schedule: Schedule, upto: float, jobs: Sequence[NewJob]) -> bool:
        moved = False

        async def put(changed: Sequence[NewJob]) -> Sequence[Enqueued]:
            nonlocal moved
            check_jobs(changed, self._engine.capabilities)
            moved = await self._engine.schedules.advance(schedule, upto, changed)
            return [Enqueued(job.id) for job in changed] if moved else []

        await put_through(self._middleware, jobs, put)
        return moved


def job_of(each: RecurringJobRegistration, registry: JobRegistry, key: str, enqueued_by: str) -> NewJob:
    """Return the job that a recurring one puts."""
    registration = registry.of(each.payload)
    return NewJob(
        id=new_job_id(),
        name=registration.name,
        queue=registration.queue,
        payload=registration.encode(each.payload),
        key=key,
        trace=headers_text(None, enqueued_by),
    )
