"""Cancellation tokens: cooperative, from any thread, on both back ends."""

import threading
from datetime import timedelta

import anyio
import anyio.to_thread
import pytest

from corner_host.primitives import CancellationToken, CancellationTokenSource, Duration, OperationCancelledError


def test_callbacks_run_last_registered_first() -> None:
    """AL-12: as in .NET, the callback that came last runs first."""
    source = CancellationTokenSource()
    ran: list[int] = []
    source.token.register(lambda: ran.append(1))
    source.token.register(lambda: ran.append(2))
    source.token.register(lambda: ran.append(3))

    source.cancel()

    assert ran == [3, 2, 1]


def test_a_second_cancel_does_nothing() -> None:
    """Callbacks run once, however often the source is cancelled."""
    source = CancellationTokenSource()
    ran: list[str] = []
    source.token.register(lambda: ran.append("once"))

    source.cancel()
    source.cancel()

    assert ran == ["once"]


def test_a_callback_registered_too_late_runs_at_once() -> None:
    """AL-11: registering at a cancelled token runs the callback in the caller."""
    source = CancellationTokenSource()
    source.cancel()
    ran: list[int] = []

    source.token.register(lambda: ran.append(threading.get_ident()))

    assert ran == [threading.get_ident()]


def test_every_callback_runs_although_one_raises() -> None:
    """Errors of callbacks are gathered and raised together at the end."""
    source = CancellationTokenSource()
    ran: list[str] = []
    source.token.register(lambda: ran.append("first"))
    source.token.register(lambda: 1 / 0)

    with pytest.raises(ExceptionGroup) as caught:
        source.cancel()

    assert ran == ["first"]
    assert [type(error) for error in caught.value.exceptions] == [ZeroDivisionError]


def test_an_async_function_is_no_callback() -> None:
    """It is refused, since its coroutine would be dropped in silence; a method counts as a function does."""

    class Flusher:
        async def flush(self) -> None: ...

    with pytest.raises(TypeError, match=r"flush.* cannot be registered: it is an async function"):
        CancellationTokenSource().token.register(Flusher().flush)


def test_an_unregistered_callback_does_not_run() -> None:
    """Unregistering says whether it came in time."""
    source = CancellationTokenSource()
    ran: list[str] = []
    with source.token.register(lambda: ran.append("with")):
        pass
    registration = source.token.register(lambda: ran.append("call"))

    assert registration.unregister()
    source.cancel()

    assert ran == []
    assert not registration.unregister()


def test_a_linked_source_follows_any_of_its_tokens_until_closed() -> None:
    """A linked source is cancelled with its parents, not they with it; a closed one no more."""
    first, second = CancellationTokenSource(), CancellationTokenSource()
    linked = CancellationTokenSource.linked(first.token, second.token)
    closed = CancellationTokenSource.linked(first.token)
    closed.close()

    second.cancel()
    first.cancel()

    assert linked.token.is_cancellation_requested
    assert not closed.token.is_cancellation_requested


def test_a_cancelled_token_throws_when_asked_to() -> None:
    """throw_if_cancellation_requested raises only once the token is cancelled."""
    source = CancellationTokenSource()
    source.token.throw_if_cancellation_requested()
    source.cancel()

    with pytest.raises(OperationCancelledError):
        source.token.throw_if_cancellation_requested()


def test_the_none_token_is_never_cancelled() -> None:
    """Registering at the none token is allowed and has no effect."""
    token = CancellationToken.none()

    token.register(lambda: pytest.fail("must not run")).unregister()

    assert not token.is_cancellation_requested


async def test_waiting_ends_when_another_thread_cancels() -> None:
    """A token can be cancelled from any thread and wakes the loop up."""
    source = CancellationTokenSource()

    with anyio.fail_after(5):
        async with anyio.create_task_group() as group:
            group.start_soon(source.token.wait)
            await anyio.wait_all_tasks_blocked()
            await anyio.to_thread.run_sync(source.cancel)


async def test_cancel_after_cancels_from_a_timer() -> None:
    """cancel_after needs no task; a wait notices it."""
    source = CancellationTokenSource()
    source.cancel_after(timedelta(milliseconds=1))

    with anyio.fail_after(5):
        await source.token.wait()


async def test_sleep_says_whether_it_was_cut_short() -> None:
    """False after the whole time, True when cancelled, never an exception."""
    source = CancellationTokenSource()

    slept_out = not await source.token.sleep(0.001)
    source.cancel()
    cut_short = await source.token.sleep(1000)

    assert slept_out
    assert cut_short


