"""Measure jobs on NATS with full dispatch, beside a bare loop of fetch and acknowledge and taskiq-nats on the same server.

``python -m tests.benchmarks.jobs.nats``: a server from the wheel, as it comes (``sync_interval`` 2 min); 10,000 jobs that do
nothing, put before the worker starts. Ratios are to the bare loop of the same round; the medians of the rounds are printed.
"""

import asyncio
import logging
import time
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

import nats
from taskiq.api import run_receiver_task
from taskiq_nats import PullBasedJetStreamBroker

from corner_host import Host, JobClient
from tests.benchmarks.jobs.postgres import JOBS, ROUNDS, SLOTS, Counter, Order, Session, callers, handle
from tests.jobs.nats.server import NatsServer

BATCH = 100


def host(url: str, *, worker: bool) -> Any:
    arguments = ["--Jobs:Engine=nats", f"--Jobs:ConnectionString={url}", f"--Jobs:MaxConcurrency={SLOTS}"]
    builder = Host.create_builder([*arguments, f"--Jobs:WorkerEnabled={worker}", "--Logging:LogLevel:Default=Warning"])
    builder.services.add_scoped(Session).add_singleton(Counter)
    builder.services.add_jobs(builder.configuration).add_job_handler(Order, handle, timeout=30)
    return builder.build()


async def ours(url: str) -> dict[str, float]:
    figures: dict[str, float] = {}
    async with host(url, worker=False) as running:
        client = running.services.get_required_service(JobClient)
        began = time.perf_counter()
        await client.enqueue_many([Order(order=number) for number in range(JOBS)])
        figures["put 10,000, /s"] = JOBS / (time.perf_counter() - began)
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


async def bare(url: str) -> dict[str, float]:
    """Put, fetch a hundred, acknowledge each: what nats-py can do with a stream of the same kind."""
    figures: dict[str, float] = {}
    client = await nats.connect(url)
    stream = client.jetstream()
    await stream.add_stream(name="bare", subjects=["bare"], retention="workqueue")
    payload = Order(order=1).model_dump_json().encode()
    began = time.perf_counter()
    for _ in range(JOBS // BATCH):
        await asyncio.gather(*[stream.publish("bare", payload) for _ in range(BATCH)])
    figures["put 10,000, /s"] = JOBS / (time.perf_counter() - began)
    subscription = await stream.pull_subscribe("bare", durable="bare")
    counter, cpu = Counter(), time.process_time()
    while not counter.done.is_set():
        for message in await subscription.fetch(BATCH):
            counter.count()
            await message.ack()
    await client.flush()
    figures["end to end, /s"] = JOBS / (time.perf_counter() - counter.began[0])
    figures["CPU us a job"] = (time.process_time() - cpu) / JOBS * 1e6
    for count in (1, 50):
        figures[f"put by {count}, /s"] = await callers(lambda _: stream.publish("bare", payload), count)
    await client.close()
    return figures


async def taskiq(url: str) -> dict[str, float]:
    figures: dict[str, float] = {}
    broker = PullBasedJetStreamBroker(servers=[url], queue="taskiq", pull_consume_batch=BATCH)
    counter = Counter()

    @broker.task
    async def order(order: int, customer: str) -> None:
        counter.count()

    broker.is_worker_process = True
    await broker.startup()
    began = time.perf_counter()
    for start in range(0, JOBS, BATCH):
        await asyncio.gather(*[order.kiq(order=start + number, customer="ana") for number in range(BATCH)])
    figures["put 10,000, /s"] = JOBS / (time.perf_counter() - began)
    cpu = time.process_time()
    receiver = asyncio.create_task(run_receiver_task(broker, max_async_tasks=SLOTS))
    await counter.done.wait()
    figures["end to end, /s"] = counter.rate
    figures["CPU us a job"] = (time.process_time() - cpu) / JOBS * 1e6
    receiver.cancel()
    await asyncio.gather(receiver, return_exceptions=True)
    for count in (1, 50):
        figures[f"put by {count}, /s"] = await callers(lambda n: order.kiq(order=n, customer="ana"), count)
    await broker.shutdown()
    return figures


CONTENDERS = {"fetch and ack": bare, "corner_host": ours, "taskiq-nats": taskiq}


def main() -> None:
    """Print the table."""
    logging.disable(logging.WARNING)
    rounds: list[dict[str, dict[str, float]]] = []
    for _ in range(ROUNDS):
        with TemporaryDirectory(dir=Path.cwd()) as folder, NatsServer(Path(folder)) as server:
            rounds.append({name: asyncio.run(run(server.url)) for name, run in CONTENDERS.items()})  # type: ignore[arg-type]
    print(f"{'':18}" + "".join(f"{name:>16}" for name in CONTENDERS) + f"{'ours / bare':>14}{'ours / taskiq':>15}")
    for figure in rounds[0]["corner_host"]:
        values = [median(each[name][figure] for each in rounds) for name in CONTENDERS]
        ratios = [
            median(each["corner_host"][figure] / each[name][figure] for each in rounds)
            for name in ("fetch and ack", "taskiq-nats")
        ]
        print(f"{figure:18}" + "".join(f"{value:16,.0f}" for value in values) + f"{ratios[0]:14.2f}{ratios[1]:15.2f}")


if __name__ == "__main__":
    main()
