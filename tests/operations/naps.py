"""Jobs that take as long as they say."""

import anyio
from pydantic import BaseModel

from corner_host import HostBuilder


class Nap(BaseModel):
    """A payload."""

    seconds: float


async def handle(job: Nap) -> None:
    """Take as long as it says."""
    await anyio.sleep(job.seconds)


def napping(builder: HostBuilder) -> None:
    """Have the host handle naps."""
    builder.services.add_jobs(builder.configuration)
    builder.services.add_job_handler(Nap, handle, name="nap")
