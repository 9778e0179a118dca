"""Waking one task, once, from anywhere."""

import os
import signal
import sys
import threading

import anyio
import pytest

from corner_host.primitives.wake_up import WakeUp, wake_up


async def test_what_was_woken_before_does_not_wait() -> None:
    """Setting it first, or twice, is all the same."""
    woken = wake_up()
    woken.set()
    woken.set()

    with anyio.fail_after(5):
        await woken.wait()


async def test_another_task_wakes_it() -> None:
    """In the order in which things happen."""
    woken, story = wake_up(), list[str]()

    async def sleeper() -> None:
        await woken.wait()
        story.append("woken")

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(sleeper)
        await anyio.wait_all_tasks_blocked()
        story.append("setting")
        woken.set()

    assert story == ["setting", "woken"]


async def test_another_thread_wakes_it() -> None:
    """Without waiting for the loop."""
    woken = wake_up()
    thread = threading.Thread(target=woken.set)
    with anyio.fail_after(5):
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(woken.wait)
            await anyio.wait_all_tasks_blocked()
            thread.start()
    thread.join()


@pytest.mark.skipif(sys.platform == "win32", reason="signals are sent otherwise there")
async def test_a_signal_handler_wakes_it() -> None:
    """Also while the loop sleeps, and no task of it runs."""
    woken = wake_up()
    before = signal.signal(signal.SIGUSR1, lambda *_: woken.set())
    timer = threading.Timer(0.05, os.kill, (os.getpid(), signal.SIGUSR1))
    try:
        timer.start()
        with anyio.fail_after(5):
            await woken.wait()
    finally:
        timer.join()
        signal.signal(signal.SIGUSR1, before)


async def test_waiting_can_be_cancelled() -> None:
    """And what comes too late for it does no harm."""
    woken = wake_up()
    with anyio.CancelScope() as scope:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(woken.wait)
            await anyio.wait_all_tasks_blocked()
            scope.cancel()
    woken.set()

    assert scope.cancelled_caught


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_a_loop_that_has_ended_is_left_alone(backend: str) -> None:
    """There is nobody to wake any more."""

    async def main() -> WakeUp:
        return wake_up()

    woken = anyio.run(main, backend=backend)

    woken.set()


def test_outside_of_a_loop_there_is_none() -> None:
    """It belongs to the task that waits."""
    with pytest.raises(anyio.NoEventLoopError):
        wake_up()
