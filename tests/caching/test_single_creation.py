"""get_or_create_async: one creation however many callers."""

import threading

import anyio
import anyio.from_thread
import anyio.to_thread
import pytest

from corner_host.caching import CacheEntry, MemoryCache

from .conftest import HandClock


class Maker:
    """A factory that waits until it is let go, and counts."""

    def __init__(self) -> None:
        self.started = 0
        self.finished = 0
        self.gate = anyio.Event()

    async def __call__(self) -> str:
        self.started += 1
        await self.gate.wait()
        self.finished += 1
        return "made"


async def test_many_callers_share_one_creation(cache: MemoryCache) -> None:
    """MC-06: other than .NET, the asynchronous form makes a value once for all who wait."""
    maker = Maker()
    got: list[str] = []

    async def ask() -> None:
        got.append(await cache.get_or_create_async("key", maker))

    async with anyio.create_task_group() as group:
        for _ in range(50):
            group.start_soon(ask)
        await anyio.wait_all_tasks_blocked()
        maker.gate.set()

    assert got == ["made"] * 50
    assert (maker.started, maker.finished) == (1, 1)
    assert cache.get("key") == "made"


async def test_keys_do_not_wait_for_each_other(cache: MemoryCache) -> None:
    """Only the same value is shared."""
    slow = Maker()

    async def quick() -> int:
        return 1

    async with anyio.create_task_group() as group:
        group.start_soon(cache.get_or_create_async, "slow", slow)
        await anyio.wait_all_tasks_blocked()
        other = await cache.get_or_create_async("quick", quick)
        slow.gate.set()

    assert other == 1


async def test_another_caller_takes_over_from_a_cancelled_one(cache: MemoryCache) -> None:
    """A cancelled creator costs the others nothing but the time it had."""
    maker = Maker()
    got: list[str] = []
    first = anyio.CancelScope()

    async def creator() -> None:
        with first:
            await cache.get_or_create_async("key", maker)

    async def ask() -> None:
        got.append(await cache.get_or_create_async("key", maker))

    async with anyio.create_task_group() as group:
        group.start_soon(creator)
        await anyio.wait_all_tasks_blocked()
        for _ in range(3):
            group.start_soon(ask)
        await anyio.wait_all_tasks_blocked()
        first.cancel()
        await anyio.wait_all_tasks_blocked()
        maker.gate.set()

    assert got == ["made"] * 3
    assert (maker.started, maker.finished) == (2, 1)


async def test_a_cancelled_waiter_leaves_the_creation_alone(cache: MemoryCache) -> None:
    """It is the creator's."""
    maker = Maker()
    async with anyio.create_task_group() as group:
        group.start_soon(cache.get_or_create_async, "key", maker)
        await anyio.wait_all_tasks_blocked()
        with anyio.move_on_after(0) as scope:
            await cache.get_or_create_async("key", maker)
        maker.gate.set()

    assert scope.cancelled_caught
    assert cache.get("key") == "made"


async def test_all_who_wait_get_the_error(cache: MemoryCache) -> None:
    """MC-05: a failure is not stored, and the next caller tries again."""
    gate = anyio.Event()
    errors: list[BaseException] = []

    async def fail() -> str:
        await gate.wait()
        raise OSError("no connection")

    async def ask() -> None:
        try:
            await cache.get_or_create_async("key", fail)
        except OSError as error:
            errors.append(error)

    async def work() -> str:
        return "better"

    async with anyio.create_task_group() as group:
        for _ in range(3):
            group.start_soon(ask)
        await anyio.wait_all_tasks_blocked()
        gate.set()

    assert [str(error) for error in errors] == ["no connection"] * 3
    assert await cache.get_or_create_async("key", work) == "better"


async def test_event_loops_share_a_creation(cache: MemoryCache) -> None:
    """Callers may live in other threads, with loops of their own and another back end."""
    maker = Maker()
    waiting = threading.Event()
    got: list[str] = []

    async def elsewhere() -> None:
        async def ask() -> None:
            got.append(await cache.get_or_create_async("key", pytest.fail))

        async with anyio.create_task_group() as group:
            group.start_soon(ask)
            await anyio.wait_all_tasks_blocked()
            waiting.set()

    async with anyio.create_task_group() as group:
        group.start_soon(cache.get_or_create_async, "key", maker)
        await anyio.wait_all_tasks_blocked()
        for backend in ("asyncio", "trio"):
            waiting.clear()
            group.start_soon(anyio.to_thread.run_sync, anyio.run, elsewhere)
            await anyio.to_thread.run_sync(waiting.wait, 10)
            assert backend
        maker.gate.set()

    assert got == ["made"] * 2


async def test_an_async_factory_gets_the_entry(cache: MemoryCache, clock: HandClock) -> None:
    """It can say how long its value lives once it knows."""

    async def factory(entry: CacheEntry) -> int:
        entry.sliding_expiration = 5
        return 1

    made = await cache.get_or_create_async("key", factory)
    clock.advance(5)

    assert made == 1
    assert cache.get("key") is None


def test_threads_agree_on_the_numbers(cache: MemoryCache) -> None:
    """Concurrent use from threads loses no entry and no count."""
    barrier = threading.Barrier(8)

    def use(worker: int) -> None:
        barrier.wait()
        for number in range(200):
            cache.set((worker, number), number)
            assert cache.get((worker, number)) == number
            cache.get_or_create(number % 10, lambda: "shared")
            if number % 2:
                cache.remove((worker, number))

    threads = [threading.Thread(target=use, args=(worker,)) for worker in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    numbers = cache.statistics
    assert len(cache) == 8 * 100 + 10
    assert numbers.hits + numbers.misses == 8 * 200 * 2


async def test_a_plain_factory_does_no_harm(cache: MemoryCache) -> None:
    """What it returns is the value, as it cannot be awaited."""
    assert await cache.get_or_create_async("tea", lambda: "Assam") == "Assam"  # type: ignore[arg-type]  # not awaitable
    assert cache.get("tea") == "Assam"


def test_an_asynchronous_factory_for_the_plain_form_is_a_mistake(cache: MemoryCache) -> None:
    """A coroutine is nothing to keep; the message names the other form."""

    async def brew() -> str:
        return "Assam"

    with pytest.raises(TypeError, match="get_or_create_async"):
        cache.get_or_create("tea", brew)  # type: ignore[unused-coroutine]  # the mistake

    assert len(cache) == 0
