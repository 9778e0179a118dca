"""Durable jobs in a test's hands."""

from typing import final

import anyio

from corner_host.jobs import JobClient, JobEngine, JobFilter, JobInfo, JobState

_LOOK_SECONDS = 0.005
_ACTIVE = (JobState.WAITING, JobState.RUNNING)


@final
class JobDriver:
    """Waits for jobs of a running host, and shows how they ended.

    ``settings={"Jobs:Engine": "memory"}`` keeps a test's jobs from the application's store.

    Args:
        client: The host's.
        engine: The host's.
    """

    def __init__(self, client: JobClient, engine: JobEngine) -> None:
        self._client = client
        self._engine = engine

    async def drain(self, *, limit: float = 10.0) -> None:
        """Return once no job waits or runs; those that are to run at a later time are left.

        Raises:
            TimeoutError: That took more than *limit* seconds.
        """
        with anyio.fail_after(limit):
            while await self._is_active():  # noqa: ASYNC110 - a store says nothing by itself
                await anyio.sleep(_LOOK_SECONDS)

    async def wait_for(self, job_id: str, *, limit: float = 10.0) -> JobInfo:
        """Return the job once it has ended.

        Raises:
            LookupError: There is no such job.
            TimeoutError: That took more than *limit* seconds.
        """
        with anyio.fail_after(limit):
            info = await self._engine.records.wait_ended(job_id)
        if info is None:
            raise LookupError(f"There is no job {job_id}.")
        return info

    async def _is_active(self) -> bool:
        for state in _ACTIVE:
            if await self._engine.records.list(JobFilter(state=state), limit=1):
                return True
        return False