async def test_even_no_sleep_at_all_is_cut_short_by_an_already_cancelled_token() -> None:
    """A loop that is late and sleeps zero seconds still notices."""
    source = CancellationTokenSource()
    source.cancel()

    assert await source.token.sleep(0)


async def test_missed_ticks_are_made_up_for_by_one() -> None:
    """A slow body shifts no later tick: after it one tick comes at once, then the grid goes on."""
    source = CancellationTokenSource()
    began = anyio.current_time()
    ticks: list[float] = []

    async for tick in source.token.every(0.05, immediately=True):
        ticks.append(anyio.current_time() - began)
        if tick == 1:
            await anyio.sleep(0.12)  # the ticks at 0.05 and 0.10 pass meanwhile
        if tick == 3:
            source.cancel()

    assert len(ticks) == 3
    assert ticks[2] >= 0.15


async def test_a_ticking_loop_ends_without_an_error_when_cancelled() -> None:
    """`async for _ in token.every(...)` is the whole of a periodic service."""
    source = CancellationTokenSource()
    ticks: list[int] = []

    with anyio.fail_after(5):
        async for tick in source.token.every(1000, immediately=True):
            ticks.append(tick)
            source.cancel()

    assert ticks == [1]


async def test_a_cancel_scope_follows_the_token() -> None:
    """Work inside the scope is cancelled by anyio when the token is cancelled, also from a thread."""
    source = CancellationTokenSource()

    with anyio.fail_after(5):
        with source.token.cancel_scope() as scope:
            await anyio.to_thread.run_sync(source.cancel)
            await anyio.sleep_forever()

    assert scope.cancelled_caught


async def test_outer_cancellation_passes_through_a_wait() -> None:
    """anyio's own cancellation is never swallowed by a token."""
    source = CancellationTokenSource()

    with anyio.move_on_after(0) as scope:
        await source.token.wait()

    assert scope.cancelled_caught
    assert not source.token.is_cancellation_requested


@pytest.mark.parametrize("seconds", [0, 1000, timedelta(hours=1)])
async def test_a_sleep_after_cancellation_was_cut_short_however_long_it_is(seconds: Duration) -> None:
    """A loop over ``not await token.sleep(...)`` ends, also with no pause in it."""
    source = CancellationTokenSource()
    source.cancel()

    assert await source.token.sleep(seconds=seconds)


@pytest.mark.parametrize("immediately", [True, False])
async def test_a_cancelled_token_does_not_tick(immediately: bool) -> None:
    """The loop's body does not run any more."""
    source = CancellationTokenSource()
    source.cancel()

    assert [tick async for tick in source.token.every(timedelta(hours=1), immediately=immediately)] == []


async def test_the_first_tick_comes_after_one_period_and_none_comes_early() -> None:
    """Ticks keep to the grid of the start, and missed ones are made up by a single one."""
    start, period = anyio.current_time(), 0.01
    early: list[float] = []

    async for tick in CancellationToken.none().every(seconds=period):
        early.append(start + tick * period - anyio.current_time())
        if tick == 3:
            break

    assert len(early) == 3
    assert max(early) < period / 2


async def test_a_scope_of_a_cancelled_token_is_cancelled_from_the_start() -> None:
    """Its first checkpoint is its last."""
    source = CancellationTokenSource()
    source.cancel()

    with source.token.cancel_scope() as scope:
        await anyio.sleep_forever()

    assert scope.cancelled_caught


def test_a_registration_at_a_cancelled_token_is_over_at_once() -> None:
    """It is a context manager nevertheless, and what the callback raises is raised where it was registered."""
    source = CancellationTokenSource()
    source.cancel()

    with source.token.register(lambda: None) as registration:
        over = not registration.unregister()
    with pytest.raises(ZeroDivisionError):
        source.token.register(lambda: 1 / 0)

    assert over


async def test_closing_takes_a_pending_timer_back() -> None:
    """A later cancel_after replaces an earlier one, and close the last."""
    source = CancellationTokenSource()
    source.cancel_after(seconds=1000)
    source.cancel_after(timedelta(milliseconds=1))
    with anyio.fail_after(5):
        await source.token.wait()
    closed = CancellationTokenSource()
    closed.cancel_after(1000)

    closed.close()

    assert not any(thread.name == "corner_host cancellation timer" for thread in alive_soon())


def alive_soon() -> list[threading.Thread]:
    """The threads that are alive once the cancelled timers have had their turn."""
    for thread in threading.enumerate():
        if isinstance(thread, threading.Timer):
            thread.join(5)
    return threading.enumerate()
