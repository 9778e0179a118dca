"""What is measured: the same closures, run in different ways. Each contender returns seconds of this process's time."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from time import process_time
from types import FunctionType
from typing import Any

import anyio
import anyio.to_thread

from corner_host.background import BackgroundTaskQueue, QueueClosedError, add_background_jobs
from corner_host.hosting import Host
from corner_host.primitives import CancellationToken

CAPACITY = 256
_count = 0


class First:
    """A singleton."""


class Second:
    """A scoped service that needs the singleton."""

    def __init__(self, first: First) -> None:
        self.first = first


class Third:
    """A scoped service that is closed with its scope."""

    def __init__(self, second: Second) -> None:
        self.second = second

    def close(self) -> None:
        """End."""


async def closure() -> None:
    """Only count."""
    global _count  # noqa: PLW0603 - counting is the work
    _count += 1


async def with_token(token: CancellationToken) -> None:
    """Only count, given a token."""
    global _count  # noqa: PLW0603 - counting is the work
    _count += 1


async def with_services(first: First, second: Second, third: Third) -> None:
    """Only count, given three services of a scope."""
    global _count  # noqa: PLW0603 - counting is the work
    _count += 1


async def loop(items: int) -> float:
    """Await the closure in a loop: the limit."""
    begin = process_time()
    for _ in range(items):
        await closure()
    return process_time() - begin


class _Nothing:
    """What is left of a queue if it did nothing at all."""

    async def put(self, work: Callable[..., Any], /, *args: Any, **kwargs: Any) -> None:
        """Take no notice."""


async def floor(items: int) -> float:
    """Await a method that takes what ours does, and does nothing, and the closure: no queue can be quicker."""
    put = _Nothing().put
    begin = process_time()
    for _ in range(items):
        await put(closure)
        await closure()
    return process_time() - begin


def asyncio_queue(workers: int = 1) -> Callable[[int], Awaitable[float]]:
    """Return a run through asyncio.Queue, without ``task_done`` and ``join``: as ours alone, it counts no ends."""

    async def run(items: int) -> float:
        queue: asyncio.Queue[Any] = asyncio.Queue(CAPACITY)

        async def work() -> None:
            while (item := await queue.get()) is not None:
                await item()

        async with anyio.create_task_group() as group:
            for _ in range(workers):
                group.start_soon(work)
            begin = process_time()
            for _ in range(items):
                await queue.put(closure)
            for _ in range(workers):
                await queue.put(None)
        return process_time() - begin

    return run


def queue_alone(workers: int = 1) -> Callable[[int], Awaitable[float]]:
    """Return a run through our queue, without accounts of how items end: as bounded, and as often awaited, as asyncio's."""

    async def run(items: int) -> float:
        queue = BackgroundTaskQueue(CAPACITY)
        async with anyio.create_task_group() as group:
            for _ in range(workers):
                group.start_soon(_take_and_call, queue)
            begin = process_time()
            for _ in range(items):
                await queue.queue_background_work_item(closure)
            queue.close()
        return process_time() - begin

    return run


async def _take_and_call(queue: BackgroundTaskQueue) -> None:
    """Take as the workers do."""
    line = queue.line
    while True:
        try:
            entry = line.head.popleft()
        except IndexError:
            taken = line.take()
            if taken is None:
                try:
                    await queue.wait_for_work()
                except QueueClosedError:
                    return
                continue
            entry = taken
        if type(entry) is FunctionType:
            await entry()
        else:
            await line.item(entry).work()


@asynccontextmanager
async def running_host(capacity: int = CAPACITY) -> AsyncGenerator[BackgroundTaskQueue]:
    """A host that works a queue off."""
    builder = Host.create_empty_builder()
    builder.configuration["BackgroundJobs:Queue:Capacity"] = str(capacity)
    builder.services.add_singleton(First).add_scoped(Second).add_scoped(Third)
    add_background_jobs(builder.services, builder.configuration)
    async with builder.build() as host:
        yield host.services.get_required_service(BackgroundTaskQueue)


def through_a_host(work: Callable[..., Any]) -> Callable[[int], Awaitable[float]]:
    """Return a run through a running host: metrics, tokens, and services if *work* takes any."""

    async def run(items: int) -> float:
        async with running_host() as queue:
            begin = process_time()
            for _ in range(items):
                await queue.queue_background_work_item(work)
            await queue.join()
            return process_time() - begin

    return run


async def from_a_thread(items: int) -> float:
    """Queue from a thread while nobody takes: what the producer pays."""
    queue = BackgroundTaskQueue(items)

    def produce() -> float:
        begin = process_time()
        for _ in range(items):
            queue.queue_background_work_item_from_thread(closure)
        return process_time() - begin

    return await anyio.to_thread.run_sync(produce)


async def from_a_thread_by_anyio(items: int) -> float:
    """Queue from a thread by ``anyio.from_thread.run`` into asyncio.Queue, a hundredth of the items."""
    queue: asyncio.Queue[Any] = asyncio.Queue(items)

    def produce() -> float:
        begin = process_time()
        for _ in range(items // 100):
            anyio.from_thread.run(queue.put, closure)
        return (process_time() - begin) * 100

    return await anyio.to_thread.run_sync(produce)
