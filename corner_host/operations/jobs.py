# ruff: noqa: ARG002 - this is the surface; what fills it follows
"""``operations.jobs``: durable jobs, searched and put right, one or all that match."""

from typing import final

from .contracts import ActionResult, Actor, JobDetail, JobFacets, JobPage, JobQuery, RunningItem
from .errors import NotFoundError, UnavailableError
from .workplace import Workplace


@final
class JobOperations:
    """The stored jobs, and everything that runs.

    The three actions take a `JobQuery`: ``JobQuery(ids=("...",))`` for some, any other for all that match. A dry run counts and
    changes nothing.
    """

    def __init__(self, workplace: Workplace) -> None:
        self._workplace = workplace

    async def search(self, query: JobQuery | None = None) -> JobPage:
        """Return a page of jobs, newest first."""
        return JobPage()

    async def facets(self, query: JobQuery | None = None) -> JobFacets:
        """Return what can be filtered by among the jobs that match."""
        return JobFacets()

    async def get(self, job_id: str) -> JobDetail:
        """Return all about one job.

        Raises:
            NotFoundError: There is none.
        """
        raise NotFoundError("job", job_id)

    async def running(self) -> tuple[RunningItem, ...]:
        """Return what runs, work items and jobs, the longest first, each with the line where it waits."""
        return ()

    async def requeue(
        self, query: JobQuery, *, by: Actor, reason: str = "", dry_run: bool = False, rate: float | None = None
    ) -> ActionResult:
        """Let dead and cancelled jobs run again, their attempts counted anew.

        Args:
            query: Which.
            by: Who.
            reason: Why.
            dry_run: Only count.
            rate: At most so many a second; returns when all are done.
        """
        raise UnavailableError("This host has no durable jobs.")

    async def cancel(self, query: JobQuery, *, by: Actor, reason: str = "", dry_run: bool = False) -> ActionResult:
        """Cancel jobs that wait, and ask those that run to stop."""
        raise UnavailableError("This host has no durable jobs.")

    async def delete(self, query: JobQuery, *, by: Actor, reason: str = "", dry_run: bool = False) -> ActionResult:
        """Delete jobs that do not run. There is no way back."""
        raise UnavailableError("This host has no durable jobs.")
