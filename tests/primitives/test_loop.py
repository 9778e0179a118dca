"""LoopHandle: reaching a loop from another thread, also one that has ended."""

import asyncio

import anyio
import anyio.to_thread
import pytest

from corner_host.primitives import LoopHandle


async def test_a_thread_wakes_the_loop() -> None:
    """A posted callback runs in the loop's thread, soon."""
    woken = anyio.Event()
    loop = LoopHandle.current()

    with anyio.fail_after(5):
        await anyio.to_thread.run_sync(loop.post, woken.set)
        await woken.wait()


async def test_a_callback_from_a_thread_runs_where_anyio_is_at_home() -> None:
    """What another thread posts may use anyio, as code of the loop can."""
    loop = LoopHandle.current()
    tasks: list[int] = []
    done = anyio.Event()

    def look() -> None:
        tasks.append(len(anyio.get_running_tasks()))
        done.set()

    with anyio.fail_after(5):
        await anyio.to_thread.run_sync(loop.post, look)
        await done.wait()

    assert tasks[0] >= 1


@pytest.mark.parametrize("from_thread", [False, True])
def test_anyio_is_at_home_where_a_server_began_the_loop(from_thread: bool) -> None:
    """A host inside a web server runs in a loop that ``anyio.run`` did not begin; its callbacks may use anyio all the same."""
    times: list[float] = []

    async def main() -> None:
        loop = LoopHandle.current()
        done = anyio.Event()

        def look() -> None:
            done.set()
            times.append(anyio.current_time())

        with anyio.fail_after(5):
            if from_thread:
                await anyio.to_thread.run_sync(loop.post, look)
            else:
                loop.post(look)
            await done.wait()

    asyncio.run(main())

    assert len(times) == 1


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_posting_to_a_loop_that_has_ended_says_so(backend: str) -> None:
    """A late wake-up is no error: there is nobody left to wake."""

    async def main() -> LoopHandle:
        return LoopHandle.current()

    loop = anyio.run(main, backend=backend)

    assert not loop.post(lambda: None)
