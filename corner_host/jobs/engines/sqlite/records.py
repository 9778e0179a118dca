"""Looking at the stored jobs, and putting them right: one by one, by filter, until one has ended."""

import sqlite3
import time
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial
from typing import Final, NamedTuple, TypeAlias, final

import anyio

from corner_host.jobs.errors import JobRegistrationError
from corner_host.jobs.info import BulkAnswer, FailureGroup, JobCount, JobFilter, JobInfo, JobState

from . import changes, search
from .writer import Writer

_LOOK_SECONDS: Final = 0.02
_CHUNK: Final = 1000
"""As many jobs are changed in one transaction, so that workers get their turn in between."""
_ENDED_BADLY: Final = "state IN (4, 5)"
_ALIVE: Final = "state <= 2"
_NOT_RUNNING: Final = "state != 2"

_TAKEN: Final = (
    "LEFT JOIN (SELECT name AS its_name, key AS its_key, max(CASE WHEN state <= 2 THEN '~' ELSE id END) AS taken"
    " FROM corner_jobs WHERE key IS NOT NULL AND state <= 3 GROUP BY 1, 2) ON its_name = name AND its_key = key"
)
"""Joins what keeps a job with a key from being requeued: one that is alive, or one put later that has succeeded."""

Change: TypeAlias = Callable[[sqlite3.Connection, Sequence[str], float, int], int]


@final
class SqliteRecords:
    """The stored jobs of one file."""

    def __init__(self, writer: Writer, reader: Writer, changed: Callable[[], None]) -> None:
        self._writer = writer
        self._reader = reader
        self._changed = changed

    async def get(self, job_id: str) -> JobInfo | None:
        """Return the job with its history, or None."""
        return await self._reader.execute(partial(search.find, job_id=job_id))

    async def list(self, wanted: JobFilter, *, limit: int = 100, before: str | None = None) -> Sequence[JobInfo]:
        """Return the jobs meant, newest first."""
        return await self._reader.execute(partial(search.find_all, wanted=wanted, limit=limit, before=before))

    async def count(self, wanted: JobFilter, *, most: int = 10_000) -> int:
        """Return how many jobs are meant, up to *most*."""
        return await self._reader.execute(partial(search.count, wanted=wanted, most=most))

    async def counts(self) -> Sequence[JobCount]:
        """Return how many jobs there are, by queue, name and state."""
        return await self._reader.execute(search.count_all)

    async def failures(
        self, *, since: datetime | None = None, until: datetime | None = None, limit: int = 100
    ) -> Sequence[FailureGroup]:
        """Return the attempts that failed in a time, in groups."""
        return await self._reader.execute(partial(search.group_failures, since=since, until=until, limit=limit))

    async def requeue(self, job_id: str) -> bool:
        """Let a dead or cancelled job run again.

        Raises:
            JobRegistrationError: A job with the same key is waiting or running.
        """
        now = time.time()
        if await self._writer.execute(lambda connection: changes.requeue(connection, [(job_id, now)], now)):
            self._changed()
            return True
        info = await self.get(job_id)
        if info is not None and info.state in {JobState.DEAD, JobState.CANCELLED}:
            raise JobRegistrationError(
                f"Job {job_id} cannot be requeued: another job with its key is waiting or running."
            )
        return False

    async def delete(self, job_id: str) -> bool:
        """Forget a job that does not run."""
        return bool(await self._writer.execute(lambda connection: changes.delete(connection, [job_id], time.time())))

    async def requeue_all(
        self, wanted: JobFilter, *, per_second: float | None = None, dry_run: bool = False
    ) -> BulkAnswer:
        """Requeue the dead and cancelled ones of the jobs meant, but those whose key was taken or has succeeded since."""

        def requeue(connection: sqlite3.Connection, ids: Sequence[str], now: float, first: int) -> int:
            step = 0.0 if per_second is None else 1 / per_second
            return changes.requeue(connection, [(each, now + (first + n) * step) for n, each in enumerate(ids)], now)

        meant = await self._reader.execute(partial(_meant_again, wanted))
        return await self._change_all(meant, None if dry_run else requeue)

    async def cancel_all(self, wanted: JobFilter, *, dry_run: bool = False) -> BulkAnswer:
        """Cancel the living ones of the jobs meant."""
        meant = await self._reader.execute(partial(_meant, wanted, _ALIVE))
        return await self._change_all(meant, None if dry_run else _cancel)

    async def delete_all(self, wanted: JobFilter, *, dry_run: bool = False) -> BulkAnswer:
        """Delete those of the jobs meant that do not run."""
        meant = await self._reader.execute(partial(_meant, wanted, _NOT_RUNNING))
        return await self._change_all(meant, None if dry_run else _delete)

    async def wait_ended(self, job_id: str) -> JobInfo | None:
        """Return the job once it has ended; None when it is unknown."""
        while True:  # it may end in another process
            if not await self._reader.execute(partial(search.is_alive, job_id=job_id)):
                return await self.get(job_id)
            await anyio.sleep(_LOOK_SECONDS)

    async def _change_all(self, meant: "_Meant", change: Change | None) -> BulkAnswer:
        changed = len(meant.ids)
        if change is not None:
            now, changed = time.time(), 0
            for start in range(0, len(meant.ids), _CHUNK):
                ids = meant.ids[start : start + _CHUNK]
                changed += await self._writer.execute(partial(_changed_by, change, ids, now, start))
                self._changed()
        return BulkAnswer(count=changed, skipped=meant.number - changed, oldest=meant.oldest, newest=meant.newest)


