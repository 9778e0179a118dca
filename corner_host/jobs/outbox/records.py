"""A job is found, and put right, wherever it is: in the outbox, or in the engine behind it."""

import sys
from collections.abc import Awaitable, Callable, Container, Sequence
from datetime import datetime
from typing import Final, TypeAlias, final

from corner_host.jobs.contracts import JobEngine
from corner_host.jobs.info import BulkAnswer, FailureGroup, JobCount, JobFilter, JobInfo, JobState
from corner_host.jobs.records import JobRecords

from .entries import QUEUE, shown, stands_for
from .searching import Entries

Change: TypeAlias = Callable[[str], Awaitable[bool]]
_ENDED_BADLY: Final = frozenset({JobState.DEAD, JobState.CANCELLED})
_ALIVE: Final = frozenset({JobState.WAITING})
_ANY: Final = frozenset(JobState)


@final
class OutboxRecords:
    """The jobs of an engine and of the outbox before it.

    Args:
        local: The outbox.
        inner: The engine's records.
    """

    def __init__(self, local: JobEngine, inner: JobRecords) -> None:
        self._local = local
        self._entries = Entries(local)
        self._inner = inner

    async def get(self, job_id: str) -> JobInfo | None:
        """Return the job, or None."""
        found = await self._inner.get(job_id)
        entry = None if found is not None else await self._entry(job_id)
        if entry is None or not _is_forwarded(entry):
            return found if entry is None else shown(entry)
        return await self._inner.get(stands_for(entry))

    async def wait_ended(self, job_id: str) -> JobInfo | None:
        """Return the job once it has ended; None when it is unknown."""
        if await self._inner.get(job_id) is None and await self._entry(job_id) is not None:
            entry = await self._local.records.wait_ended(job_id)
            if entry is not None and not _is_forwarded(entry):
                return shown(entry)
            if entry is not None:
                return await self._inner.wait_ended(stands_for(entry))
        return await self._inner.wait_ended(job_id)

    async def requeue(self, job_id: str) -> bool:
        """Let a dead or cancelled job run again, or be forwarded again."""
        entry = await self._entry(job_id)
        if entry is not None and not _is_forwarded(entry):
            return await self._local.records.requeue(job_id)
        return await self._inner.requeue(job_id)

    async def delete(self, job_id: str) -> bool:
        """Forget a job. False when it runs or is unknown."""
        entry = await self._entry(job_id)
        deleted = entry is not None and await self._local.records.delete(job_id)
        return await self._inner.delete(job_id) or (deleted and entry is not None and not _is_forwarded(entry))

    async def list(self, wanted: JobFilter, *, limit: int = 100, before: str | None = None) -> Sequence[JobInfo]:
        """Return the jobs meant, of both."""
        engine = await self._inner.list(wanted, limit=limit, before=before)
        known = {each.id for each in engine}
        outbox = [each for each in await self._entries.find(wanted, limit=limit, before=before) if each.id not in known]
        return sorted([*engine, *outbox], key=lambda each: each.id, reverse=True)[:limit]

    async def count(self, wanted: JobFilter, *, most: int = 10_000) -> int:
        """Return how many jobs are meant, of both."""
        engine = await self._inner.count(wanted, most=most)
        return min(most, engine + len(await self._entries.find(wanted, limit=most)))

    async def counts(self) -> Sequence[JobCount]:
        """Ask the engine, and add what waits in the outbox or died there, as a queue of its own."""
        local = [each for each in await self._local.records.counts() if each.queue == QUEUE]
        return [*await self._inner.counts(), *(each for each in local if each.state is not JobState.SUCCEEDED)]

    async def failures(
        self, *, since: datetime | None = None, until: datetime | None = None, limit: int = 100
    ) -> Sequence[FailureGroup]:
        """Return the failures of both: what the engine refused is among them."""
        engine = await self._inner.failures(since=since, until=until, limit=limit)
        outbox = await self._local.records.failures(since=since, until=until, limit=limit)
        return sorted([*engine, *outbox], key=lambda each: each.count, reverse=True)[:limit]

    async def requeue_all(
        self, wanted: JobFilter, *, per_second: float | None = None, dry_run: bool = False
    ) -> BulkAnswer:
        """Requeue those of both."""
        engine = await self._inner.requeue_all(wanted, per_second=per_second, dry_run=dry_run)
        return await self._change_all(wanted, _ENDED_BADLY, None if dry_run else self._local.records.requeue, engine)

    async def cancel_all(self, wanted: JobFilter, *, dry_run: bool = False) -> BulkAnswer:
        """Cancel those of both; one that is on its way at this moment is counted twice."""
        engine = await self._inner.cancel_all(wanted, dry_run=dry_run)
        return await self._change_all(wanted, _ALIVE, None if dry_run else self._local.cancel, engine)

    async def delete_all(self, wanted: JobFilter, *, dry_run: bool = False) -> BulkAnswer:
        """Delete those of both."""
        engine = await self._inner.delete_all(wanted, dry_run=dry_run)
        return await self._change_all(wanted, _ANY, None if dry_run else self._local.records.delete, engine)

    async def _change_all(
        self, wanted: JobFilter, states: Container[JobState], change: Change | None, engine: BulkAnswer
    ) -> BulkAnswer:
        """Do to the entries meant what was done to the jobs in the engine; returns both together."""
        meant = [each for each in await self._entries.find(wanted, limit=sys.maxsize) if each.state in states]
        changed = [change is None or await change(each.id) for each in meant]
        times = [each.enqueued_at for each in meant]
        oldest = [each for each in (engine.oldest, *times) if each is not None]
        newest = [each for each in (engine.newest, *times) if each is not None]
        return BulkAnswer(
            count=engine.count + changed.count(True),
            skipped=engine.skipped + changed.count(False),
            oldest=min(oldest, default=None),
            newest=max(newest, default=None),
        )

    async def _entry(self, job_id: str) -> JobInfo | None:
        entry = await self._local.records.get(job_id)
        return entry if entry is not None and entry.queue == QUEUE else None


def _is_forwarded(entry: JobInfo) -> bool:
    return entry.state is JobState.SUCCEEDED
