"""A background service without a host: for a test of its own, or inside another program (section 7)."""

import anyio
import anyio.lowlevel
import pytest

from corner_host.hosting import BackgroundServiceState
from corner_host.primitives import CancellationToken
from tests.hosting.journal import Journal, failing


async def test_start_returns_while_the_work_goes_on(journal: Journal) -> None:
    """BG-1, BG-10, BG-19: start begins it, stop asks it to end and waits for it."""
    worker = journal.worker("worker")
    await worker.start()
    await worker.entered.wait()
    running = worker.state
    await worker.stop()

    assert running is BackgroundServiceState.RUNNING
    assert worker.state is BackgroundServiceState.COMPLETED
    assert journal.lines == ["worker execute", "worker returned"]


async def test_work_that_only_looks_at_its_token_ends(journal: Journal) -> None:
    """BG-3: it never waits for the token, it polls it."""

    async def work(stopping: CancellationToken) -> None:
        while not stopping.is_cancellation_requested:
            await anyio.lowlevel.checkpoint()

    worker = journal.worker("worker", work)
    await worker.start()
    await worker.entered.wait()
    await worker.stop()

    assert journal.lines == ["worker execute", "worker returned"]


async def test_a_cancelled_start_begins_nothing(journal: Journal) -> None:
    """BG-6: execute is never called, the state is CANCELLED."""
    worker = journal.worker("worker")
    with anyio.CancelScope() as scope:
        scope.cancel()
        await worker.start()
    await anyio.wait_all_tasks_blocked()

    assert journal.lines == []
    assert worker.state is BackgroundServiceState.CANCELLED


async def test_work_that_fails_does_not_fail_the_stop(journal: Journal) -> None:
    """BG-4, BG-12: the failure is in `exception`."""
    error = RuntimeError("worker")
    worker = journal.worker("worker", failing(error))
    await worker.start()
    await worker.stop()

    assert worker.exception is error
    assert worker.state is BackgroundServiceState.FAULTED


async def test_a_worker_stopped_at_once_still_runs(journal: Journal) -> None:
    """BG-7: exactly once, and its token is cancelled already."""
    seen: list[bool] = []

    async def work(stopping: CancellationToken) -> None:
        seen.append(stopping.is_cancellation_requested)

    worker = journal.worker("worker", work)
    await worker.start()
    await worker.stop()

    assert seen == [True]


async def test_a_worker_that_was_closed_ends_by_itself(journal: Journal) -> None:
    """BG-8, BG-17, DI-14: close cancels the token and waits for nothing."""
    worker = journal.worker("worker")
    await worker.start()
    worker.close()
    await anyio.wait_all_tasks_blocked()

    assert journal.lines == ["worker execute", "worker returned"]


async def test_closing_and_stopping_what_never_started(journal: Journal) -> None:
    """BG-9, BG-18: nothing happens."""
    worker = journal.worker("worker")
    worker.close()
    await worker.stop()

    assert journal.lines == []
    assert worker.state is BackgroundServiceState.CREATED


async def test_a_cancelled_stop_cancels_the_work(journal: Journal) -> None:
    """BG-11, H2, H9: what ignores its token is not left running by whoever gives up waiting."""

    async def deaf(_: CancellationToken) -> None:
        await anyio.sleep_forever()

    worker = journal.worker("worker", deaf)
    await worker.start()
    await worker.entered.wait()
    with anyio.move_on_after(0.05) as scope:
        await worker.stop()
    await anyio.wait_all_tasks_blocked()

    assert scope.cancelled_caught
    assert journal.lines == ["worker execute", "worker cancelled"]
    assert worker.state is BackgroundServiceState.CANCELLED


async def test_callbacks_of_the_token_that_raise_fail_the_stop(journal: Journal) -> None:
    """BG-13: after the work has ended."""

    async def work(stopping: CancellationToken) -> None:
        stopping.register(lambda: 1 / 0)
        await stopping.wait()

    worker = journal.worker("worker", work)
    await worker.start()
    await worker.entered.wait()
    await anyio.wait_all_tasks_blocked()

    with pytest.raises(ExceptionGroup):
        await worker.stop()

    assert journal.lines == ["worker execute", "worker returned"]
