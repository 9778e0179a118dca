"""The program that works: a host like an application's. ``python -m tests.campaign.worker LEDGER [--Jobs:... ...]``."""

import os
import signal
import sys
from pathlib import Path

import anyio
from pydantic import BaseModel

from corner_host import Host, HostBuilder
from corner_host.jobs import JobContext, JobFailed, RetryPolicy
from corner_host.primitives import Backoff

from .ledger import Ledger

_QUICKLY = Backoff(first=0.05, ceiling=0.5)
POISON_ATTEMPTS = 3


class Work(BaseModel):
    """A job that takes a while; ``flaky`` ones fail at first, ``doomed`` ones for good."""

    kind: str = "good"
    milliseconds: int = 5


class Poison(BaseModel):
    """A job that kills whoever runs it."""


async def work(job: Work, context: JobContext, ledger: Ledger) -> None:
    """Write down that it began, and that it ended."""
    ledger.note("begin", context.id)
    await anyio.sleep(job.milliseconds / 1000)
    if job.kind == "doomed":
        raise JobFailed("it never works")
    if job.kind == "flaky" and context.attempt == 1:
        raise OSError("it does not work at first")
    ledger.note("end", context.id)


async def poison(job: Poison, context: JobContext, ledger: Ledger) -> None:
    """Do not end."""
    ledger.note("begin", context.id)
    ledger.note("fault", "poison")
    os.kill(os.getpid(), signal.SIGKILL)


def create_builder(ledger: Path, arguments: list[str]) -> HostBuilder:
    """Return the application; with ``--Jobs:WorkerEnabled=false`` it only puts jobs."""
    builder = Host.create_builder(arguments)
    builder.services.add_singleton(Ledger, factory=lambda: Ledger(ledger))
    builder.services.add_jobs(builder.configuration)
    builder.services.add_job_handler(Work, work, retry=RetryPolicy(max_attempts=25, backoff=_QUICKLY))
    builder.services.add_job_handler(Poison, poison, retry=RetryPolicy(max_attempts=POISON_ATTEMPTS, backoff=_QUICKLY))
    return builder


if __name__ == "__main__":
    create_builder(Path(sys.argv[1]), sys.argv[2:]).build().run()
