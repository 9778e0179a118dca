"""A queue that is drained takes in nothing new, loses nothing, and goes on where it was."""

import anyio
import anyio.to_thread
import pytest

from corner_host.background import BackgroundTaskQueue, QueueClosedError, QueueControl
from corner_host.background.health import QueueHealthCheck
from corner_host.diagnostics import HealthStatus
from corner_host.primitives import SystemClock

from .conftest import Gate, Working


async def nothing() -> None:
    """Do nothing."""


@pytest.fixture
def control(queue: BackgroundTaskQueue) -> QueueControl:
    return QueueControl(queue)


async def test_what_is_there_is_worked_off_and_nothing_new_is_begun(
    queue: BackgroundTaskQueue, control: QueueControl, working: Working
) -> None:
    """OV-41: who does not wait for room is refused, who waits comes in once the queue is resumed."""
    gate = Gate()
    async with working(queue), anyio.create_task_group() as tasks:
        for name in ("running", "waiting"):
            await queue.queue_background_work_item(gate, name)
        await anyio.wait_all_tasks_blocked()
        drain = control.drain(reason="deploy")
        offered = queue.try_queue_background_work_item(gate, "offered"), queue.try_queue_background_work_item(nothing)
        tasks.start_soon(queue.queue_background_work_item, gate, "patient")
        tasks.start_soon(queue.queue_background_work_item, nothing)
        await anyio.wait_all_tasks_blocked()
        gate.open()
        await queue.join()
        drained, finished = control.status(), list(gate.finished)
        resumed = control.resume()
        await anyio.wait_all_tasks_blocked()
        await queue.join()

    assert (drain.count, drain.reason, offered) == (2, "deploy", (False, False))
    assert (drained.drain, drained.numbers.depth, drained.numbers.running) == (drain, 0, 0)
    assert finished == ["running", "waiting"]
    assert (resumed, control.status().drain, gate.finished) == (True, None, ["running", "waiting", "patient"])
    assert control.status().numbers.completed == 4


async def test_a_burst_ends_where_the_drain_begins(queue: BackgroundTaskQueue, control: QueueControl) -> None:
    """OV-41: permits that were given out before do not let anybody in."""
    await queue.queue_background_work_item(nothing)
    control.drain()
    with anyio.move_on_after(0.01) as waited:
        await queue.queue_background_work_item(nothing)

    assert waited.cancelled_caught
    assert len(queue) == 1


async def test_priorities_leave_no_gap(control: QueueControl, queue: BackgroundTaskQueue) -> None:
    """OV-41: those that wait, and those that leave meanwhile, are counted as ever."""
    queue.try_queue_background_work_item(nothing, priority=1)
    control.drain()
    refused = queue.try_queue_background_work_item(nothing, priority=5)
    await (await queue.dequeue()).run()
    still = queue.try_queue_background_work_item(nothing, priority=5)
    control.resume()
    room = sum(queue.try_queue_background_work_item(nothing, priority=index % 2) for index in range(200))

    assert (refused, still, room) == (False, False, queue.capacity)


async def test_a_drain_is_begun_twice_and_ended_once(control: QueueControl, queue: BackgroundTaskQueue) -> None:
    """OV-41: the room is what it was."""
    control.drain()
    control.drain(reason="again")
    status = control.status()
    ended = control.resume(), control.resume()

    assert status.drain is not None
    assert status.drain.reason == "again"
    assert ended == (True, False)
    assert sum(queue.try_queue_background_work_item(nothing) for _ in range(200)) == queue.capacity


async def test_a_host_that_stops_refuses_who_waits(control: QueueControl, queue: BackgroundTaskQueue) -> None:
    """OV-41: closing is for good; a drain is no more, and cannot be taken back into an open queue."""
    control.drain()
    refusals: list[QueueClosedError] = []

    async def wait() -> None:
        try:
            await queue.queue_background_work_item(nothing)
        except QueueClosedError as refusal:
            refusals.append(refusal)

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(wait)
        await anyio.wait_all_tasks_blocked()
        queue.close()
    resumed = control.resume()

    assert len(refusals) == 1
    assert (resumed, control.status().drain, queue.try_queue_background_work_item(nothing)) == (False, None, False)


async def test_its_health_is_degraded_meanwhile(control: QueueControl, queue: BackgroundTaskQueue) -> None:
    """OV-41: who looks at the host is told why nothing gets in."""
    check = QueueHealthCheck(queue, SystemClock())
    control.drain()
    during = await check.check()
    control.resume()
    after = await check.check()

    assert (during.status, during.description) == (
        HealthStatus.DEGRADED,
        "drained by an operator: 0 wait, and nothing new is taken in",
    )
    assert after.status is HealthStatus.HEALTHY


async def test_a_thread_waits_for_the_end_of_a_drain(control: QueueControl, queue: BackgroundTaskQueue) -> None:
    """OV-41: as it waits for room."""
    control.drain()
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(anyio.to_thread.run_sync, queue.queue_background_work_item_from_thread, nothing)
        with anyio.fail_after(10):
            while not queue.line.producers:
                await anyio.sleep(0.001)
        control.resume()

    assert len(queue) == 1
