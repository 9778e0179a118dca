"""Many trivial background services: what one costs to start, to stop, and to keep."""

import gc
import time
import tracemalloc
from collections.abc import Awaitable, Callable

import anyio

from corner_host.hosting import BackgroundService, Host
from corner_host.primitives import CancellationToken

FIGURES = (("start", "us", "<= 30 us"), ("stop", "us", "<= 35 us"), ("memory", "B", "<= 8 kB"))


class Trivial(BackgroundService):
    async def execute(self, stopping: CancellationToken) -> None:
        await stopping.wait()


async def host(number: int, look: Callable[[], float]) -> tuple[float, float, float]:
    """A host of *number* services."""
    builder = Host.create_empty_builder()
    for _ in range(number):
        builder.add_hosted_service(Trivial())
    built = builder.build()
    gc.collect()
    before, began = look(), time.perf_counter()
    await built.start()
    await anyio.sleep(0)
    started = time.perf_counter()
    kept = look() - before
    stopping = time.perf_counter()
    await built.stop()
    stopped = time.perf_counter()
    await built.aclose()
    return started - began, stopped - stopping, kept


async def by_hand(number: int, look: Callable[[], float]) -> tuple[float, float, float]:
    """A task group of *number* tasks that wait for one event."""
    stop = anyio.Event()
    gc.collect()
    before, began = look(), time.perf_counter()
    async with anyio.create_task_group() as group:
        for _ in range(number):
            group.start_soon(stop.wait)
        await anyio.sleep(0)
        started = time.perf_counter()
        kept = look() - before
        stopping = time.perf_counter()
        stop.set()
    return started - began, time.perf_counter() - stopping, kept


def measured(which: str, number: int) -> dict[str, float]:
    """Return microseconds and bytes for each service, the best of several runs."""
    function: Callable[[int, Callable[[], float]], Awaitable[tuple[float, float, float]]] = globals()[which]
    runs = [anyio.run(function, number, lambda: 0.0) for _ in range(3 if number > 1000 else 7)]
    tracemalloc.start()
    try:
        kept = anyio.run(function, number, lambda: float(tracemalloc.get_traced_memory()[0]))[2]
    finally:
        tracemalloc.stop()
    return {
        "start": min(run[0] for run in runs) / number * 1e6,
        "stop": min(run[1] for run in runs) / number * 1e6,
        "memory": kept / number,
    }
