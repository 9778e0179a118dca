"""Jobs in another order than the newest first, which is the stores' own.

No store can sort a hundred thousand jobs by what they have no index for while somebody waits, so that the newest of those
that match are sorted: all of them, where filters and a range of time leave no more than `MOST_SORTED`.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from corner_host.jobs import JobFilter, JobInfo

from .choices import COLUMNS
from .errors import InvalidRequestError
from .job_views import MOST_COUNTED

MOST_SORTED: Final = 1000
"""So many of the newest that match are sorted."""

_KEYS: Final[Mapping[str, Callable[[JobInfo], Any]]] = {
    "name": lambda job: job.name.casefold(),
    "key": lambda job: job.key,
    "queue": lambda job: job.queue,
    "state": lambda job: job.state.value,
    "attempt": lambda job: job.attempt,
    "waited": lambda job: _seconds(max(job.enqueued_at, job.run_at), job.started_at),
    "ran": lambda job: _seconds(job.started_at, job.finished_at),
    "enqueued": lambda job: job.enqueued_at,
    "error": lambda job: job.error_type,
}


async def newest_in_order(control: Any, filters: Sequence[JobFilter], order: str) -> tuple[list[JobInfo], int]:
    """Return the newest that fit one of *filters* in another order, and how many there are in all, as far as counted.

    Raises:
        InvalidRequestError: There is no such column.
    """
    in_order((), order)  # refuses before anything is looked for
    found: list[JobInfo] = []
    total = 0
    for each in filters:
        jobs: Sequence[JobInfo] = await control.list(each, limit=MOST_SORTED)
        total += len(jobs) if len(jobs) < MOST_SORTED else await control.count(each, most=MOST_COUNTED)
        found += jobs
    newest = sorted(found, key=lambda job: job.id, reverse=True)[:MOST_SORTED]
    return in_order(newest, order), min(total, MOST_COUNTED)


def in_order(jobs: Sequence[JobInfo], wanted: str) -> list[JobInfo]:
    """Return *jobs* in the order *wanted*: a column, the largest first with a minus; what has no value comes last.

    Raises:
        InvalidRequestError: There is no such column.
    """
    key = _KEYS.get(wanted.removeprefix("-"))
    if key is None:
        raise InvalidRequestError(
            f"sort must be one of {', '.join(COLUMNS)}, with a minus for downwards.", field="sort"
        )
    keyed = [(key(job), job) for job in jobs]
    known = [pair for pair in keyed if pair[0] is not None]
    known.sort(key=_first, reverse=wanted.startswith("-"))
    return [job for _, job in known] + [job for value, job in keyed if value is None]


def position(cursor: str | None) -> int:
    """Return where the page of a sorted list begins that *cursor* names.

    Raises:
        InvalidRequestError: It is of no sorted list.
    """
    if cursor is None:
        return 0
    if not cursor.isdecimal() or len(cursor) > 4:
        raise InvalidRequestError("cursor is of a list in another order.", field="cursor")
    return int(cursor)


def _first(pair: tuple[Any, JobInfo]) -> Any:
    return pair[0]


def _seconds(begin: Any, end: Any) -> float | None:
    return None if begin is None or end is None else (end - begin).total_seconds()
