"""What lies in the outbox, found as if it were in the engine already: what waits there, and what the engine never took."""

import heapq
import json
from dataclasses import replace
from typing import Final, final

from corner_host.jobs.contracts import JobEngine
from corner_host.jobs.info import JobFilter, JobInfo, JobState

from .entries import QUEUE, shown

_PAGE: Final = 500
_ALIVE: Final = (JobState.WAITING, JobState.SCHEDULED, JobState.RUNNING)


@final
class Entries:
    """The entries of an outbox that are not forwarded; what was forwarded is the engine's to show.

    Args:
        local: The outbox.
    """

    def __init__(self, local: JobEngine) -> None:
        self._local = local

    async def find(self, wanted: JobFilter, *, limit: int, before: str | None = None) -> list[JobInfo]:
        """Return the jobs meant, newest first."""
        found: list[JobInfo] = []
        for state in _states(wanted.state):
            found += await self._in(state, wanted, limit, before)
        return heapq.nlargest(limit, found, key=lambda each: each.id)

    async def _in(self, state: JobState, wanted: JobFilter, limit: int, before: str | None) -> list[JobInfo]:
        found: list[JobInfo] = []
        # what an entry has in its payload only is looked at here
        stored = replace(wanted, state=state, queue=QUEUE, text=None, parent=None)
        while len(found) < limit and (page := await self._local.records.list(stored, limit=_PAGE, before=before)):
            before = page[-1].id
            found += [job for job in map(shown, page) if _is_meant(job, wanted)]
        return found[:limit]


def _states(wanted: JobState | None) -> tuple[JobState, ...]:
    """Return which states entries have that are shown in this one."""
    if wanted is None:
        return *_ALIVE, JobState.DEAD, JobState.CANCELLED
    if wanted is JobState.WAITING:
        return _ALIVE
    return (wanted,) if wanted in {JobState.DEAD, JobState.CANCELLED} else ()


def _is_meant(job: JobInfo, wanted: JobFilter) -> bool:
    return (
        wanted.queue in {None, QUEUE, job.queue}
        and wanted.parent in {None, job.parent}
        and wanted.worker in {None, job.worker}
        and (wanted.text is None or _has(job, wanted.text))
    )


def _has(job: JobInfo, text: str) -> bool:
    return any(
        text.lower() in each.lower() for each in (job.id, job.key or "", json.dumps(job.payload, ensure_ascii=False))
    )
