"""Measure durable jobs with full dispatch (payload model, scope, time limit, retry policy), beside SQLite alone.

Ratios are to the raw line of the same round; the medians of the rounds are printed.
"""

import sys
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from statistics import median, quantiles
from tempfile import TemporaryDirectory

import anyio
from pydantic import BaseModel

from corner_host import CancellationToken, Host, JobClient
from corner_host.jobs import JobContext

from . import raw

JOBS = 10_000
PUTS = 1_000
LATENCIES = 200
ROUNDS = 3


class Order(BaseModel):
    """A payload of a usual size."""

    order: int
    customer: str = "ana"


class Session:
    """Something scoped, for each job."""


class Counter:
    """Counts handled jobs, and when they began."""

    def __init__(self) -> None:
        self.began: list[float] = []
        self.done = anyio.Event()
        self.wanted = 0

    def count(self) -> None:
        self.began.append(time.perf_counter())
        if len(self.began) == self.wanted:
            self.done.set()


async def handle(job: Order, context: JobContext, token: CancellationToken, session: Session, counter: Counter) -> None:
    """Do nothing but count."""
    counter.count()


@asynccontextmanager
async def jobs(path: Path, synchronous: str, *, worker: bool) -> AsyncGenerator[tuple[JobClient, Counter]]:
    arguments = [f"--Jobs:ConnectionString={path}", f"--Jobs:Synchronous={synchronous}", "--Jobs:MaxConcurrency=100"]
    builder = Host.create_builder([*arguments, f"--Jobs:WorkerEnabled={worker}", "--Logging:LogLevel:Default=Warning"])
    builder.services.add_scoped(Session).add_singleton(Counter)
    builder.services.add_jobs(builder.configuration).add_job_handler(Order, handle, timeout=30)
    async with builder.build() as host:
        yield host.services.get_required_service(JobClient), host.services.get_required_service(Counter)


async def end_to_end(folder: Path, synchronous: str) -> tuple[float, float]:
    """Return jobs a second from first to last start, and CPU seconds a job."""
    path = folder / f"jobs-{synchronous}.db"
    async with jobs(path, synchronous, worker=False) as (client, _):
        await client.enqueue_many([Order(order=number) for number in range(JOBS)])
    cpu = time.process_time()
    async with jobs(path, synchronous, worker=True) as (_, counter):
        counter.wanted = JOBS
        await counter.done.wait()
        seconds = counter.began[-1] - counter.began[0]
    return JOBS / seconds, (time.process_time() - cpu) / JOBS


async def putting(folder: Path, callers: int) -> float:
    """Return puts a second by so many callers at once."""
    async with jobs(folder / f"put-{callers}.db", "FULL", worker=False) as (client, _):

        async def put(count: int) -> None:
            for number in range(count):
                await client.enqueue(Order(order=number))

        began = time.perf_counter()
        async with anyio.create_task_group() as group:
            for _ in range(callers):
                group.start_soon(put, PUTS // callers * (1 if callers == 1 else 5))
        total = PUTS // callers * (1 if callers == 1 else 5) * callers
        return total / (time.perf_counter() - began)


async def latency(folder: Path) -> list[float]:
    """Return how long single jobs took from ``enqueue`` to their handler, in seconds."""
    waited: list[float] = []
    async with jobs(folder / "latency.db", "FULL", worker=True) as (client, counter):
        for number in range(LATENCIES):
            counter.done, counter.wanted = anyio.Event(), number + 1
            began = time.perf_counter()
            await client.enqueue(Order(order=number))
            await counter.done.wait()
            waited.append(counter.began[-1] - began)
            await anyio.sleep(0.002)
    return waited


async def one_round() -> dict[str, tuple[float, float]]:
    """Return each figure and its ratio to the raw line."""
    with TemporaryDirectory(dir=Path.cwd()) as name:
        folder = Path(name)
        figures: dict[str, tuple[float, float]] = {}
        for synchronous in ("FULL", "NORMAL"):
            limit = raw.claim_and_delete(folder / f"raw-{synchronous}.db", synchronous, JOBS)
            rate, cpu = await end_to_end(folder, synchronous)
            figures[f"{synchronous}, end to end, jobs/s"] = rate, rate / limit
            figures[f"{synchronous}, CPU us a job"] = cpu * 1e6, float("nan")
        limit = raw.insert_one_by_one(folder / "raw-insert.db", "FULL", PUTS)
        for callers in (1, 50):
            rate = await putting(folder, callers)
            figures[f"FULL, enqueue by {callers}, jobs/s"] = rate, rate / limit
        limit = await raw.insert_and_claim_through_a_thread(folder / "raw-latency.db", "FULL", LATENCIES)
        waited = await latency(folder)
        figures["FULL, latency p50, ms"] = median(waited) * 1e3, median(waited) / limit
        figures["FULL, latency p99, ms"] = quantiles(waited, n=100)[98] * 1e3, quantiles(waited, n=100)[98] / limit
        return figures


def main(backend: str) -> None:
    """Print the table."""
    rounds = [anyio.run(one_round, backend=backend) for _ in range(ROUNDS)]
    print(f"{backend:34}{'median':>12}{'x raw':>10}")
    for name in rounds[0]:
        print(f"{name:34}{median(r[name][0] for r in rounds):12,.1f}{median(r[name][1] for r in rounds):10.2f}")


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "asyncio")
