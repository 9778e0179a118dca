"""Measure jobs in PostgreSQL with full dispatch, beside pgqueuer alone and procrastinate on the same server.

``python -m tests.benchmarks.jobs.postgres``: a durable server from the wheel; 10,000 jobs that do nothing, put before the
worker starts. Ratios are to pgqueuer alone in the same round; the medians of the rounds are printed.
"""

import asyncio
import logging
import shutil
import sys
import time
from collections.abc import Awaitable, Callable
from datetime import timedelta
from statistics import median
from typing import Any

import anyio
import asyncpg
import procrastinate
from pgqueuer.adapters.persistence.queries import Queries
from pgqueuer.core.qm import QueueManager
from pgqueuer.domain.models import Job
from pydantic import BaseModel

from corner_host import CancellationToken, Host, JobClient
from corner_host.jobs import JobContext
from tests.samples.orders_api.postgres import PostgresServer, find_programs

JOBS = 10_000
PUTS = 1_000
SLOTS = 200
BATCH = 50
ROUNDS = int(sys.argv[1]) if len(sys.argv) > 1 else 3


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
        self.wanted = JOBS

    def count(self) -> None:
        self.began.append(time.perf_counter())
        if len(self.began) == self.wanted:
            self.done.set()

    @property
    def rate(self) -> float:
        return len(self.began) / (self.began[-1] - self.began[0])


async def handle(job: Order, context: JobContext, token: CancellationToken, session: Session, counter: Counter) -> None:
    """Do nothing but count."""
    counter.count()


def host(url: str, *, worker: bool) -> Any:
    arguments = ["--Jobs:Engine=postgres", f"--Jobs:ConnectionString={url}", f"--Jobs:MaxConcurrency={SLOTS}"]
    builder = Host.create_builder([*arguments, f"--Jobs:WorkerEnabled={worker}", "--Logging:LogLevel:Default=Warning"])
    builder.services.add_scoped(Session).add_singleton(Counter)
    builder.services.add_jobs(builder.configuration).add_job_handler(Order, handle, timeout=30)
    return builder.build()


async def callers(put: Callable[[int], Awaitable[object]], count: int) -> float:
    """Return puts a second by so many callers at once."""

    async def work() -> None:
        for number in range(PUTS // count * (1 if count == 1 else 5)):
            await put(number)

    began = time.perf_counter()
    async with anyio.create_task_group() as group:
        for _ in range(count):
            group.start_soon(work)
    return PUTS // count * (1 if count == 1 else 5) * count / (time.perf_counter() - began)


async def ours(url: str) -> dict[str, float]:
    figures: dict[str, float] = {}
    async with host(url, worker=False) as running:
        client = running.services.get_required_service(JobClient)
        began = time.perf_counter()
        await client.enqueue_many([Order(order=number) for number in range(JOBS)])
        figures["put 10,000 at once, /s"] = JOBS / (time.perf_counter() - began)
    cpu = time.process_time()
    async with host(url, worker=True) as running:
        counter = running.services.get_required_service(Counter)
        await counter.done.wait()
        figures["end to end, /s"] = counter.rate
    figures["CPU us a job"] = (time.process_time() - cpu) / JOBS * 1e6
    async with host(url, worker=False) as running:
        client = running.services.get_required_service(JobClient)
        for count in (1, 50):
            figures[f"put by {count}, /s"] = await callers(lambda n: client.enqueue(Order(order=n)), count)
    return figures


async def pgqueuer_alone(url: str) -> dict[str, float]:
    figures: dict[str, float] = {}
    async with asyncpg.create_pool(url, min_size=2, max_size=5) as pool:
        queries = Queries.from_asyncpg_pool(pool)
        await queries.install()
        payload = Order(order=1).model_dump_json().encode()
        began = time.perf_counter()
        await queries.enqueue(["order"] * JOBS, [payload] * JOBS, [0] * JOBS)
        figures["put 10,000 at once, /s"] = JOBS / (time.perf_counter() - began)
        counter = Counter()
        manager = QueueManager(queries)

        @manager.entrypoint("order")
        async def order(job: Job) -> None:
            counter.count()

        cpu = time.process_time()
        async with anyio.create_task_group() as group:

            async def run() -> None:
                await manager.run(batch_size=BATCH, dequeue_timeout=timedelta(seconds=1))

            group.start_soon(run)
            await counter.done.wait()
            figures["end to end, /s"] = counter.rate
            manager.shutdown.set()
        figures["CPU us a job"] = (time.process_time() - cpu) / JOBS * 1e6
        for count in (1, 50):
            figures[f"put by {count}, /s"] = await callers(lambda n: queries.enqueue("order", payload), count)
    return figures


async def procrastinate_alone(url: str) -> dict[str, float]:
    figures: dict[str, float] = {}
    app = procrastinate.App(connector=procrastinate.PsycopgConnector(conninfo=url, min_size=2, max_size=5))
    counter = Counter()
    counter.wanted = JOBS // 10

    @app.task(name="order")
    async def order(order: int, customer: str) -> None:
        counter.count()

    async with app.open_async():
        await app.schema_manager.apply_schema_async()
        began = time.perf_counter()
        jobs = [{"order": number, "customer": "ana"} for number in range(counter.wanted)]
        await order.batch_defer_async(*jobs)
        figures["put 10,000 at once, /s"] = counter.wanted / (time.perf_counter() - began)
        cpu = time.process_time()
        await app.run_worker_async(wait=False, concurrency=SLOTS, install_signal_handlers=False)
        figures["end to end, /s"] = counter.rate
        figures["CPU us a job"] = (time.process_time() - cpu) / counter.wanted * 1e6
        for count in (1, 50):
            figures[f"put by {count}, /s"] = await callers(lambda n: order.defer_async(order=n, customer="ana"), count)
    return figures


CONTENDERS = {"pgqueuer alone": pgqueuer_alone, "corner_host": ours, "procrastinate": procrastinate_alone}


def main() -> None:
    """Print the table."""
    logging.disable(logging.INFO)
    server = PostgresServer(find_programs(), durable=True)
    try:
        server.create()
        server.start()
        rounds = [
            {
                name: asyncio.run(run(server.new_database().replace("+asyncpg", "")))  # type: ignore[arg-type]
                for name, run in CONTENDERS.items()
            }
            for _ in range(ROUNDS)
        ]
        server.stop()
    finally:
        shutil.rmtree(server.folder, ignore_errors=True)
    print(f"{'':26}" + "".join(f"{name:>18}" for name in CONTENDERS) + f"{'ours / pgqueuer':>18}")
    for figure in rounds[0]["corner_host"]:
        values = [median(each[name][figure] for each in rounds) for name in CONTENDERS]
        ratio = median(each["corner_host"][figure] / each["pgqueuer alone"][figure] for each in rounds)
        print(f"{figure:26}" + "".join(f"{value:18,.0f}" for value in values) + f"{ratio:18.2f}")


if __name__ == "__main__":
    main()
