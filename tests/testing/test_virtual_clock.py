"""Time that a test moves."""

import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import anyio
import anyio.to_thread
import pytest

from corner_host.primitives import CancellationTokenSource, Clock
from corner_host.testing import NoVirtualTimeError, VirtualClock, VirtualClockInUseError, virtual_time


@pytest.fixture
async def clock() -> AsyncIterator[VirtualClock]:
    async with virtual_time() as made:
        yield made


async def test_hours_pass_at_once_and_everything_happens_at_its_time(clock: VirtualClock) -> None:
    """Sleepers wake in the order of their deadlines, each at exactly its own time."""
    woken: list[tuple[str, float]] = []

    async def sleep(name: str, hours: float) -> None:
        await anyio.sleep(hours * 3600)
        woken.append((name, clock.monotonic()))

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(sleep, "later", 5)
        tasks.start_soon(sleep, "soon", 2)
        await clock.advance(hours=4)
        woken.append(("looked", clock.monotonic()))
        await clock.advance(hours=1)

    assert woken == [("soon", 7200.0), ("looked", 14400.0), ("later", 18000.0)]


async def test_nothing_happens_while_time_stands_still(clock: VirtualClock) -> None:
    """Without advance(), a sleeper sleeps, however long the test really takes."""
    awake = anyio.Event()

    async def sleep() -> None:
        await anyio.sleep(0.001)
        awake.set()

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(sleep)
        await anyio.to_thread.run_sync(time.sleep, 0.01)
        await clock.advance(0)
        was_awake = awake.is_set()
        await clock.advance(0.001)

    assert (was_awake, awake.is_set()) == (False, True)


async def test_a_ticking_service_ticks_as_often_as_the_time_says(clock: VirtualClock) -> None:
    """Ten minutes at one tick in five seconds are 121 ticks, the first at once."""
    source = CancellationTokenSource()
    ticks = 0

    async def tick() -> None:
        nonlocal ticks
        async for _ in source.token.every(5.0, immediately=True):
            ticks += 1

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(tick)
        await clock.advance(minutes=10)
        source.cancel()

    assert ticks == 121


async def test_time_outs_follow(clock: VirtualClock) -> None:
    """A deadline of anyio's is a deadline of the virtual time."""
    timed_out = False

    async def wait() -> None:
        nonlocal timed_out
        with anyio.move_on_after(60) as scope:
            await anyio.sleep_forever()
        timed_out = scope.cancelled_caught

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(wait)
        await clock.advance(59.9)
        before = timed_out
        await clock.advance(0.1)

    assert (before, timed_out) == (False, True)


async def test_the_clock_tells_the_day(clock: VirtualClock) -> None:
    """It is a Clock: its time of day goes on with the time."""
    began = clock.now()
    await clock.advance(days=1, minutes=30)

    assert isinstance(clock, Clock)
    assert began == datetime(2026, 1, 1, tzinfo=UTC)
    assert clock.now() - began == timedelta(days=1, minutes=30)


async def test_what_is_cancelled_does_not_happen(clock: VirtualClock) -> None:
    """A timer whose task was cancelled is forgotten."""
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(anyio.sleep, 10)
        await clock.advance(5)
        tasks.cancel_scope.cancel()
    await clock.advance(10)

    assert clock.monotonic() == 15.0


async def test_time_waits_for_a_thread_at_work(clock: VirtualClock) -> None:
    """A time-out longer than the work does not end the work, though the clock is moved far."""
    done = False

    async def work() -> None:
        nonlocal done
        with anyio.fail_after(10):
            await anyio.to_thread.run_sync(time.sleep, 0.05)
        done = True

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(work)
        await clock.advance(hours=1)

    assert done


async def test_the_clock_jumps_by_itself_when_asked_to(clock: VirtualClock) -> None:
    """Inside autojump() a test waits for what takes hours."""
    async with clock.autojump():
        await anyio.sleep(7200)
        with anyio.move_on_after(100):
            await anyio.sleep_forever()

    assert clock.monotonic() == 7300.0


async def test_real_time_passes_when_asked_to(clock: VirtualClock) -> None:
    """Inside real_time() a short sleep is a short sleep."""
    async with clock.real_time():
        with anyio.fail_after(600):
            await anyio.sleep(0.02)

    assert clock.monotonic() >= 0.02


async def test_an_error_inside_comes_out_as_it_is(clock: VirtualClock) -> None:
    """Neither autojump() nor real_time() wraps it in a group."""
    with pytest.raises(LookupError, match="mine"):
        async with clock.autojump():
            raise LookupError("mine")


async def test_two_tasks_cannot_move_one_clock(clock: VirtualClock) -> None:
    """The second is told which one moves it already."""
    with pytest.raises(
        VirtualClockInUseError, match=r"advance\(\) moves a virtual clock that autojump\(\) moves already"
    ):
        async with clock.autojump():
            await clock.advance(1)


async def test_time_cannot_go_back(clock: VirtualClock) -> None:
    """A negative duration is refused."""
    with pytest.raises(ValueError, match="at least 0"):
        await clock.advance(minutes=-1)


async def test_afterwards_time_passes_by_itself() -> None:
    """The loop gets its time back; who still waits goes on waiting for the rest."""
    woken = anyio.Event()

    async def sleep() -> None:
        await anyio.sleep(3600.01)
        woken.set()

    async with anyio.create_task_group() as tasks:
        async with virtual_time() as clock:
            tasks.start_soon(sleep)
            await clock.advance(hours=1)
            before = woken.is_set()
        with anyio.fail_after(10):
            await woken.wait()

    assert not before


async def test_a_start_without_time_zone_is_refused() -> None:
    """What time it would be in UTC is not for us to guess."""
    with pytest.raises(ValueError, match="needs a time zone"):
        async with virtual_time(datetime(2026, 1, 1)):  # noqa: DTZ001
            pass


@pytest.mark.parametrize("anyio_backend", [("asyncio", {"use_uvloop": True})], ids=["uvloop"])
async def test_a_loop_that_cannot_follow_says_so(anyio_backend: object) -> None:
    """uvloop keeps its time in C: the message says which loop can."""
    with pytest.raises(RuntimeError, match=r"A loop of uvloop keeps its time where nobody can reach it"):
        async with virtual_time():
            pass


async def test_a_clock_of_another_loop_says_so() -> None:
    """Else a test whose fixtures another plug-in runs would see nothing happen, and no reason."""
    async with virtual_time() as clock:

        def advance_elsewhere() -> None:
            anyio.run(clock.advance, 1.0)

        with pytest.raises(NoVirtualTimeError, match="asyncio_mode"):
            await anyio.to_thread.run_sync(advance_elsewhere)
