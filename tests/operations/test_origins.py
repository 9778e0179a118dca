"""Jobs tell who put them."""

import anyio
from pydantic import BaseModel

from corner_host import BackgroundService, BackgroundTaskQueue, CancellationToken, HostBuilder, JobClient
from corner_host.operations import Actor, JobDetail, Operations

from .conftest import Look


class Note(BaseModel):
    """A payload."""

    text: str


async def handle(job: Note, jobs: JobClient) -> None:
    """Put another."""
    if job.text == "first":
        await jobs.enqueue(Note(text="by the job"))


class Feed(BackgroundService):
    """Puts a job, and has one put by the queue in memory."""

    def __init__(self, jobs: JobClient, queue: BackgroundTaskQueue) -> None:
        self._jobs = jobs
        self._queue = queue

    async def execute(self, stopping: CancellationToken) -> None:
        """Put them."""
        await self._jobs.enqueue(Note(text="first"))
        await self._queue.queue_background_work_item(self._jobs.enqueue, Note(text="by the item"))
        await stopping.wait()


async def sweep(jobs: JobClient, stopping: CancellationToken) -> None:
    """A service that is a function."""
    await jobs.enqueue(Note(text="by the function"))
    await stopping.wait()


def configure(builder: HostBuilder) -> None:
    """All that puts jobs by itself."""
    services = builder.services
    services.add_background_jobs(builder.configuration).add_jobs(builder.configuration)
    services.add_job_handler(Note, handle)
    builder.add_hosted_service(Feed).add_hosted_service(sweep)


async def test_a_job_tells_which_service_job_or_operator_put_it(look: Look) -> None:
    """OV-50: in memory, the service that runs the items; an operator, where one has it run again."""
    async with look(configure) as operations:
        with anyio.fail_after(10):
            while len(found := await _details(operations)) < 4 or not all(each.can_run_again for each in found):
                await anyio.sleep(0.005)
        (first,) = [each.job.id for each in found if each.payload["text"] == "first"]
        await operations.jobs.run_again(first, by=Actor("ada", via="dashboard"))
        (again,) = [each for each in await _details(operations) if each.parent == first]

    told = {each.payload["text"]: each.enqueued_by for each in found}
    assert told["first"] == f"service {__name__}.Feed"
    assert told["by the function"] == f"service {__name__}.sweep"
    assert told["by the item"].endswith(".QueuedHostedService")
    assert told["by the job"] == f"job Note {first}"
    assert again.enqueued_by == "ada (dashboard)"


async def _details(operations: Operations) -> list[JobDetail]:
    return [await operations.jobs.get(each.id) for each in (await operations.jobs.search()).items]
