"""Measure, and print ratios.

Every contender runs the same closure as often, one producer awaiting each put, through a queue of the same capacity, on
asyncio's own loop. Only the processor's time is counted, from the first put to the last. Contenders take turns in every
round, so that what else the machine does hits them alike; a ratio is the median of the rounds' own ratios.
"""

import asyncio
import gc
import resource
import sys
from collections.abc import Awaitable, Callable
from functools import partial
from statistics import median, quantiles
from time import perf_counter

import anyio

from corner_host.background import BackgroundTaskQueue, MetricsService

from . import contenders as c

ROUNDS = 15
ITEMS = 20_000
LATENCIES = 1_000
MANY = 1_000_000

CONTENDERS: dict[str, Callable[[int], Awaitable[float]]] = {
    "await f() in a loop": c.loop,
    "await put(f), await f()": c.floor,
    "asyncio.Queue": c.asyncio_queue(),
    "asyncio.Queue, 8 workers": c.asyncio_queue(8),
    "queue alone": c.queue_alone(),
    "queue alone, 8 workers": c.queue_alone(8),
    "host, closure": c.through_a_host(c.closure),
    "host, token": c.through_a_host(c.with_token),
    "host, scope of 3 services": c.through_a_host(c.with_services),
    "from a thread": c.from_a_thread,
    "from a thread, by anyio": c.from_a_thread_by_anyio,
}

MOST = {"queue alone": (5.0, 4.0), "queue alone, 8 workers": (7.0, 6.0)}
"""How many times the limit it may take: what must be kept, and the goal."""

LEAST = {
    "queue alone": (1.0, 2.0),
    "host, closure": (0.5, 0.5),
    "host, token": (0.5, 0.5),
    "host, scope of 3 services": (0.25, 0.25),
}
"""The least rate beside asyncio.Queue's, likewise."""


def throughput() -> list[str]:
    """Print what an item costs, beside the limit and beside asyncio.Queue; returns what is missed."""
    rounds: dict[str, list[float]] = {name: [] for name in CONTENDERS}
    for _ in range(ROUNDS):
        for name, run in CONTENDERS.items():
            gc.collect()
            rounds[name].append(anyio.run(run, ITEMS) / ITEMS)
    limit, bare = rounds["await f() in a loop"], rounds["asyncio.Queue"]
    print(
        f"{'':28}{'ns an item':>12}{'x limit':>10}{'(must, goal)':>14}{'rate / asyncio.Queue':>22}{'(must, goal)':>14}"
    )
    missed: list[str] = []
    for name, times in rounds.items():
        to_limit = median(time / other for time, other in zip(times, limit, strict=True))
        to_bare = median(other / time for time, other in zip(times, bare, strict=True))
        most, least = MOST.get(name), LEAST.get(name)
        print(
            f"{name:28}{min(times) * 1e9:12.0f}{to_limit:10.1f}{_bounds(most):>14}{to_bare:22.2f}{_bounds(least):>14}"
        )
        if (most and to_limit > most[0]) or (least and to_bare < least[0]):
            missed.append(name)
    return missed


def _bounds(bounds: tuple[float, float] | None) -> str:
    return "" if bounds is None else f"({bounds[0]:g}, {bounds[1]:g})"


async def latency_of_host() -> list[float]:
    """Return how long single items waited, a millisecond apart."""
    waited: list[float] = []

    async def work(queued_at: float) -> None:
        waited.append(perf_counter() - queued_at)

    async with c.running_host() as queue:
        for _ in range(LATENCIES):
            await queue.queue_background_work_item(work, perf_counter())
            await anyio.sleep(0.001)
    return waited


async def latency_of_asyncio_queue() -> list[float]:
    """Return the same for asyncio.Queue."""
    waited: list[float] = []
    queue: asyncio.Queue[float | None] = asyncio.Queue()

    async def work() -> None:
        while (queued_at := await queue.get()) is not None:
            waited.append(perf_counter() - queued_at)

    async with anyio.create_task_group() as group:
        group.start_soon(work)
        for _ in range(LATENCIES):
            await queue.put(perf_counter())
            await anyio.sleep(0.001)
        await queue.put(None)
    return waited


def latency() -> None:
    """Print the 99th percentile of the time from queueing to starting, at low load."""
    ours, bare = (quantiles(anyio.run(run), n=100)[98] for run in (latency_of_host, latency_of_asyncio_queue))
    print(
        f"p99 queue to start: host {ours * 1e3:.3f} ms, asyncio.Queue {bare * 1e3:.3f} ms, more by {(ours - bare) * 1e3:.3f} ms"
    )


async def many_items(metrics_of: Callable[[BackgroundTaskQueue], MetricsService]) -> None:
    """Print how memory grows with a million items."""
    async with c.running_host() as queue:
        before = 0
        for number in range(MANY):
            await queue.queue_background_work_item(c.closure)
            if number == MANY // 10:
                before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        await queue.join()
        grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
        print(
            f"{metrics_of(queue).completed:,} items: {grown / 1024:.1f} MiB more at the end than after a tenth of them"
        )


def main() -> int:
    """Measure everything; returns 1 if something is missed that must be kept."""
    print(f"Python {sys.version.split()[0]}, {ROUNDS} rounds of {ITEMS:,} items")
    missed = throughput()
    latency()
    anyio.run(partial(many_items, MetricsService))
    print(f"Missed: {', '.join(missed)}" if missed else "All that must be kept is kept.")
    return 1 if missed else 0


if __name__ == "__main__":
    raise SystemExit(main())
