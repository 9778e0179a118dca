"""What an operator sees of the queue, and does to it while it is worked off."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import anyio
import anyio.to_thread
import pytest

from corner_host.background import BackgroundTaskQueue, MetricsService, QueueControl
from corner_host.primitives import CancellationToken

from .conftest import Gate, Working, without_ids


async def nothing() -> None:
    """Do nothing."""


async def failing() -> None:
    raise OSError("no connection")


async def sleeping() -> None:
    await anyio.sleep_forever()


@pytest.fixture
def control(queue: BackgroundTaskQueue) -> QueueControl:
    return QueueControl(queue)


async def until(condition: Callable[[], bool]) -> None:
    """Return once it holds."""
    with anyio.fail_after(10):
        while not condition():
            await anyio.sleep(0.001)


async def test_a_paused_queue_begins_nothing_until_it_is_resumed(
    queue: BackgroundTaskQueue, control: QueueControl, working: Working
) -> None:
    """What runs is finished, and new work is taken in."""
    gate = Gate()
    async with working(queue):
        await queue.queue_background_work_item(gate, "running")
        await anyio.wait_all_tasks_blocked()
        pause = control.pause(reason="gateway down")
        await queue.queue_background_work_item(gate, "waiting")
        gate.open()
        await anyio.wait_all_tasks_blocked()
        finished, status = list(gate.finished), control.status()
        resumed = control.resume()
        await queue.join()

    assert finished == ["running"]
    assert (status.pause, status.numbers.depth) == (pause, 1)
    assert (pause.reason, pause.until) == ("gateway down", None)
    assert (resumed, control.resume(), control.is_paused) == (True, False, False)
    assert gate.finished == ["running", "waiting"]


@pytest.mark.parametrize("idle", [True, False], ids=["idle", "busy"])
async def test_a_pause_for_a_time_ends_by_itself(
    queue: BackgroundTaskQueue, control: QueueControl, working: Working, idle: bool
) -> None:
    """Whether the workers waited when it began, or find out when they are done."""
    gate = Gate()
    async with working(queue):
        if not idle:
            await queue.queue_background_work_item(gate, "running")
        await anyio.wait_all_tasks_blocked()
        pause = control.pause(timedelta(milliseconds=20))
        gate.open()
        await queue.queue_background_work_item(gate, "waiting")
        with anyio.fail_after(10):
            await queue.join()

    assert pause.until == pause.since + timedelta(milliseconds=20)
    assert gate.finished[-1] == "waiting"
    assert not control.is_paused


async def test_a_stop_ends_the_pause(queue: BackgroundTaskQueue, control: QueueControl, working: Working) -> None:
    """What was accepted is drained all the same."""
    gate = Gate()
    gate.open()
    with anyio.fail_after(10):
        async with working(queue):
            control.pause()
            await queue.queue_background_work_item(gate, "waiting")
            await anyio.wait_all_tasks_blocked()
            before = list(gate.finished)

    assert (before, gate.finished) == ([], ["waiting"])


def test_a_closed_queue_cannot_be_paused(queue: BackgroundTaskQueue, control: QueueControl) -> None:
    """Its end would never come."""
    queue.close()
    control.pause()

    assert not control.is_paused


@pytest.mark.parametrize("duration", [0, -1])
def test_a_pause_lasts_longer_than_nothing(control: QueueControl, duration: float) -> None:
    """The message names what is wrong."""
    with pytest.raises(ValueError, match="duration"):
        control.pause(duration)


async def test_purging_throws_away_what_waits(
    queue: BackgroundTaskQueue,
    control: QueueControl,
    metrics: MetricsService,
    working: Working,
    log: pytest.LogCaptureFixture,
) -> None:
    """Also in a paused queue; it is counted as not run and named, what runs goes on, and new work is welcome."""
    gate = Gate()
    async with working(queue):
        await queue.queue_background_work_item(gate, "running")
        await anyio.wait_all_tasks_blocked()
        control.pause()
        for name in ("a", "b"):
            await queue.queue_background_work_item(gate, name, name=f"order {name}", priority=len(name))
        purged = control.purge()
        numbers = metrics.snapshot()
        control.resume()
        await queue.queue_background_work_item(gate, "later")
        gate.open()
        await queue.join()

    assert (purged, numbers.not_run, numbers.depth, numbers.running) == (2, 2, 0, 1)
    assert "order a, order b" in without_ids(log.text)
    assert gate.finished == ["running", "later"]


async def test_purging_lets_producers_in_that_wait(queue: BackgroundTaskQueue) -> None:
    """They have not been promised anything yet, and now there is room."""
    full = BackgroundTaskQueue(1)
    full.try_queue_background_work_item(nothing, name="first")
    async with anyio.create_task_group() as group:
        group.start_soon(full.queue_background_work_item, nothing)
        await anyio.wait_all_tasks_blocked()
        purged = QueueControl(full).purge()

    assert (purged, len(full)) == (1, 1)


async def test_what_runs_is_shown_with_the_place_where_it_waits(
    queue: BackgroundTaskQueue, control: QueueControl, working: Working
) -> None:
    """Name, since when, how long it may, and the line of the application."""
    before = datetime.now(UTC)
    async with working(queue, max_concurrency=2, item_timeout=60):
        await queue.queue_background_work_item(sleeping, name="order 7", priority=3, timeout=30)
        await queue.queue_background_work_item(sleeping)
        await anyio.wait_all_tasks_blocked()
        located, shown = control.located(), control.running()
        assert all(control.cancel(item.id) for item in located)
        await queue.join()

    named, plain = sorted(located, key=lambda item: -item.priority)
    assert (named.name, named.priority, named.timeout) == ("order 7", 3, 30)
    assert (plain.timeout, named.job) == (60, plain.name)
    assert named.waiting_at is not None
    assert (named.waiting_at.function, named.waiting_at.text) == ("sleeping", "await anyio.sleep_forever()")
    assert abs(named.started_at - before) < timedelta(minutes=1)
    assert named.enqueued_at <= named.started_at
    assert [item.id for item in shown] == [item.id for item in located]
    assert control.running() == ()


async def test_a_plain_function_runs_on_when_its_item_is_cancelled_but_is_told(
    queue: BackgroundTaskQueue, control: QueueControl, metrics: MetricsService, working: Working
) -> None:
    """By the token, which is its own: others keep theirs."""
    began: list[bool] = []
    told: list[bool] = []
    gate = Gate()

    def look(token: CancellationToken) -> None:
        began.append(True)
        while not token.is_cancellation_requested:
            pass
        told.append(True)

    async with working(queue, max_concurrency=2):
        await queue.queue_background_work_item(gate, "other")
        await queue.queue_background_work_item(look, name="look")
        await until(lambda: bool(began))
        assert control.cancel(next(item.id for item in control.running() if item.name == "look"))
        await until(lambda: metrics.cancelled == 1 and bool(told))
        gate.open()
        await queue.join()

    assert (gate.finished, gate.token_was_cancelled) == (["other"], [])


async def test_one_item_is_cancelled_and_the_next_ones_run(
    queue: BackgroundTaskQueue,
    control: QueueControl,
    metrics: MetricsService,
    working: Working,
    log: pytest.LogCaptureFixture,
) -> None:
    """Token first, then the task; it counts as cancelled; an id that does not run any more is no other's."""
    first, second = Gate(), Gate()
    async with working(queue):
        await queue.queue_background_work_item(first, "first", name="order 1")
        await queue.queue_background_work_item(second, "second")
        await anyio.wait_all_tasks_blocked()
        (running,) = control.running()
        cancelled = await anyio.to_thread.run_sync(control.cancel, running.id)
        await anyio.wait_all_tasks_blocked()
        again = control.cancel(running.id)
        second.open()
        await queue.join()

    assert (cancelled, again) == (True, False)
    assert (first.cancelled, first.token_was_cancelled) == (["first"], [True])
    assert second.finished == ["second"]
    assert (metrics.cancelled, metrics.completed) == (1, 1)
    assert "'order 1' was cancelled on request" in log.text


