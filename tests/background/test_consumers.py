"""Several consumers wait at the same queue: one is woken at a time, and yet nothing is left lying."""

import threading

import anyio
import anyio.to_thread
import pytest

from corner_host.background import BackgroundTaskQueue


async def nothing() -> None:
    """Do nothing."""


@pytest.mark.parametrize("number", [1, 2, 3, 5])
async def test_as_many_consumers_go_on_as_there_is_work(number: int) -> None:
    """Although only the first is woken by who brings it; what each does then takes for ever."""
    queue = BackgroundTaskQueue()
    busy: list[str] = []

    async def consume() -> None:
        busy.append((await queue.dequeue()).name)
        await anyio.sleep_forever()

    async with anyio.create_task_group() as group:
        for _ in range(5):
            group.start_soon(consume)
        await anyio.wait_all_tasks_blocked()
        for each in range(number):
            await queue.queue_background_work_item(nothing, name=f"{each}")
        await anyio.wait_all_tasks_blocked()
        at_once = sorted(busy)
        queue.try_queue_background_work_item(nothing, name="later")
        await anyio.wait_all_tasks_blocked()
        group.cancel_scope.cancel()

    assert at_once == [f"{each}" for each in range(number)]
    assert ("later" in busy) == (number < 5)


async def test_a_consumer_that_is_cancelled_when_woken_passes_the_call_on() -> None:
    """To one who has not been woken yet, and so to all who have work."""
    queue = BackgroundTaskQueue()
    got: list[str] = []
    scopes = [anyio.CancelScope() for _ in range(4)]

    async def consume(scope: anyio.CancelScope) -> None:
        with scope:
            got.append((await queue.dequeue()).name)
            await anyio.sleep_forever()

    async with anyio.create_task_group() as group:
        for scope in scopes:
            group.start_soon(consume, scope)
            await anyio.wait_all_tasks_blocked()
        for each in range(3):
            queue.try_queue_background_work_item(nothing, name=f"{each}")
        scopes[0].cancel()
        await anyio.wait_all_tasks_blocked()
        at_once = sorted(got)
        group.cancel_scope.cancel()

    assert at_once == ["0", "1", "2"]


async def test_a_consumer_in_a_busy_loop_does_not_hold_up_those_of_others() -> None:
    """One that was woken, but whose thread does something else, leaves what comes next to the others."""
    queue = BackgroundTaskQueue()
    busy, release = threading.Event(), threading.Event()
    got: list[str] = []

    async def elsewhere() -> None:
        async def consume() -> None:
            await queue.dequeue()

        async with anyio.create_task_group() as group:
            group.start_soon(consume)
            await anyio.wait_all_tasks_blocked()
            busy.set()
            release.wait(10)  # blocks this loop, on purpose

    async def consume_here() -> None:
        got.append((await queue.dequeue()).name)

    thread = threading.Thread(target=anyio.run, args=(elsewhere,))
    thread.start()
    try:
        await anyio.to_thread.run_sync(busy.wait, 10)
        with anyio.fail_after(10):
            async with anyio.create_task_group() as group:
                group.start_soon(consume_here)
                await anyio.wait_all_tasks_blocked()
                for each in range(2):
                    queue.try_queue_background_work_item(nothing, name=f"{each}")
    finally:
        release.set()
        thread.join(10)

    assert len(got) == 1
