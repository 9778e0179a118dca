"""Jobs in a host, in memory unless arguments say otherwise."""

from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from typing import Any

import anyio
from pydantic import BaseModel

from corner_host import Host, HostBuilder, JobClient
from corner_host.jobs import Enqueued, RetryPolicy
from corner_host.primitives import Backoff

AT_ONCE = RetryPolicy(max_attempts=3, backoff=Backoff(first=0.001, ceiling=0.001))


class Receipt(BaseModel):
    order: int


class Mailer:
    """Something scoped."""

    def __init__(self) -> None:
        self.sent: list[int] = []


@asynccontextmanager
async def jobs(configure: Callable[[HostBuilder], object], *arguments: str) -> AsyncGenerator[JobClient]:
    builder = Host.create_builder(["--Jobs:Engine=memory", "--Logging:LogLevel:Default=None", *arguments])
    builder.services.add_jobs(builder.configuration)
    configure(builder)
    with anyio.fail_after(30):
        async with builder.build() as host:
            yield host.services.get_required_service(JobClient)


def handler(function: Callable[..., Any], **settings: Any) -> Callable[[HostBuilder], object]:
    return lambda builder: builder.services.add_job_handler(Receipt, function, **{"retry": AT_ONCE, **settings})


async def put(client: JobClient, order: int = 7, **how: Any) -> str:
    answer = await client.enqueue(Receipt(order=order), **how)
    assert isinstance(answer, Enqueued)
    return answer.id