async def test_concurrency_changes_while_items_run(
    queue: BackgroundTaskQueue, control: QueueControl, working: Working
) -> None:
    """More begin at once; less is kept as soon as what runs too much has ended."""
    gates = [Gate() for _ in range(3)]
    async with working(queue):
        for number, gate in enumerate(gates):
            for each in range(5):
                await queue.queue_background_work_item(gate, f"{number}.{each}")
        await anyio.wait_all_tasks_blocked()
        one = len(control.running())
        control.set_concurrency(4)
        await anyio.wait_all_tasks_blocked()
        four, status = len(control.running()), control.status()
        await anyio.to_thread.run_sync(control.set_concurrency, 2)
        gates[0].open()
        await anyio.wait_all_tasks_blocked()
        two = len(control.running())
        for gate in gates:
            gate.open()
        await queue.join()
        await anyio.wait_all_tasks_blocked()
        await queue.queue_background_work_item(sleeping)
        for _ in range(4):
            await queue.queue_background_work_item(sleeping)
        await anyio.wait_all_tasks_blocked()
        still_two = len(control.running())
        control.purge()
        for item in control.running():
            control.cancel(item.id)

    assert (one, four, two, still_two) == (1, 4, 2, 2)
    assert status.concurrency == 4
    assert sum(len(gate.finished) for gate in gates) == 15


