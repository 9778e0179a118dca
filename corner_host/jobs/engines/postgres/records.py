"""Looking at the stored jobs, and putting them right: one by one, by filter, until one has ended."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from typing import Final, TypeAlias, final

import anyio

from corner_host.jobs.errors import JobRegistrationError
from corner_host.jobs.info import BulkAnswer, FailureGroup, JobCount, JobFilter, JobInfo, JobState

from . import failures, search
from .changes import Changes
from .pool import Pool
from .statements import Statements

_SOONEST_LOOK_SECONDS: Final = 0.01
_LATEST_LOOK_SECONDS: Final = 0.25
_CHUNK: Final = 1000
"""As many jobs are changed in one transaction, so that workers get their turn in between."""
_ENDED_BADLY: Final = "state IN ('DEAD', 'CANCELLED')"
_ALIVE: Final = "state IN ('WAITING', 'SCHEDULED', 'RUNNING')"
_NOT_RUNNING: Final = "state <> 'RUNNING'"

Change: TypeAlias = Callable[[Sequence[str], int], Awaitable[int]]


@final
class PostgresRecords:
    """The stored jobs of one database."""

    def __init__(self, pool: Pool, statements: Statements, changes: Changes) -> None:
        self._pool = pool
        self._statements = statements
        self._changes = changes

    async def get(self, job_id: str) -> JobInfo | None:
        """Return the job with its history, or None."""
        return await search.find(self._pool.fetch, self._statements.schema, job_id)

    async def list(self, wanted: JobFilter, *, limit: int = 100, before: str | None = None) -> Sequence[JobInfo]:
        """Return the jobs meant, newest first."""
        return await search.find_all(self._pool.fetch, self._statements.schema, wanted, limit, before)

    async def count(self, wanted: JobFilter, *, most: int = 10_000) -> int:
        """Return how many jobs are meant, up to *most*."""
        return await search.count(self._pool.fetch, self._statements.schema, wanted, most)

    async def counts(self) -> Sequence[JobCount]:
        """Return how many jobs there are, by queue, name and state."""
        return await search.count_all(self._pool.fetch, self._statements.schema)

    async def failures(
        self, *, since: datetime | None = None, until: datetime | None = None, limit: int = 100
    ) -> Sequence[FailureGroup]:
        """Return the attempts that failed in a time, in groups."""
        return await failures.group(self._pool.fetch, self._statements.history, since, until, limit)

    async def wait_ended(self, job_id: str) -> JobInfo | None:
        """Return the job once it has ended; None when it is unknown."""
        wait = _SOONEST_LOOK_SECONDS
        while True:
            state = await search.state_of(self._pool.fetch, self._statements.schema, job_id)
            if state is None or state.has_ended:
                return await self.get(job_id)
            await anyio.sleep(wait)
            wait = min(wait * 1.5, _LATEST_LOOK_SECONDS)

    async def requeue(self, job_id: str) -> bool:
        """Let a dead or cancelled job run again.

        Raises:
            JobRegistrationError: A job with the same key is waiting or running.
        """
        if await self._changes.requeue([job_id], [timedelta(0)]):
            return True
        state = await search.state_of(self._pool.fetch, self._statements.schema, job_id)
        if state in {JobState.DEAD, JobState.CANCELLED}:
            raise JobRegistrationError(
                f"Job {job_id} cannot be requeued: another job with its key is waiting or running."
            )
        return False

    async def delete(self, job_id: str) -> bool:
        """Forget a job that does not run."""
        return bool(await self._changes.delete([job_id]))

    async def requeue_all(
        self, wanted: JobFilter, *, per_second: float | None = None, dry_run: bool = False
    ) -> BulkAnswer:
        """Requeue the dead and cancelled ones of the jobs meant, but those whose key was taken or has succeeded since."""
        step = 0.0 if per_second is None else 1 / per_second

        async def requeue(ids: Sequence[str], first: int) -> int:
            return await self._changes.requeue(ids, [timedelta(seconds=(first + n) * step) for n in range(len(ids))])

        found = await search.meant_again(self._pool.fetch, self._statements.schema, wanted, _ENDED_BADLY)
        return await self._change_all(found, None if dry_run else requeue)

    async def cancel_all(self, wanted: JobFilter, *, dry_run: bool = False) -> BulkAnswer:
        """Cancel the living ones of the jobs meant."""
        found = await search.meant(self._pool.fetch, self._statements.schema, wanted, _ALIVE)
        return await self._change_all(found, None if dry_run else self._cancel)

    async def delete_all(self, wanted: JobFilter, *, dry_run: bool = False) -> BulkAnswer:
        """Delete those of the jobs meant that do not run."""
        found = await search.meant(self._pool.fetch, self._statements.schema, wanted, _NOT_RUNNING)
        return await self._change_all(found, None if dry_run else self._delete)

    async def _cancel(self, ids: Sequence[str], first: int) -> int:
        del first
        return await self._changes.cancel(ids)

    async def _delete(self, ids: Sequence[str], first: int) -> int:
        del first
        return await self._changes.delete(ids)

    async def _change_all(self, found: Sequence[search.Meant], change: Change | None) -> BulkAnswer:
        oldest = min((each.at for each in found), default=None)
        newest = max((each.at for each in found), default=None)
        ids = [each.id for each in found if not each.is_left_out]
        changed = len(ids)
        if change is not None:
            changed = sum([await change(ids[start : start + _CHUNK], start) for start in range(0, len(ids), _CHUNK)])
        return BulkAnswer(count=changed, skipped=len(found) - changed, oldest=oldest, newest=newest)
