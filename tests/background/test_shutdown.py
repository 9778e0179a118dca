"""What becomes of queued work when the service stops."""

import anyio
import pytest

from corner_host.background import BackgroundTaskQueue, MetricsService, QueueClosedError, ShutdownMode

from .conftest import Gate, Working, without_ids


async def open_when_closed(queue: BackgroundTaskQueue, gate: Gate) -> None:
    while not queue.is_closed:
        await anyio.sleep(0.001)
    gate.open()


async def stopped(
    working: Working, queue: BackgroundTaskQueue, gate: Gate, mode: ShutdownMode, *, open_gate: bool
) -> None:
    """Stop while "running" runs and three wait; let them go on once the queue is closed."""
    with anyio.fail_after(10):
        async with anyio.create_task_group() as group, working(queue, shutdown_mode=mode):
            await queue.queue_background_work_item(gate, "running", name="running")
            await anyio.wait_all_tasks_blocked()
            for name in "abc":
                await queue.queue_background_work_item(gate, name, name=f"order {name}")
            if open_gate:
                group.start_soon(open_when_closed, queue, gate)


async def test_drain_runs_everything(queue: BackgroundTaskQueue, metrics: MetricsService, working: Working) -> None:
    """The default: what was accepted is done."""
    gate = Gate()
    await stopped(working, queue, gate, ShutdownMode.DRAIN, open_gate=True)

    assert gate.finished == ["running", "a", "b", "c"]
    assert (metrics.completed, metrics.not_run) == (4, 0)


async def test_finish_runs_only_what_runs(
    queue: BackgroundTaskQueue, metrics: MetricsService, working: Working, log: pytest.LogCaptureFixture
) -> None:
    """What waits is counted and named."""
    gate = Gate()
    await stopped(working, queue, gate, ShutdownMode.FINISH, open_gate=True)

    assert gate.finished == ["running"]
    assert (metrics.completed, metrics.not_run) == (1, 3)
    assert "order a, order b, order c" in without_ids(log.text)


async def test_cancel_cuts_what_runs(
    queue: BackgroundTaskQueue, metrics: MetricsService, working: Working, log: pytest.LogCaptureFixture
) -> None:
    """The token first, then the task; what waits is counted and named."""
    gate = Gate()
    await stopped(working, queue, gate, ShutdownMode.CANCEL, open_gate=False)

    assert (gate.cancelled, gate.token_was_cancelled) == (["running"], [True])
    assert (metrics.cancelled, metrics.not_run) == (1, 3)
    assert "'running' was cut" in log.text
    assert "order a, order b, order c" in without_ids(log.text)


async def test_a_drain_that_takes_too_long_is_cut(
    queue: BackgroundTaskQueue, metrics: MetricsService, working: Working, log: pytest.LogCaptureFixture
) -> None:
    """Whoever stops the service decides how long; the token is cancelled only then, and what is left is named."""
    gate = Gate()
    async with working(queue) as service:
        await queue.queue_background_work_item(gate, "running")
        await queue.queue_background_work_item(gate, "waiting", name="order 7")
        await anyio.wait_all_tasks_blocked()
        with anyio.move_on_after(0.01) as scope:
            await service.stop()

    assert scope.cancelled_caught
    assert (gate.cancelled, gate.token_was_cancelled) == (["running"], [True])
    assert (metrics.cancelled, metrics.not_run, metrics.depth, metrics.running) == (1, 1, 0, 0)
    assert "order 7" in log.text


@pytest.mark.parametrize("mode", ShutdownMode)
async def test_a_stopping_service_takes_no_more(
    queue: BackgroundTaskQueue, working: Working, mode: ShutdownMode
) -> None:
    """New work is refused in every mode, and so are producers that wait."""
    refused: list[str] = []

    async def produce(name: str) -> None:
        with pytest.raises(QueueClosedError):
            await full.queue_background_work_item(gate, name)
        refused.append(name)

    full, gate = BackgroundTaskQueue(1), Gate()
    async with anyio.create_task_group() as group, working(full, shutdown_mode=mode):
        await full.queue_background_work_item(gate, "running")
        await anyio.wait_all_tasks_blocked()
        full.try_queue_background_work_item(gate, "waiting")
        group.start_soon(produce, "third")
        await anyio.wait_all_tasks_blocked()
        if mode is not ShutdownMode.CANCEL:
            group.start_soon(open_when_closed, full, gate)
    await produce("late")

    assert refused == ["third", "late"]
    assert not full.try_queue_background_work_item(gate, "never")
    numbers = MetricsService(full).snapshot()
    assert numbers.rejected == 3


async def test_an_idle_service_stops_at_once(
    queue: BackgroundTaskQueue, metrics: MetricsService, working: Working, log: pytest.LogCaptureFixture
) -> None:
    """And has nothing to report."""
    with anyio.fail_after(10):
        async with working(queue):
            await anyio.wait_all_tasks_blocked()

    assert metrics.not_run == 0
    assert "Not run" not in log.text


async def test_many_names_are_told_in_several_lines(working: Working, log: pytest.LogCaptureFixture) -> None:
    """Each of them once."""
    queue, gate = BackgroundTaskQueue(1000), Gate()
    async with working(queue, shutdown_mode=ShutdownMode.CANCEL):
        await queue.queue_background_work_item(gate, "running")
        await anyio.wait_all_tasks_blocked()
        for number in range(120):
            await queue.queue_background_work_item(gate, "waiting", name=f"<{number}>")

    lines = [record.getMessage() for record in log.records if "Not run" in record.getMessage()]
    assert len(lines) == 3
    assert all(sum(f"<{number}>" in line for line in lines) == 1 for number in range(120))