async def test_idle_workers_that_are_too_many_leave(
    queue: BackgroundTaskQueue, control: QueueControl, working: Working
) -> None:
    """And are not there when work comes."""
    async with working(queue, max_concurrency=8):
        await anyio.wait_all_tasks_blocked()
        control.set_concurrency(2)
        await anyio.wait_all_tasks_blocked()
        for _ in range(8):
            await queue.queue_background_work_item(sleeping)
        await anyio.wait_all_tasks_blocked()
        running = control.running()
        control.purge()
        for item in running:
            control.cancel(item.id)

    assert len(running) == 2


def test_nothing_runs_where_nobody_works_the_queue_off(control: QueueControl) -> None:
    """What cannot be done is told, not kept for later."""
    assert not control.set_concurrency(3)
    assert not control.cancel("1-1")
    assert (control.running(), control.status().concurrency) == ((), 0)
    with pytest.raises(ValueError, match="concurrency"):
        control.set_concurrency(0)


async def test_failures_are_kept_with_their_place(
    queue: BackgroundTaskQueue, control: QueueControl, working: Working
) -> None:
    """The newest first, time-outs among them, and never more than some."""
    async with working(queue):
        await queue.queue_background_work_item(failing, name="order 7")
        await queue.queue_background_work_item(sleeping, timeout=0.01)
        await queue.join()
        slow, failed = control.failures()
        for _ in range(250):
            await queue.queue_background_work_item(failing)
        await queue.join()

    assert (failed.name, failed.error_type, failed.message) == ("order 7", "OSError", "no connection")
    assert (failed.place.function, failed.place.text) == ("failing", 'raise OSError("no connection")')
    assert failed.job.endswith("failing")
    assert failed.traceback.startswith("Traceback")
    assert failed.traceback.endswith("OSError: no connection\n")
    assert slow.error_type == "WorkItemTimeoutError"
    assert len(control.failures(1000)) == 200
    assert len(control.failures(3)) == 3
    assert control.failures(0) == ()


async def test_what_waits_is_shown_in_its_order(queue: BackgroundTaskQueue, control: QueueControl) -> None:
    """The next first; looking takes nothing."""
    for name, priority in [("a", 0), ("late", -1), ("b", 0), ("urgent", 9)]:
        await queue.queue_background_work_item(nothing, name=name, priority=priority)
    shown = control.waiting()

    assert [item.name for item in shown] == ["urgent", "a", "b", "late"]
    assert [item.name for item in control.waiting(2)] == ["urgent", "a"]
    assert shown[0].priority == 9
    assert shown[0].job.endswith("nothing")
    assert abs(shown[0].enqueued_at - datetime.now(UTC)) < timedelta(minutes=1)
    assert len(queue) == 4


async def test_a_full_queue_is_saturated_until_a_tenth_is_free() -> None:
    """A place that is taken again at once does not count as room."""
    queue = BackgroundTaskQueue(20)
    control = QueueControl(queue)
    while queue.try_queue_background_work_item(nothing):
        pass
    full = control.status()
    await queue.dequeue()
    nearly = control.status()
    for _ in range(2):
        await queue.dequeue()
    room = control.status()

    assert full.saturated_since is not None
    assert nearly.saturated_since is not None
    assert abs(nearly.saturated_since - full.saturated_since) < timedelta(seconds=10)
    assert room.saturated_since is None
    assert (full.numbers.rejected, full.numbers.depth) == (1, 20)


async def test_how_long_items_waited_and_how_many_come_and_go(
    queue: BackgroundTaskQueue, control: QueueControl, working: Working
) -> None:
    """Percentiles of waits, the age of the next item, and rates over the last minute."""
    empty = control.status()
    async with working(queue):
        control.pause()
        for each in (nothing, failing):
            await queue.queue_background_work_item(each)
        waiting = control.status()
        control.resume()
        await queue.join()
        done = control.status()

    assert (empty.wait_p50, empty.wait_p95, empty.oldest_wait) == (None, None, None)
    assert waiting.oldest_wait is not None
    assert done.wait_p95 is not None
    assert done.wait_p50 is not None
    assert done.wait_p95 >= done.wait_p50 > 0
    assert done.in_rate == done.out_rate == 2 * done.failed_rate > 0
