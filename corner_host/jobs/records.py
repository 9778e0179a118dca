"""What the store of an engine is asked by clients, operators and dashboards: the second half of the port.

An engine that cannot answer (see `Capabilities`) raises `NotSupportedByEngineError` with a text that says what it can do
instead. Times are aware datetimes, in UTC in answers.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from .info import BulkAnswer, FailureGroup, JobCount, JobFilter, JobInfo, QueueDepth, QueuePause


class JobRecords(Protocol):
    """The stored jobs: looked at, counted, and put right one by one or by filter."""

    async def get(self, job_id: str) -> JobInfo | None:
        """Return the job with its history and traceback, or None."""
        ...

    async def list(self, wanted: JobFilter, *, limit: int = 100, before: str | None = None) -> Sequence[JobInfo]:
        """Return up to *limit* of the jobs meant, newest first; with the last one's id as *before*, those that follow."""
        ...

    async def count(self, wanted: JobFilter, *, most: int = 10_000) -> int:
        """Return how many jobs are meant, and *most* where there are more, so that it stays cheap."""
        ...

    async def counts(self) -> Sequence[JobCount]:
        """Return how many jobs there are, by queue, name and state."""
        ...

    async def failures(
        self, *, since: datetime | None = None, until: datetime | None = None, limit: int = 100
    ) -> Sequence[FailureGroup]:
        """Return the attempts that failed in a time, also of jobs that succeeded later; the largest group first."""
        ...

    async def wait_ended(self, job_id: str) -> JobInfo | None:
        """Return the job once it has ended; None when it is unknown."""
        ...

    async def requeue(self, job_id: str) -> bool:
        """Let a dead or cancelled job run again, its attempts counted anew. False when it is neither."""
        ...

    async def delete(self, job_id: str) -> bool:
        """Forget a job and its history; children that wait for it are cancelled. False when it runs or is unknown."""
        ...

    async def requeue_all(
        self, wanted: JobFilter, *, per_second: float | None = None, dry_run: bool = False
    ) -> BulkAnswer:
        """Requeue those of the jobs meant that are dead or cancelled, the oldest first.

        With *per_second*, they become due one after the other at this rate. A *dry_run* changes nothing.
        """
        ...

    async def cancel_all(self, wanted: JobFilter, *, dry_run: bool = False) -> BulkAnswer:
        """Cancel those of the jobs meant that have not ended, as `JobEngine.cancel` does one."""
        ...

    async def delete_all(self, wanted: JobFilter, *, dry_run: bool = False) -> BulkAnswer:
        """Delete those of the jobs meant that do not run."""
        ...


class JobQueues(Protocol):
    """How long queues are, and their pauses.

    Pauses are stored, so that all workers keep to them: they finish what runs, and claim no more from there. Jobs are
    accepted all the same.
    """

    async def pause(self, queue: str, *, until: datetime | None = None, reason: str = "") -> None:
        """Pause a queue, or change the pause that it has; it ends by itself at *until*."""
        ...

    async def resume(self, queue: str) -> bool:
        """End a pause; False when there was none."""
        ...

    async def paused(self) -> Sequence[QueuePause]:
        """Return the pauses that hold now."""
        ...

    async def depth(self, queue: str) -> QueueDepth:
        """Return how many jobs of *queue* are ready and wait, and how many run; cheap, however many are stored."""
        ...
