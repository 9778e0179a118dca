"""``operations.schedules``: recurring jobs, and their next times."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final, final
from zoneinfo import ZoneInfo

import anyio.to_thread

from corner_host.primitives import Duration, seconds

from .contracts import ActionResult, Actor, ScheduleStatus, ScheduleTime
from .errors import InvalidRequestError, NotFoundError, UnavailableError
from .schedule_words import in_words
from .workplace import Workplace

_SHOWN_TIMES: Final = 5
_SHOWN_RUNS: Final = 20
_MOST_DAYS: Final = 400.0
_MOST_TIMES: Final = 1000
_FAR: Final = datetime.max.replace(tzinfo=UTC)


@final
class ScheduleOperations:
    """The recurring jobs."""

    def __init__(self, workplace: Workplace) -> None:
        self._workplace = workplace

    async def list(self) -> tuple[ScheduleStatus, ...]:
        """Return all, the next due first."""
        return await self._list(_SHOWN_RUNS)

    async def upcoming(self, *, limit: int = 5) -> tuple[ScheduleStatus, ...]:
        """Return the next due, without what became of their last jobs, for which the store would be searched."""
        return (await self._list(0))[:limit]

    async def _list(self, runs: int) -> tuple[ScheduleStatus, ...]:
        control = self._control()
        if control is None or not control.capabilities.recurring:
            return ()
        found = [await self._status(control, each, runs) for each in await control.schedules(times=_SHOWN_TIMES)]
        return tuple(sorted(found, key=lambda each: (each.next[0] if each.next else _FAR, each.id)))

    async def get(self, schedule_id: str) -> ScheduleStatus:
        """Return one.

        Raises:
            NotFoundError: There is none.
        """
        schedules = await self.list()
        for each in schedules:
            if each.id == schedule_id:
                return each
        raise NotFoundError("schedule", schedule_id, tuple(each.id for each in schedules))

    async def preview(self, schedule_id: str, *, days: float = 30.0, limit: int = 100) -> tuple[ScheduleTime, ...]:
        """Return the times of the next days, with what the change of clocks does to them.

        Raises:
            NotFoundError: There is no such schedule.
            InvalidRequestError: *days* is not above 0 and up to 400, or *limit* not from 1 to 1,000.
        """
        if not 0 < days <= _MOST_DAYS:
            raise InvalidRequestError(f"days must be above 0 and at most {_MOST_DAYS:g}.", field="days")
        if not 1 <= limit <= _MOST_TIMES:
            raise InvalidRequestError(f"limit must be from 1 to {_MOST_TIMES}.", field="limit")
        schedule = await self.get(schedule_id)
        registered = {each.id: each for each in self._registrations()}
        times = registered[schedule_id].times if schedule_id in registered else None
        now = self._workplace.clock.now()
        until = now + timedelta(days=days)
        return await anyio.to_thread.run_sync(_preview, times, ZoneInfo(schedule.time_zone), now, until, limit)

    async def run_now(self, schedule_id: str, *, by: Actor, reason: str = "") -> ActionResult:
        """Put its job now, besides its times.

        Raises:
            NotFoundError: There is no such schedule.
        """

        async def run() -> ActionResult:
            control = await self._control_of(schedule_id)
            answer = await control.run_schedule(schedule_id)
            is_new = type(answer).__name__ == "Enqueued"
            text = f"put job {answer.id}" if is_new else f"job {answer.id} waits or runs already"
            return ActionResult(action="schedule.run", target=schedule_id, message=text, count=int(is_new))

        return await self._workplace.actions.perform("schedule.run", schedule_id, run, by=by, reason=reason)

    async def pause(
        self, schedule_id: str, *, by: Actor, reason: str = "", duration: Duration | None = None
    ) -> ActionResult:
        """Put nothing, for a time or until `resume`; on all hosts that share the store.

        Raises:
            NotFoundError: There is no such schedule.
            UnavailableError: No worker has stored it yet.
        """
        span = None if duration is None else seconds(duration, "duration", above=0.0)

        async def pause() -> ActionResult:
            control = await self._control_of(schedule_id)
            if not await control.pause_schedule(schedule_id, span):
                raise UnavailableError(f"{schedule_id} is not in the store yet; a worker puts it there when it starts.")
            until = self._workplace.after(span)
            text = f"{schedule_id} paused" + (f" until {until:%H:%M:%S}" if until else "")
            return ActionResult(action="schedule.pause", target=schedule_id, message=text, count=1, until=until)

        return await self._workplace.actions.perform("schedule.pause", schedule_id, pause, by=by, reason=reason)

    async def resume(self, schedule_id: str, *, by: Actor, reason: str = "") -> ActionResult:
        """Let it go on.

        Raises:
            NotFoundError: There is no such schedule.
        """

        async def resume() -> ActionResult:
            control = await self._control_of(schedule_id)
            await control.resume_schedule(schedule_id)
            text = f"{schedule_id} goes on"
            return ActionResult(action="schedule.resume", target=schedule_id, message=text, count=1)

        return await self._workplace.actions.perform("schedule.resume", schedule_id, resume, by=by, reason=reason)

    async def _status(self, control: Any, found: Any, most: int) -> ScheduleStatus:
        runs = await self._runs(control, found, most)
        last = runs[0] if runs else None
        ended = [each for each in runs if each.finished_at is not None and each.started_at is not None]
        took = [(each.finished_at - each.started_at).total_seconds() for each in ended]
        succeeded = [each.finished_at for each in ended if each.state.name == "SUCCEEDED"]
        return ScheduleStatus(
            id=found.id,
            job=found.name,
            spec=found.times,
            words=in_words(found.times),
            time_zone=found.time_zone,
            next=() if found.paused else tuple(found.next),
            last_at=found.last,
            last_state="" if last is None else last.state.name,
            last_job="" if last is None else last.id,
            last_seconds=took[0] if ended and ended[0] is last else None,
            last_success_at=max(succeeded, default=None),
            durations=tuple(reversed(took)),
            misfire=found.misfire,
            is_paused=found.paused,
            paused_until=found.paused_until,
        )

    async def _runs(self, control: Any, found: Any, most: int) -> Sequence[Any]:
        """Return the last jobs that this schedule has put, newest first."""
        if not most or not control.capabilities.listing:
            return []
        from corner_host.jobs import JobFilter  # noqa: PLC0415 - they are in use

        prefix = f"recurring:{found.id}:"
        jobs = await control.list(JobFilter(name=found.name, text=prefix), limit=most)
        return [each for each in jobs if (each.key or "").startswith(prefix)]

    def _registrations(self) -> Sequence[Any]:
        return self._workplace.find_all("corner_host.jobs.recurring", "RecurringJobRegistration")

    async def _control_of(self, schedule_id: str) -> Any:
        control = self._control()
        if control is None:
            raise NotFoundError("schedule", schedule_id)
        if not control.capabilities.recurring:
            raise UnavailableError(f"The engine {control.capabilities.engine} has no recurring jobs.")
        await self.get(schedule_id)
        return control

    def _control(self) -> Any | None:
        return self._workplace.find("corner_host.jobs", "JobControl")


def _preview(times: Any, zone: ZoneInfo, now: datetime, until: datetime, limit: int) -> tuple[ScheduleTime, ...]:
    found: list[ScheduleTime] = []
    if times is None:
        return ()
    for moment in times.after(now.timestamp()):
        at = datetime.fromtimestamp(moment, UTC)
        if at > until or len(found) >= limit:
            break
        local = at.astimezone(zone)
        found.append(ScheduleTime(at=at, local=local.isoformat(timespec="minutes"), note=_note(local)))
    return tuple(found)


def _note(local: datetime) -> str:
    """Say what the change of clocks does around a time."""
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
    change = (midnight + timedelta(days=1)).utcoffset() != midnight.utcoffset()
    if not change:
        return ""
    return "the second 02:00 hour of the day" if local.fold else "clocks change on this day"
