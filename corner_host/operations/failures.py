"""``operations.failures``: one error or many."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final, final

import anyio.to_thread

from corner_host.primitives import Duration, seconds, without_passwords

from .contracts import ActionResult, Actor, FailureGroup, JobQuery
from .errors import InvalidRequestError, NotFoundError, UnavailableError
from .failure_groups import group_id, memory_failures, service_failures
from .jobs import JobOperations
from .workplace import Workplace

_A_DAY: Final = timedelta(days=1)
_A_WEEK: Final = timedelta(days=7)
_MOST: Final = 500
_MOST_SECONDS: Final = 366 * 86_400.0


@final
class FailureOperations:
    """Failed attempts of jobs, failed work items and faults of services, grouped by error type and place in user code."""

    def __init__(self, workplace: Workplace, *, jobs: JobOperations) -> None:
        self._workplace = workplace
        self._jobs = jobs
        self._muted: dict[str, datetime] = {}

    async def list(
        self, *, since: datetime | None = None, until: datetime | None = None, limit: int = 50
    ) -> tuple[FailureGroup, ...]:
        """Return the groups of a range (the last 24 hours), most frequent first.

        Raises:
            InvalidRequestError: A time has no zone, or *limit* is not from 1 to 500.
        """
        end = until or self._workplace.clock.now()
        begin = since or end - _A_DAY
        if begin.tzinfo is None or end.tzinfo is None:
            raise InvalidRequestError("since and until must have a time zone.", field="since")
        if not 1 <= limit <= _MOST:
            raise InvalidRequestError(f"limit must be from 1 to {_MOST}.", field="limit")
        if begin >= end:
            return ()
        groups = [
            *await self._of_jobs(begin, end, limit),
            *await anyio.to_thread.run_sync(self._of_others, begin, end),  # tracebacks take a while to be written
        ]
        groups.sort(key=lambda each: (each.count, each.last_at), reverse=True)
        return tuple(self._with_mute(each) for each in groups[:limit])

    async def get(self, group_id: str) -> FailureGroup:
        """Return one of the last seven days.

        Raises:
            NotFoundError: There is none.
        """
        now = self._workplace.clock.now()
        for each in await self.list(since=now - _A_WEEK, until=now, limit=_MOST):
            if each.id == group_id:
                return each
        raise NotFoundError("group of failures", group_id)

    async def requeue(
        self, group_id: str, *, by: Actor, reason: str = "", dry_run: bool = False, rate: float | None = None
    ) -> ActionResult:
        """Let the dead jobs of a group run again.

        Raises:
            NotFoundError: There is no such group.
            UnavailableError: It is none of durable jobs.
        """
        group = await self.get(group_id)
        if not group.can_requeue:
            raise UnavailableError(f"{group.name} cannot be run again: only durable jobs are kept.")
        query = JobQuery(states=("DEAD",), error_type=group.error_type, place=group.place)
        return await self._jobs.requeue(query, by=by, reason=reason, dry_run=dry_run, rate=rate)

    async def mute(self, group_id: str, *, duration: Duration, by: Actor, reason: str = "") -> ActionResult:
        """Leave a group out of what is failing, for a time.

        Raises:
            NotFoundError: There is no such group.
            InvalidRequestError: *duration* is not above 0, or above a year.
        """
        span = seconds(duration, "duration")
        if not 0 < span <= _MOST_SECONDS:
            raise InvalidRequestError("duration must be above 0 and at most a year.", field="seconds")

        async def mute() -> ActionResult:
            group = await self.get(group_id)
            until = self._workplace.clock.now() + timedelta(seconds=span)
            self._muted[group_id] = until
            text = f"{group.error_type} in {group.name} muted until {until:%H:%M:%S}"
            return ActionResult(action="failures.mute", target=group_id, message=text, count=1, until=until)

        return await self._workplace.actions.perform("failures.mute", group_id, mute, by=by, reason=reason)

    async def unmute(self, group_id: str, *, by: Actor, reason: str = "") -> ActionResult:
        """Count a group as failing again.

        Raises:
            NotFoundError: It is not muted.
        """

        async def unmute() -> ActionResult:
            if self._muted.pop(group_id, None) is None:
                raise NotFoundError("muted group of failures", group_id)
            return ActionResult(action="failures.unmute", target=group_id, message="shown again", count=1)

        return await self._workplace.actions.perform("failures.unmute", group_id, unmute, by=by, reason=reason)

    async def _of_jobs(self, since: datetime, until: datetime, limit: int) -> Iterable[FailureGroup]:
        control = self._workplace.find("corner_host.jobs", "JobControl")
        if control is None or not control.capabilities.failures:
            return ()
        return [_group(each) for each in await control.failures(since=since, until=until, limit=limit)]

    def _of_others(self, since: datetime, until: datetime) -> Sequence[FailureGroup]:
        return [
            *memory_failures(self._workplace, since, until),
            *service_failures(self._workplace, since, until),
        ]

    def _with_mute(self, group: FailureGroup) -> FailureGroup:
        until = self._muted.get(group.id)
        if until is None:
            return group
        if until <= self._workplace.clock.now():
            del self._muted[group.id]
            return group
        return replace(group, muted_until=until)


def _group(found: Any) -> FailureGroup:
    return FailureGroup(
        id=group_id("jobs", found.error_type, found.error_place),
        source="jobs",
        name=", ".join(found.names[:3]),
        error_type=found.error_type,
        message=without_passwords(found.message.partition("\n")[0]),
        place=found.error_place,
        count=found.count,
        jobs=found.jobs,
        first_at=found.first_seen,
        last_at=found.last_seen,
        sparkline=tuple(found.over_time),
        sample_id=found.sample,
        can_requeue=True,
    )
