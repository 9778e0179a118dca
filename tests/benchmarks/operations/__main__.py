"""Ask a host with many stored jobs every question, and print what each costs its event loop.

    python -m tests.benchmarks.operations [asyncio|trio] [jobs, by default 100,000]

The loop's cost is the longest piece of its thread's own processor time without a pause, the best of five rounds: other
processes and other threads of the host, which work meanwhile, do not count. It must stay below 5 ms. Then: what a record
costs that is kept in memory, beside one that is not.
"""

import logging
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import anyio
from pydantic import BaseModel

from corner_host import BackgroundService, BackgroundTaskQueue, CancellationToken, Host, HostBuilder, JobClient
from corner_host.configuration import ConfigurationManager
from corner_host.di import ServiceCollection
from corner_host.logging import LogBuffer, LoggingBuilder
from corner_host.operations import JobQuery, LogQuery, Operations

LIMIT = 0.005
ROUNDS = 5
RECORDS = 20_000


class Order(BaseModel):
    """A payload."""

    number: int
    customer: str = "somebody"


async def handle(job: Order) -> None:
    """Never called: nothing works here."""


class Waiting(BackgroundService):
    """Waits."""

    async def execute(self, stopping: CancellationToken) -> None:
        """Wait."""
        await stopping.wait()


class Watch:
    """Sees how long the event loop's thread computes without a pause."""

    def __init__(self) -> None:
        self.worst = 0.0

    async def run(self) -> None:
        """Watch until cancelled."""
        while True:
            began = time.thread_time()
            await anyio.sleep(0)
            self.worst = max(self.worst, time.thread_time() - began)


def make_builder(folder: Path) -> HostBuilder:
    builder = Host.create_empty_builder()
    builder.configuration.add_in_memory_collection(
        {
            "Jobs:ConnectionString": str(folder / "jobs.db"),
            "Jobs:WorkerEnabled": "false",
            "Jobs:Synchronous": "NORMAL",
            "Operations:StateDirectory": str(folder),
            "Operations:Socket:Enabled": "false",
        }
    )
    services = builder.services
    services.add_background_jobs(builder.configuration).add_jobs(builder.configuration).add_memory_cache()
    services.add_job_handler(Order, handle, name="order").add_recurring_job("daily", Order(number=1), every=86_400)
    services.add_operations(builder.configuration)
    for number in range(20):
        builder.add_hosted_service(type(f"Waiting{number}", (Waiting,), {}))
    return builder


async def fill(host: Host, jobs: int) -> None:
    client = host.services.get_required_service(JobClient)
    for first in range(0, jobs, 5000):
        await client.enqueue_many([Order(number=first + each) for each in range(min(5000, jobs - first))])
    queue = host.services.get_required_service(BackgroundTaskQueue)

    async def fail() -> None:
        raise ValueError("no")

    for _ in range(300):
        await queue.queue_background_work_item(fail)
    await queue.join()
    for number in range(3000):
        logging.getLogger(f"acme.{number % 50}").info("record %d", number, extra={"job_id": str(number)})


def _questions(operations: Operations, job: str) -> dict[str, Callable[[], Awaitable[Any]]]:
    return {
        "status": operations.host.status,
        "about": operations.host.about,
        "dump": operations.host.dump,
        "services": operations.services.list,
        "one service": lambda: operations.services.get("Waiting1"),
        "queues": operations.queues.list,
        "200 jobs": lambda: operations.jobs.search(JobQuery(limit=200)),
        "jobs by text": lambda: operations.jobs.search(JobQuery(text='"number":77777')),
        "jobs by state": lambda: operations.jobs.search(JobQuery(states=("DEAD", "RUNNING"))),
        "facets": operations.jobs.facets,
        "one job": lambda: operations.jobs.get(job),
        "running": operations.jobs.running,
        "failures": operations.failures.list,
        "schedules": operations.schedules.list,
        "configuration": operations.configuration.report,
        "1,000 records": lambda: operations.logs.search(LogQuery(limit=1000)),
        "levels": operations.logs.levels,
        "runs": operations.runs.list,
        "graph": lambda: operations.graph.get(framework=True),
        "audit": operations.audit.search,
        "metrics": operations.metrics.prometheus,
        "series": operations.metrics.series,
        "diagnose": operations.diagnose,
    }


async def ask(jobs: int) -> None:
    """Ask everything, and print what it costs."""
    with tempfile.TemporaryDirectory() as folder:
        async with make_builder(Path(folder)).build() as host:
            await fill(host, jobs)
            operations = host.services.get_required_service(Operations)
            page = await operations.jobs.search()
            watch = Watch()
            async with anyio.create_task_group() as group:
                group.start_soon(watch.run)
                print(f"{jobs:,} jobs{'':10}{'loop ms':>10}{'in all ms':>12}")
                for name, question in _questions(operations, page.items[0].id).items():
                    loop, whole = await _best(question, watch)
                    print(f"{name:20}{loop * 1e3:10.1f}{whole * 1e3:12.1f}{'  over' if loop > LIMIT else ''}")
                group.cancel_scope.cancel()


async def _best(question: Callable[[], Awaitable[Any]], watch: Watch) -> tuple[float, float]:
    rounds: list[tuple[float, float]] = []
    for _ in range(ROUNDS):
        await anyio.sleep(0.01)
        watch.worst, began = 0.0, time.perf_counter()
        await question()
        whole = time.perf_counter() - began
        await anyio.sleep(0)
        await anyio.sleep(0)  # so that the watch has seen the end too
        rounds.append((watch.worst, whole))
    return min(loop for loop, _ in rounds), min(whole for _, whole in rounds)


class Nowhere(logging.Handler):
    """Writes nothing."""

    def handle(self, record: logging.LogRecord) -> bool:
        """Do nothing."""
        return True


def keep_records() -> None:
    """Print what a record costs with and without a buffer, in turns."""
    times: dict[bool, list[float]] = {False: [], True: []}
    for _ in range(7):
        for is_kept, found in times.items():
            services = ServiceCollection()
            if is_kept:
                services.add_singleton(LogBuffer, instance=LogBuffer(2000))
            session = LoggingBuilder(services, ConfigurationManager()).add_handler(Nowhere()).apply()
            logger = logging.getLogger("acme.orders")
            began = time.perf_counter()
            for number in range(RECORDS):
                logger.info("order %d of %s", number, "ada")
            found.append((time.perf_counter() - began) / RECORDS)
            session.close()
    plain, kept = min(times[False]), min(times[True])
    print(f"\na record: {plain * 1e6:.1f} us, kept in memory too: {kept * 1e6:.1f} us, ratio {kept / plain:.2f}")


if __name__ == "__main__":
    backend = sys.argv[1] if len(sys.argv) > 1 else "asyncio"
    anyio.run(ask, int(sys.argv[2]) if len(sys.argv) > 2 else 100_000, backend=backend)
    keep_records()
