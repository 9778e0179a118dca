"""What runs, beside how long it usually takes."""

import anyio

from corner_host import JobClient
from corner_host.operations import RunningItem

from .conftest import Look
from .naps import Nap, napping


async def test_a_job_that_runs_is_shown_beside_what_its_kind_usually_takes(look: Look) -> None:
    """OV-39: the 95th percentile of those that have succeeded lately; nothing where none has."""
    async with look(napping, "--Jobs:GraceSeconds=0.01") as operations:
        client = operations.host._workplace.services.get_required_service(JobClient)  # pyright: ignore[reportPrivateUsage]

        async def running() -> RunningItem:
            long = await client.enqueue(Nap(seconds=600))
            with anyio.fail_after(10):
                while not (found := await operations.jobs.running()):
                    await anyio.sleep(0.005)
            await client.cancel(long.id)
            with anyio.fail_after(10):
                while await operations.jobs.running():
                    await anyio.sleep(0.005)
            return found[0]

        before = await running()
        operations.jobs._usual._known.clear()  # pyright: ignore[reportPrivateUsage] - a minute has passed
        for _ in range(3):
            await client.result((await client.enqueue(Nap(seconds=0))).id, timeout=20)
        after = await running()

    assert before.usual_seconds is None
    assert after.usual_seconds is not None
    assert after.usual_seconds < 600
