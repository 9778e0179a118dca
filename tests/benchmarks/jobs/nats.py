"""Measure jobs on NATS with full dispatch, beside a bare loop of fetch and acknowledge and taskiq-nats, on one server.

The server is as it comes (``sync_interval`` 2 min). Ours keeps each ended job with its history for a week, or nothing, as
taskiq does. Ratios are to the bare loop of the same round.
"""

import asyncio
import logging
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import nats
from taskiq.api import run_receiver_task
from taskiq_nats import PullBasedJetStreamBroker

from tests.jobs.nats.server import NatsServer

from .frame import CPU, DRAIN, JOBS, SLOTS, Counter, Figures, Order, callers, ours, print_table

ROUNDS = 3
BATCH = 100


async def bare(url: str) -> Figures:
    """Return nats-py's figures: fetch a hundred, acknowledge each."""
    client = await nats.connect(url)
    stream = client.jetstream()
    await stream.add_stream(name="bare", subjects=["bare"], retention="workqueue")
    payload = Order(order=1).model_dump_json().encode()
    for _ in range(JOBS // BATCH):
        await asyncio.gather(*[stream.publish("bare", payload) for _ in range(BATCH)])
    subscription = await stream.pull_subscribe("bare", durable="bare")
    counter, cpu = Counter(), time.process_time()
    while not counter.done.is_set():
        for message in await subscription.fetch(BATCH):
            counter.count()
            await message.ack()
    await client.flush()
    figures = {DRAIN: counter.rate, CPU: (time.process_time() - cpu) / JOBS * 1e6}
    for count in (1, 50):
        figures[f"put by {count}, jobs/s"] = await callers(lambda _: stream.publish("bare", payload), count)
    await client.close()
    return figures


async def taskiq(url: str) -> Figures:
    """Return taskiq's figures."""
    broker = PullBasedJetStreamBroker(servers=[url], queue="taskiq", pull_consume_batch=BATCH)
    counter = Counter()

    @broker.task
    async def order(order: int, customer: str) -> None:
        counter.count()

    broker.is_worker_process = True
    await broker.startup()
    for start in range(0, JOBS, BATCH):
        await asyncio.gather(*[order.kiq(order=start + number, customer="ana") for number in range(BATCH)])
    cpu = time.process_time()
    receiver = asyncio.create_task(run_receiver_task(broker, max_async_tasks=SLOTS))
    await counter.done.wait()
    figures = {DRAIN: counter.rate, CPU: (time.process_time() - cpu) / JOBS * 1e6}
    receiver.cancel()
    await asyncio.gather(receiver, return_exceptions=True)
    for count in (1, 50):
        figures[f"put by {count}, jobs/s"] = await callers(lambda n: order.kiq(order=n, customer="ana"), count)
    await broker.shutdown()
    return figures


async def kept(url: str, days: int = 7) -> Figures:
    """Return our figures; ended jobs are kept for so many days."""
    arguments = ["--Jobs:Engine=nats", f"--Jobs:ConnectionString={url}"]
    return await ours([*arguments, f"--Jobs:Nats:Stream=kept{days}", f"--Jobs:RetentionDays={days}"])


async def not_kept(url: str) -> Figures:
    """Return our figures; of what succeeded nothing is kept."""
    return await kept(url, 0)


CONTENDERS = {"fetch 100 and ack": bare, "corner_host": kept, "corner_host, nothing kept": not_kept, "taskiq": taskiq}


def main() -> None:
    """Print the table."""
    logging.disable(logging.WARNING)
    rounds: list[dict[str, Figures]] = []
    for _ in range(ROUNDS):
        with TemporaryDirectory(dir=Path.cwd()) as folder, NatsServer(Path(folder)) as server:
            rounds.append({name: asyncio.run(run(server.url)) for name, run in CONTENDERS.items()})  # type: ignore[arg-type]
    print_table("NATS", rounds, "fetch 100 and ack")


if __name__ == "__main__":
    main()
