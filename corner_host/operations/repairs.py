"""Jobs put right: requeued, cancelled, deleted; those of some ids one by one, all that match at once."""

from collections.abc import Awaitable, Callable
from typing import Any, Final, TypeVar, final

from corner_host.primitives import without_passwords

from .contracts import ActionResult, Actor, JobQuery
from .errors import InvalidRequestError, NotFoundError, UnavailableError
from .job_words import VERBS, message, told
from .workplace import Workplace

T = TypeVar("T")

_MOST_IDS: Final = 1000
_MOST_ERRORS: Final = 10
_WHY: Final = {"requeue": ": their key is taken, or has succeeded since"}


@final
class JobRepairs:
    """Does to jobs what an operator asks for."""

    def __init__(self, workplace: Workplace) -> None:
        self._workplace = workplace

    async def perform(
        self, verb: str, query: JobQuery, by: Actor, reason: str, *, dry_run: bool, rate: float | None = None
    ) -> ActionResult:
        """Requeue, cancel or delete.

        Raises:
            UnavailableError: The host has no durable jobs, or the engine cannot do it.
            InvalidRequestError: A value of the query makes no sense.
            NotFoundError: The only id is of no job.
        """

        async def do() -> ActionResult:
            control = self._workplace.find("corner_host.jobs", "JobControl")
            if control is None:
                raise UnavailableError("This host has no durable jobs.")
            if query.ids:
                return await engine_told(_one_by_one(control, verb, ids_of(query), dry_run=dry_run))
            return await engine_told(_all(control, verb, query, dry_run=dry_run, rate=rate))

        return await self._workplace.actions.perform(f"jobs.{verb}", told(query), do, by=by, reason=reason)


def ids_of(query: JobQuery) -> tuple[str, ...]:
    """Return the ids of *query*, each once.

    Raises:
        InvalidRequestError: They are too many.
    """
    if len(query.ids) > _MOST_IDS:
        raise InvalidRequestError(f"At most {_MOST_IDS} ids at once.", field="ids")
    return tuple(dict.fromkeys(query.ids))


async def delete_waiting(control: Any, queue: str, *, dry_run: bool) -> int:
    """Delete what waits in *queue*, or only count it.

    Raises:
        UnavailableError: The engine cannot do it.
    """
    from corner_host.jobs import JobFilter, JobState  # noqa: PLC0415 - they are in use

    waiting = JobFilter(queue=queue, state=JobState.WAITING)
    answer = await engine_told(control.delete_all(waiting, dry_run=dry_run))
    return int(answer.count)


async def engine_told(question: Awaitable[T]) -> T:
    """Return the answer to *question*.

    Raises:
        UnavailableError: The engine for jobs refused it.
    """
    from corner_host.jobs import JobEngineError, NotSupportedByEngineError  # noqa: PLC0415 - if there are any

    try:
        return await question
    except (NotSupportedByEngineError, JobEngineError) as error:
        raise UnavailableError(str(error)) from error


async def _all(control: Any, verb: str, query: JobQuery, *, dry_run: bool, rate: float | None) -> ActionResult:
    from . import job_views  # noqa: PLC0415 - loads the jobs

    bulk: Callable[..., Awaitable[Any]] = getattr(control, f"{verb}_all")
    more = {} if rate is None else {"per_second": rate}
    answers = [await bulk(each, dry_run=dry_run, **more) for each in job_views.filters_of(query)]
    count = sum(each.count for each in answers)
    skipped = sum(each.skipped for each in answers)
    return ActionResult(
        action=f"jobs.{verb}",
        target=told(query),
        message=message(verb, count, skipped, dry_run=dry_run, rate=rate, why=_WHY.get(verb, "")),
        count=count,
        skipped=skipped,
        is_dry_run=dry_run,
        oldest=min((each.oldest for each in answers if each.oldest is not None), default=None),
        newest=max((each.newest for each in answers if each.newest is not None), default=None),
    )


async def _one_by_one(control: Any, verb: str, ids: tuple[str, ...], *, dry_run: bool) -> ActionResult:
    one: Callable[[str], Awaitable[bool]] = getattr(control, verb)
    count, errors = 0, list[str]()
    for each in ids:
        job = await control.get(each)
        if job is None:
            errors.append(f"There is no job {each}.")
        elif dry_run:
            count += 1
        else:
            try:
                done = await one(each)
            except Exception as error:  # noqa: BLE001 - told for this one, and the others have their turn
                errors.append(without_passwords(str(error).partition("\n")[0]))
                continue
            if done:
                count += 1
            else:
                errors.append(f"Job {each} is {job.state.name} and cannot be {VERBS[verb]}.")
    if len(ids) == 1 and errors and errors[0].startswith("There is no job"):
        raise NotFoundError("job", ids[0])
    return ActionResult(
        action=f"jobs.{verb}",
        target=", ".join(ids[:_MOST_ERRORS]),
        message=message(verb, count, len(errors), dry_run=dry_run, rate=None),
        count=count,
        skipped=len(errors),
        is_dry_run=dry_run,
        errors=tuple(errors[:_MOST_ERRORS]),
    )
