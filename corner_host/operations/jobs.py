"""``operations.jobs``: durable jobs, searched and put right, one or all that match."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final, final

from corner_host.diagnostics.tracing import trace_id_of
from corner_host.hosting import Place
from corner_host.primitives import without_passwords

from .again import may_edit, put_again
from .contracts import (
    ActionResult,
    Actor,
    CodePlace,
    FacetValue,
    JobDetail,
    JobFacets,
    JobPage,
    JobQuery,
    JobSummary,
    LogQuery,
    RunningItem,
)
from .errors import InvalidRequestError, NotFoundError
from .logs import LogOperations
from .places import code_place
from .repairs import JobRepairs, ids_of
from .running import UsualTimes, memory_items
from .workplace import Workplace

_MOST_FACETS: Final = 50
_SHOWN_LOGS: Final = 100
_SHOWN_SIBLINGS: Final = 20
_MOST_RATE: Final = 10_000.0


@final
class JobOperations:
    """The stored jobs, and everything that runs.

    The three actions take a `JobQuery`: ``JobQuery(ids=("...",))`` for some, any other for all that match. A dry run counts and
    changes nothing.
    """

    def __init__(self, workplace: Workplace, *, logs: LogOperations) -> None:
        self._workplace = workplace
        self._logs = logs
        self._usual = UsualTimes(workplace)
        self._repairs = JobRepairs(workplace)

    async def search(self, query: JobQuery | None = None) -> JobPage:
        """Return a page of jobs, newest first.

        Raises:
            InvalidRequestError: A value of the query makes no sense.
        """
        from . import job_views  # noqa: PLC0415 - loads the jobs, if there are any

        wanted = query or JobQuery()
        if not 1 <= wanted.limit <= job_views.MOST_JOBS:
            raise InvalidRequestError(f"limit must be from 1 to {job_views.MOST_JOBS}.", field="limit")
        control = self._control()
        if control is None:
            return JobPage()
        if wanted.ids:
            found = [job for each in ids_of(wanted) if (job := await control.get(each)) is not None]
            return JobPage(items=tuple(self._rows(found)), total=len(found))
        if wanted.sort is not None:
            return await self._sorted(control, wanted, wanted.sort)
        matching: list[Any] = []
        total = 0
        for each in job_views.filters_of(wanted):
            jobs = await control.list(each, limit=wanted.limit + 1, before=wanted.cursor)
            is_all = wanted.cursor is None and len(jobs) <= wanted.limit  # then counting would only look at them again
            total += len(jobs) if is_all else await control.count(each, most=job_views.MOST_COUNTED)
            matching += jobs
        matching.sort(key=lambda job: job.id, reverse=True)
        page = matching[: wanted.limit]
        return JobPage(
            items=tuple(self._rows(page)),
            next=page[-1].id if len(matching) > len(page) else None,
            total=min(total, job_views.MOST_COUNTED),
            is_total_exact=total < job_views.MOST_COUNTED,
        )

    async def _sorted(self, control: Any, wanted: JobQuery, order: str) -> JobPage:
        """Return a page of the newest that match, in another order."""
        from . import job_sorting, job_views  # noqa: PLC0415 - loads the jobs

        begin = job_sorting.position(wanted.cursor)
        end = begin + wanted.limit
        ordered, total = await job_sorting.newest_in_order(control, job_views.filters_of(wanted), order)
        return JobPage(
            items=tuple(self._rows(ordered[begin:end])),
            next=str(end) if end < len(ordered) else None,
            total=total,
            is_total_exact=total < job_views.MOST_COUNTED,
            sorted_among=len(ordered) if total > len(ordered) else None,
        )

    async def facets(self, query: JobQuery | None = None) -> JobFacets:
        """Return what can be filtered by. Each facet counts what the query's choices of the other two leave."""
        control = self._control()
        if control is None:
            return JobFacets()
        wanted = query or JobQuery()
        chosen = {
            "state": frozenset(each.upper() for each in wanted.states),
            "name": frozenset(wanted.names),
            "queue": frozenset(wanted.queues),
        }
        counted: dict[str, Counter[str]] = {facet: Counter() for facet in chosen}
        for each in await self._workplace.job_counts(control):
            values = {"state": each.state.name, "name": each.name, "queue": each.queue}
            for facet, counter in counted.items():
                if all(not picked or values[other] in picked for other, picked in chosen.items() if other != facet):
                    counter[values[facet]] += each.count
        errors: Counter[str] = Counter()
        if control.capabilities.failures:
            for group in await control.failures(since=wanted.since, until=wanted.until, limit=100):
                errors[group.error_type] += group.jobs
        workers: Counter[str] = Counter()
        if control.capabilities.listing:
            workers.update(job.worker for job in await control.running() if job.worker)
        return JobFacets(
            states=_facet(counted["state"]),
            names=_facet(counted["name"]),
            queues=_facet(counted["queue"]),
            error_types=_facet(errors),
            workers=_facet(workers),
        )

    async def get(self, job_id: str) -> JobDetail:
        """Return all about one job.

        Raises:
            NotFoundError: There is none.
        """
        control = self._control()
        job = None if control is None else await control.get(job_id)
        if control is None or job is None:
            raise NotFoundError("job", job_id)
        from . import job_views  # noqa: PLC0415 - loads the jobs

        handler = self._handlers().get(job.name)
        can = control.capabilities
        page = await self._logs.search(LogQuery(job_id=job_id, limit=_SHOWN_LOGS))
        is_dead, has_ended = job.state.name in {"DEAD", "CANCELLED"}, job.state.has_ended
        return JobDetail(
            job=self._row(job),
            payload=job_views.masked(job.payload),
            result=job_views.masked(job.result),
            history=tuple(job_views.history(job)),
            traceback=without_passwords(job.traceback or ""),
            waiting_at=self._waiting().get(job_id),
            handler="" if handler is None else handler.logger_name,
            parent=job.parent or "",
            trace_id=trace_id_of(job.trace),
            enqueued_by=job.enqueued_by or "",
            siblings=await self._others(control, job, key=job.key) if job.key else (),
            followers=await self._others(control, job, parent=job.id) if can.children else (),
            logs=tuple(reversed(page.items)),
            can_requeue=is_dead and can.dead_letters,
            can_cancel=not has_ended,
            can_delete=has_ended and (can.listing or is_dead),
            can_run_again=has_ended and handler is not None,
            can_edit=has_ended and handler is not None and may_edit(self._workplace),
        )

    async def _others(
        self, control: Any, job: Any, *, key: str | None = None, parent: str | None = None
    ) -> tuple[JobSummary, ...]:
        if not control.capabilities.listing:
            return ()
        from corner_host.jobs import JobFilter  # noqa: PLC0415 - they are in use

        wanted = JobFilter(name=None if key is None else job.name, key=key, parent=parent)
        found = await control.list(wanted, limit=_SHOWN_SIBLINGS + 1)
        return tuple(self._rows(each for each in found if each.id != job.id))[:_SHOWN_SIBLINGS]

    async def running(self) -> tuple[RunningItem, ...]:
        """Return what runs, work items and jobs, the longest first, each with the line where it waits."""
        found = [*memory_items(self._workplace), *await self._running_jobs()]
        return tuple(sorted(found, key=lambda each: each.seconds, reverse=True))

    async def _running_jobs(self) -> list[RunningItem]:
        control = self._control()
        if control is None or not control.capabilities.listing:
            return []
        now, places, handlers = self._workplace.clock.now(), self._waiting(), self._handlers()
        jobs = await control.running()
        usual = await self._usual.of(control, (job.name for job in jobs))
        return [
            RunningItem(
                id=job.id,
                name=job.name,
                queue=job.queue,
                kind="jobs",
                started_at=job.started_at or job.enqueued_at,
                seconds=max(0.0, (now - (job.started_at or job.enqueued_at)).total_seconds()),
                usual_seconds=usual.get(job.name),
                attempt=job.attempt,
                max_attempts=handlers[job.name].retry.max_attempts if job.name in handlers else None,
                waiting_at=places.get(job.id),
                worker=job.worker or "",
                key=job.key or "",
                progress=job.progress,
                progress_note=without_passwords(job.progress_note),
                can_cancel=True,
            )
            for job in jobs
        ]

    async def requeue(
        self, query: JobQuery, *, by: Actor, reason: str = "", dry_run: bool = False, rate: float | None = None
    ) -> ActionResult:
        """Let dead and cancelled jobs run again, their attempts counted anew.

        Args:
            query: Which.
            by: Who.
            reason: Why.
            dry_run: Only count.
            rate: They become due at so many a second.

        Raises:
            UnavailableError: The host has no durable jobs, or the engine cannot do it.
            InvalidRequestError: *rate* is not above 0, or a value of the query makes no sense.
        """
        if rate is not None and not 0 < rate <= _MOST_RATE:
            raise InvalidRequestError(f"rate must be above 0 and at most {_MOST_RATE:g} a second.", field="rate")
        return await self._repairs.perform("requeue", query, by, reason, dry_run=dry_run, rate=rate)

    async def run_again(self, job_id: str, *, by: Actor, payload: Any = None, reason: str = "") -> ActionResult:
        """Put a new job with the arguments of one that has ended, or others; it is linked to the old one as run after it.

        Args:
            job_id: The one that has ended.
            by: Who.
            payload: Other arguments as JSON data, in which masks stand for what is stored; None: as they were.
            reason: Why.

        Raises:
            NotFoundError: There is no such job.
            InvalidRequestError: The arguments do not fit the job's model; the message names each field.
            ActionRefusedError: They may not be others here (``Operations:AllowEditedJobs``).
            UnavailableError: It has not ended, or has no handler here, or the store cannot take it.
        """

        async def put() -> ActionResult:
            control = self._control()
            job = None if control is None else await control.get(job_id)
            if control is None or job is None:
                raise NotFoundError("job", job_id)
            return await put_again(self._workplace, control, job, self._handlers().get(job.name), payload)

        return await self._workplace.actions.perform("jobs.again", job_id, put, by=by, reason=reason)

    async def cancel_item(self, item_id: str, *, by: Actor, reason: str = "") -> ActionResult:
        """Cancel a work item that runs, by the id of its `RunningItem`.

        Raises:
            NotFoundError: No work item of this id runs.
        """

        async def cancel() -> ActionResult:
            control = self._workplace.find("corner_host.background", "QueueControl")
            known = {str(each.id): each.id for each in control.running()} if control is not None else {}
            if control is None or item_id not in known or not control.cancel(known[item_id]):
                raise NotFoundError("running work item", item_id)
            return ActionResult(action="items.cancel", target=item_id, message="asked to end", count=1)

        return await self._workplace.actions.perform("items.cancel", item_id, cancel, by=by, reason=reason)

    async def cancel(self, query: JobQuery, *, by: Actor, reason: str = "", dry_run: bool = False) -> ActionResult:
        """Cancel jobs that wait, and ask those that run to stop. Errors: as `requeue`."""
        return await self._repairs.perform("cancel", query, by, reason, dry_run=dry_run)

    async def delete(self, query: JobQuery, *, by: Actor, reason: str = "", dry_run: bool = False) -> ActionResult:
        """Delete jobs that do not run. There is no way back. Errors: as `requeue`."""
        return await self._repairs.perform("delete", query, by, reason, dry_run=dry_run)

    def _control(self) -> Any | None:
        return self._workplace.find("corner_host.jobs", "JobControl")

    def _handlers(self) -> Mapping[str, Any]:
        registry = self._workplace.find("corner_host.jobs.registry", "JobRegistry")
        return {} if registry is None else {each.name: each for each in registry}

    def _rows(self, jobs: Iterable[Any]) -> list[JobSummary]:
        return [self._row(each) for each in jobs]

    def _row(self, job: Any) -> JobSummary:
        from . import job_views  # noqa: PLC0415 - loads the jobs

        handler = self._handlers().get(job.name)
        attempts = None if handler is None else handler.retry.max_attempts
        return job_views.summary(job, now=self._workplace.clock.now(), max_attempts=attempts)

    def _waiting(self) -> Mapping[str, CodePlace]:
        """Return where the jobs wait that run in this process."""
        tell: Callable[[], Mapping[str, Place]] | None = getattr(self._control(), "waiting", None)
        root = self._workplace.environment.content_root_path
        places: Mapping[str, Place] = {} if tell is None else tell()
        return {
            job: code_place(place.file, place.line, place.function, root) for job, place in places.items() if place.file
        }


def _facet(counter: Counter[str]) -> tuple[FacetValue, ...]:
    return tuple(FacetValue(value=value, count=count) for value, count in counter.most_common(_MOST_FACETS))