class _Meant(NamedTuple):
    """The ids of the jobs to be changed; how many are meant with those left out, and when these were put."""

    ids: list[str]
    number: int
    oldest: datetime | None
    newest: datetime | None


# both in the reader's thread: of a hundred thousand jobs, the loop would feel it
def _meant(wanted: JobFilter, condition: str, connection: sqlite3.Connection) -> _Meant:
    """Look for the jobs that fit *wanted* and *condition*, the oldest first."""
    where, values = search.where_of(wanted)
    statement = f"SELECT id, enqueued_at FROM corner_jobs WHERE {where} AND {condition} ORDER BY id"  # noqa: S608
    rows = connection.execute(statement, values).fetchall()
    return _summed([job_id for job_id, _ in rows], [at for _, at in rows])


def _meant_again(wanted: JobFilter, connection: sqlite3.Connection) -> _Meant:
    """The same, of jobs that shall run again; left out is whose key is taken, and all but the first of a key."""
    where, values = search.where_of(wanted)
    statement = (
        "SELECT id, enqueued_at, taken IS NOT NULL AND taken > id, name, key"  # noqa: S608
        f" FROM corner_jobs {_TAKEN} WHERE {where} AND {_ENDED_BADLY} ORDER BY id"
    )
    ids, times, keys = list[str](), list[float](), set[tuple[str, str | None]]()
    for job_id, at, is_taken, name, key in connection.execute(statement, values):
        times.append(at)
        if not is_taken and (key is None or (name, key) not in keys):
            ids.append(job_id)
            keys.add((name, key))
    return _summed(ids, times)


def _summed(ids: list[str], times: list[float]) -> _Meant:
    oldest, newest = (search.moment(min(times)), search.moment(max(times))) if times else (None, None)
    return _Meant(ids, len(times), oldest, newest)


def _changed_by(change: Change, ids: Sequence[str], now: float, first: int, connection: sqlite3.Connection) -> int:
    return change(connection, ids, now, first)


def _cancel(connection: sqlite3.Connection, ids: Sequence[str], now: float, first: int) -> int:
    del first
    return changes.cancel(connection, ids, now)


def _delete(connection: sqlite3.Connection, ids: Sequence[str], now: float, first: int) -> int:
    del first
    return changes.delete(connection, ids, now)
