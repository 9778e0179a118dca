"""Measure durable jobs in a SQLite file with full dispatch, beside SQLite alone and huey.

Ratios are to SQLite alone (claim 100, delete 100; insert one a transaction; insert and claim through a thread).
"""

import sqlite3
import threading
import time
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from statistics import median, quantiles
from tempfile import TemporaryDirectory

import anyio
from huey import SqliteHuey
from huey.consumer import Consumer

from corner_host.jobs.engines.sqlite import SqliteEngine

from . import raw
from .frame import CPU, DRAIN, JOBS, PUTS, Counter, Figures, Order, host, ours, print_table
from .recovery import recovery
from .searching import STORED, searching

LATENCIES = 200
ROUNDS = 3
LEASE = 5.0


def arguments(path: Path, synchronous: str) -> Sequence[str]:
    return f"--Jobs:ConnectionString={path}", f"--Jobs:Synchronous={synchronous}"


def alone(folder: Path, synchronous: str) -> Figures:
    """Return what SQLite can do."""
    figures = {DRAIN: raw.claim_and_delete(folder / "claim.db", synchronous, JOBS)}
    one = raw.insert_one_by_one(folder / "insert.db", synchronous, PUTS)
    return {**figures, "put by 1, jobs/s": one, "put by 50, jobs/s": one}


def huey(folder: Path, synchronous: str) -> Figures:
    """Return huey's figures: four threads, a row deleted when it is taken (at most once)."""
    store = SqliteHuey("bench", filename=str(folder / "huey.db"), fsync=synchronous == "FULL", immediate=False)
    counter, lock, done = Counter(), threading.Lock(), threading.Event()

    @store.task()  # type: ignore[untyped-decorator]
    def order(order: int, customer: str) -> None:
        with lock:
            counter.began.append(time.perf_counter())
            if len(counter.began) == counter.wanted:
                done.set()

    for number in range(JOBS):
        order(number, "ana")
    cpu = time.process_time()
    consumer = Consumer(store, workers=4, periodic=False, check_worker_health=False)
    consumer.start()
    done.wait()
    spent = time.process_time() - cpu
    consumer.stop()
    began = time.perf_counter()
    for number in range(PUTS):
        order(number, "ana")
    return {DRAIN: counter.rate, CPU: spent / JOBS * 1e6, "put by 1, jobs/s": PUTS / (time.perf_counter() - began)}


async def latency(path: Path, synchronous: str) -> Figures:
    """Return how long single jobs take from ``enqueue`` to their handler."""
    waited: list[float] = []
    async with host(arguments(path, synchronous), worker=True) as (client, counter):
        for number in range(LATENCIES):
            counter.done, counter.wanted = anyio.Event(), number + 1
            began = time.perf_counter()
            await client.enqueue(Order(order=number))
            await counter.done.wait()
            waited.append(counter.began[-1] - began)
            await anyio.sleep(0.002)
    return {"latency p50, us": median(waited) * 1e6, "latency p99, us": quantiles(waited, n=100)[98] * 1e6}


def one_round(backend: str, synchronous: str) -> dict[str, Figures]:
    """Let each contender run once."""
    with TemporaryDirectory(dir=Path.cwd()) as name:
        folder = Path(name)
        both = folder / "raw-latency.db"
        thread = anyio.run(raw.insert_and_claim_through_a_thread, both, synchronous, LATENCIES, backend=backend)
        quick = anyio.run(latency, folder / "latency.db", synchronous, backend=backend)
        return {
            "SQLite alone": {
                **alone(folder, synchronous),
                "latency p50, us": thread * 1e6,
                "latency p99, us": thread * 1e6,
            },
            "corner_host": {**anyio.run(ours, arguments(folder / "jobs.db", synchronous), backend=backend), **quick},
            "huey": huey(folder, synchronous),
        }


def main() -> None:
    """Print the tables."""
    print(
        f"SQLite {sqlite3.sqlite_version}; {JOBS:,} jobs that do nothing, medians of {ROUNDS} rounds, x: to SQLite alone"
    )
    for backend, synchronous in (("asyncio", "FULL"), ("asyncio", "NORMAL"), ("trio", "FULL")):
        rounds = [one_round(backend, synchronous) for _ in range(ROUNDS)]
        print_table(f"{synchronous}, {backend}", rounds, "SQLite alone")
    with TemporaryDirectory(dir=Path.cwd()) as name:
        factory = partial(SqliteEngine, str(Path(name) / "jobs.db"), lease=LEASE)
        rounds = [{"corner_host": anyio.run(recovery, factory, Path(name), LEASE)}]
        found = anyio.run(searching, SqliteEngine(str(Path(name) / "many.db")))
    print_table(f"{STORED:,} jobs", [{"corner_host": found}], "corner_host")
    print_table(f"recovery, lease {LEASE:g} s", rounds, "corner_host")


if __name__ == "__main__":
    main()
