"""Several workers: a dead neighbour, limits over queues, what the tables show to others."""

from datetime import timedelta
from functools import partial
from pathlib import Path

import anyio
import asyncpg
from pgqueuer.adapters.drivers.asyncpg import AsyncpgDriver
from pgqueuer.adapters.persistence.qb import QueryBuilderEnvironment, QueryQueueBuilder
from pgqueuer.adapters.persistence.queries import Queries

from corner_host.jobs import JobEventKind, JobState, Subscription
from corner_host.jobs.contracts import Delivery, Done, Outcome
from corner_host.jobs.engines.postgres import PostgresEngine
from corner_host.jobs.engines.postgres.names import pgqueuer_settings
from corner_host.primitives import CancellationTokenSource
from corner_host.testing.job_bench import JobBench
from corner_host.testing.job_process import WorkerOrders, read_journal


async def test_a_dead_process_on_this_machine_need_not_be_waited_for(url: str, schema: str, tmp_path: Path) -> None:
    """Its lease is ten minutes; its jobs run again within a second or two, and the history names who was lost."""
    factory = partial(PostgresEngine, url, schema=schema, lease=600.0)
    orders = WorkerOrders(factory=factory, journal=tmp_path / "journal")
    engine = factory()
    async with engine.opened():
        bench = JobBench(engine)
        job_id = await bench.put("slow", payload=b'{"seconds": 60}')
        with orders.running() as process, anyio.fail_after(40):
            while not read_journal(orders.journal):
                await anyio.sleep(0.02)
            process.kill()
            process.wait()
        async with bench.worker():
            with anyio.fail_after(30):
                await bench.ended(job_id)

        info = await bench.info(job_id)
    assert (info.state, info.attempt) == (JobState.SUCCEEDED, 2)
    assert [line.event for line in info.history] == [JobEventKind.WORKER_LOST, JobEventKind.SUCCEEDED]
    assert info.history[0].worker is not None
    assert str(process.pid) in info.history[0].worker


async def test_the_limit_of_a_name_holds_over_its_queues(url: str, schema: str) -> None:
    """pgqueuer's is for an entrypoint, which is a queue and a name; ours is for the name."""
    running, most = 0, 0

    async def deliver(delivery: Delivery) -> Outcome:
        nonlocal running, most
        running += 1
        most = max(most, running)
        await anyio.sleep(0.01)
        running -= 1
        return Done()

    stopping = CancellationTokenSource()
    engine = PostgresEngine(url, schema=schema)
    async with engine.opened():
        bench = JobBench(engine)
        ids = [await bench.put("one", queue=queue) for queue in ("a", "b:c", "a", "b:c")]
        async with anyio.create_task_group() as group:
            wanted = Subscription(queues=["a", "b:c"], slots=10, limits={"one": 1})
            group.start_soon(engine.run, deliver, wanted, stopping.token)
            await bench.ended(*ids)
            stopping.cancel()

    assert most == 1


async def test_pgqueuer_s_own_tools_see_the_jobs(url: str, schema: str) -> None:
    """The queue is its table: what waits, how old it is, what was held up."""
    engine = PostgresEngine(url, schema=schema)
    async with engine.opened():
        bench = JobBench(engine)
        await bench.put("mail")
        connection = await asyncpg.connect(url)
        settings = pgqueuer_settings(schema)
        queries = Queries(
            AsyncpgDriver(connection), qbe=QueryBuilderEnvironment(settings), qbq=QueryQueueBuilder(settings)
        )
        (size,) = await queries.queue_size()
        plan = await queries.plan_upgrade()
        stale = await queries.stale_jobs(timedelta(seconds=1))
        await connection.close()

    assert (size.entrypoint, size.status, size.count) == ("default:mail", "queued", 1)
    assert (plan.statements, stale) == ((), [])
