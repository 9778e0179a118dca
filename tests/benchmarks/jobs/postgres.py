"""Measure jobs in PostgreSQL with full dispatch, beside pgqueuer alone and procrastinate, on one durable server.

Ratios are to pgqueuer alone in the same round.
"""

import asyncio
import logging
import shutil
import time
from datetime import timedelta

import anyio
import asyncpg
import procrastinate
from pgqueuer.adapters.persistence.queries import Queries
from pgqueuer.core.qm import QueueManager
from pgqueuer.domain.models import Job

from tests.postgres import PostgresServer, find_programs

from .frame import CPU, DRAIN, JOBS, SLOTS, Counter, Figures, Order, callers, ours, print_table

ROUNDS = 3
BATCH = 50
FEWER = 500
"""As many jobs for procrastinate, which takes its time."""


async def pgqueuer_alone(url: str) -> Figures:
    """Return pgqueuer's figures: a handler that counts, and no limit to how many run at once."""
    figures: dict[str, float] = {}
    async with asyncpg.create_pool(url, min_size=2, max_size=5) as pool:
        queries = Queries.from_asyncpg_pool(pool)
        await queries.install()
        payload = Order(order=1).model_dump_json().encode()
        await queries.enqueue(["order"] * JOBS, [payload] * JOBS, [0] * JOBS)
        counter = Counter()
        cpu = time.process_time()
        manager = QueueManager(queries)

        @manager.entrypoint("order")
        async def order(job: Job) -> None:
            counter.count()

        async def run() -> None:
            await manager.run(batch_size=BATCH, dequeue_timeout=timedelta(seconds=1))

        async with anyio.create_task_group() as group:
            group.start_soon(run)
            await counter.done.wait()
            manager.shutdown.set()
        figures = {DRAIN: counter.rate, CPU: (time.process_time() - cpu) / JOBS * 1e6}
        for count in (1, 50):
            figures[f"put by {count}, jobs/s"] = await callers(lambda _: queries.enqueue("order", payload), count)
    return figures


async def procrastinate_alone(url: str) -> Figures:
    """Return procrastinate's figures."""
    app = procrastinate.App(connector=procrastinate.PsycopgConnector(conninfo=url, min_size=2, max_size=5))
    counter = Counter(FEWER)

    @app.task(name="order")
    async def order(order: int, customer: str) -> None:
        counter.count()

    async with app.open_async():
        await app.schema_manager.apply_schema_async()
        await order.batch_defer_async(*[{"order": number, "customer": "ana"} for number in range(FEWER)])
        cpu = time.process_time()
        await app.run_worker_async(wait=False, concurrency=SLOTS, install_signal_handlers=False)
        figures = {DRAIN: counter.rate, CPU: (time.process_time() - cpu) / FEWER * 1e6}
        for count in (1, 50):
            figures[f"put by {count}, jobs/s"] = await callers(
                lambda number: order.defer_async(order=number, customer="ana"), count
            )
    return figures


async def corner_host(url: str) -> Figures:
    """Return ours."""
    return await ours(["--Jobs:Engine=postgres", f"--Jobs:ConnectionString={url}"])


def main() -> None:
    """Print the table."""
    logging.disable(logging.WARNING)
    server = PostgresServer(find_programs(), durable=True)
    contenders = {"pgqueuer alone": pgqueuer_alone, "corner_host": corner_host, "procrastinate": procrastinate_alone}
    rounds: list[dict[str, Figures]] = []
    try:
        server.create()
        server.start()
        for _ in range(ROUNDS):
            figures: dict[str, Figures] = {}
            for name, run in contenders.items():
                figures[name] = asyncio.run(run(server.new_database().replace("+asyncpg", "")))
            rounds.append(figures)
        server.stop()
    finally:
        shutil.rmtree(server.folder, ignore_errors=True)
    print(f"PostgreSQL; {JOBS:,} jobs that do nothing, medians of {ROUNDS} rounds, x: to pgqueuer alone")
    print_table("durable", rounds, "pgqueuer alone")


if __name__ == "__main__":
    main()
