"""A program that works through orders, to be killed: ``python -m tests.jobs.shop_program DATABASE BACKEND MODE``.

Each order that is done is written down as a line in the file beside the database. *MODE* is ``work``, ``slow`` (an order
takes half a second) or ``poison`` (the order kills its process).
"""

import os
import signal
import sys
from pathlib import Path

import anyio
from pydantic import BaseModel

from corner_host import Host, HostBuilder
from corner_host.jobs import JobContext, RetryPolicy


class Order(BaseModel):
    number: int


def create_builder(database: Path, mode: str) -> HostBuilder:
    done = database.with_suffix(".done")

    async def process(order: Order, context: JobContext) -> None:
        with done.open("a") as file:
            file.write(f"start {order.number} {context.attempt}\n")
        match mode:
            case "poison":
                os.kill(os.getpid(), signal.SIGKILL)
            case "slow":
                await anyio.sleep(0.5)
            case _:
                await anyio.sleep(0.01)
        with done.open("a") as file:
            file.write(f"end {order.number} {context.attempt}\n")

    builder = Host.create_builder(
        [f"--Jobs:ConnectionString={database}", "--Jobs:LeaseSeconds=1", "--Logging:LogLevel:Default=Warning"]
    )
    builder.services.add_jobs(builder.configuration)
    builder.services.add_job_handler(Order, process, retry=RetryPolicy(max_attempts=3))
    return builder


if __name__ == "__main__":
    create_builder(Path(sys.argv[1]), sys.argv[3]).build().run(backend=sys.argv[2])
