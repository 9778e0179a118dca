"""A job is found wherever it is: in the outbox, or in the engine behind it. All else is asked of the engine."""

from collections.abc import Sequence
from datetime import datetime
from typing import final

from corner_host.jobs.contracts import JobEngine
from corner_host.jobs.info import BulkAnswer, FailureGroup, JobCount, JobFilter, JobInfo, JobState
from corner_host.jobs.records import JobRecords

from .entries import QUEUE, shown, stands_for


@final
class OutboxRecords:
    """The jobs of an engine and of the outbox before it.

    Args:
        local: The outbox.
        inner: The engine's records.
    """

    def __init__(self, local: JobEngine, inner: JobRecords) -> None:
        self._local = local
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
        """Ask the engine."""
        return await self._inner.list(wanted, limit=limit, before=before)

    async def count(self, wanted: JobFilter, *, most: int = 10_000) -> int:
        """Ask the engine."""
        return await self._inner.count(wanted, most=most)

    async def counts(self) -> Sequence[JobCount]:
        """Ask the engine, and add what waits in the outbox or died there, as a queue of its own."""
        local = [each for each in await self._local.records.counts() if each.queue == QUEUE]
        return [*await self._inner.counts(), *(each for each in local if each.state is not JobState.SUCCEEDED)]

    async def failures(
        self, *, since: datetime | None = None, until: datetime | None = None, limit: int = 100
    ) -> Sequence[FailureGroup]:
        """Ask the engine."""
        return await self._inner.failures(since=since, until=until, limit=limit)

    async def requeue_all(
        self, wanted: JobFilter, *, per_second: float | None = None, dry_run: bool = False
    ) -> BulkAnswer:
        """Ask the engine."""
        return await self._inner.requeue_all(wanted, per_second=per_second, dry_run=dry_run)

    async def cancel_all(self, wanted: JobFilter, *, dry_run: bool = False) -> BulkAnswer:
        """Ask the engine."""
        return await self._inner.cancel_all(wanted, dry_run=dry_run)

    async def delete_all(self, wanted: JobFilter, *, dry_run: bool = False) -> BulkAnswer:
        """Ask the engine."""
        return await self._inner.delete_all(wanted, dry_run=dry_run)

    async def _entry(self, job_id: str) -> JobInfo | None:
        entry = await self._local.records.get(job_id)
        return entry if entry is not None and entry.queue == QUEUE else None


def _is_forwarded(entry: JobInfo) -> bool:
    return entry.state is JobState.SUCCEEDED
