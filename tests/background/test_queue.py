"""The queue by itself: bounds, order, waiting, closing."""

import threading
from datetime import UTC, datetime, timedelta
from typing import Any

import anyio
import anyio.to_thread
import pytest

from corner_host.background import BackgroundTaskQueue, MetricsService, QueueClosedError


async def nothing() -> None:
    """Do nothing."""


async def names(queue: BackgroundTaskQueue) -> list[str]:
    """Take everything that waits."""
    return [(await queue.dequeue()).name for _ in range(len(queue))]


@pytest.mark.parametrize("capacity", [0, -1])
def test_a_capacity_is_at_least_one(capacity: int) -> None:
    """The message names what is wrong."""
    with pytest.raises(ValueError, match="capacity"):
        BackgroundTaskQueue(capacity)


@pytest.mark.parametrize("capacity", ["10", 1.5, True])
def test_a_capacity_is_a_whole_number(capacity: Any) -> None:
    """Anything else is a mistake of the caller."""
    with pytest.raises(TypeError, match="capacity"):
        BackgroundTaskQueue(capacity)


def test_the_capacity_is_100_unless_given() -> None:
    """The default of the shop."""
    assert BackgroundTaskQueue().capacity == 100


async def test_items_come_out_in_the_order_they_went_in() -> None:
    """First in, first out."""
    queue = BackgroundTaskQueue()
    for number in range(5):
        await queue.queue_background_work_item(nothing, name=f"{number}")

    assert await names(queue) == ["0", "1", "2", "3", "4"]


async def test_higher_priorities_come_first_and_equals_in_order() -> None:
    """Priorities are any whole numbers; 0 is the default."""
    queue = BackgroundTaskQueue()
    for name, priority in [("a", 0), ("late", -1), ("b", 0), ("urgent", 9), ("soon", 5), ("urgent too", 9)]:
        await queue.queue_background_work_item(nothing, name=name, priority=priority)

    assert await names(queue) == ["urgent", "urgent too", "soon", "a", "b", "late"]


async def test_an_item_knows_what_it_is() -> None:
    """Its name is that of the work unless one is given; when it came is an aware time in UTC."""
    queue = BackgroundTaskQueue()
    before = datetime.now(UTC)
    await queue.queue_background_work_item(nothing)
    await queue.queue_background_work_item(nothing, name="order 7", priority=3)
    named, plain = await queue.dequeue(), await queue.dequeue()

    assert plain.name.endswith("test_queue.nothing")
    assert (named.name, named.priority, plain.priority) == ("order 7", 3, 0)
    assert abs(plain.enqueued_at - before) < timedelta(minutes=1)


async def test_a_full_queue_makes_its_producer_wait() -> None:
    """The item is in as soon as another has left, and the length never exceeds the capacity."""
    queue = BackgroundTaskQueue(1)
    queue.try_queue_background_work_item(nothing, name="first")
    entered = anyio.Event()

    async def produce() -> None:
        await queue.queue_background_work_item(nothing, name="second")
        entered.set()

    async with anyio.create_task_group() as group:
        group.start_soon(produce)
        await anyio.wait_all_tasks_blocked()
        waited = not entered.is_set()
        first = await queue.dequeue()
        length = len(queue)
        await entered.wait()

    assert waited
    assert (first.name, length) == ("first", 1)


async def test_producers_get_room_in_the_order_they_came() -> None:
    """Nobody overtakes a producer that waits, not even one who only tries."""
    queue = BackgroundTaskQueue(1)
    queue.try_queue_background_work_item(nothing, name="0")
    seen: list[str] = []

    async def produce(number: int) -> None:
        await queue.queue_background_work_item(nothing, name=f"{number}")

    async with anyio.create_task_group() as group:
        for number in range(1, 6):
            group.start_soon(produce, number)
            await anyio.wait_all_tasks_blocked()
        for _ in range(6):
            seen.append((await queue.dequeue()).name)
            assert queue.try_queue_background_work_item(nothing, name="overtaker") is (len(seen) == 6)

    assert seen == ["0", "1", "2", "3", "4", "5"]


async def test_a_cancelled_producer_takes_its_item_back() -> None:
    """What was never let in is never run, and not counted as queued."""
    queue = BackgroundTaskQueue(1)
    queue.try_queue_background_work_item(nothing, name="first")

    with anyio.move_on_after(0) as scope:
        await queue.queue_background_work_item(nothing, name="second")
    first = await queue.dequeue()

    assert scope.cancelled_caught
    assert first.name == "first"
    assert len(queue) == 0
    assert MetricsService(queue).queued == 1


async def test_a_consumer_waits_for_work() -> None:
    """An empty queue makes its consumer wait, whoever brings the next item."""
    queue = BackgroundTaskQueue()
    got: list[str] = []

    async def consume() -> None:
        got.append((await queue.dequeue()).name)

    async with anyio.create_task_group() as group:
        for _ in range(3):
            group.start_soon(consume)
        await anyio.wait_all_tasks_blocked()
        await queue.queue_background_work_item(nothing, name="a")
        queue.try_queue_background_work_item(nothing, name="b")
        await anyio.to_thread.run_sync(
            lambda: queue.queue_background_work_item_from_thread(nothing, name="c"),
        )

    assert sorted(got) == ["a", "b", "c"]


async def test_a_cancelled_consumer_loses_nothing() -> None:
    """One that was woken and cancelled at the same time passes the item on."""
    queue = BackgroundTaskQueue()
    got: list[str] = []
    first = anyio.CancelScope()

    async def cancelled() -> None:
        with first:
            got.append("first " + (await queue.dequeue()).name)

    async def consume() -> None:
        got.append((await queue.dequeue()).name)

    async with anyio.create_task_group() as group:
        group.start_soon(cancelled)
        await anyio.wait_all_tasks_blocked()
        group.start_soon(consume)
        await anyio.wait_all_tasks_blocked()
        first.cancel()
        await queue.queue_background_work_item(nothing, name="item")
        await anyio.wait_all_tasks_blocked()
        if got == ["first item"]:
            await queue.queue_background_work_item(nothing, name="item")

    assert got[-1] == "item"


async def test_a_closed_queue_refuses_work_and_gives_what_it_has() -> None:
    """Refused work is told so in each form; items that wait can still be taken."""
    queue = BackgroundTaskQueue()
    await queue.queue_background_work_item(nothing, name="in time")
    queue.close()

    with pytest.raises(QueueClosedError) as caught:
        await queue.queue_background_work_item(nothing, name="too late")
    with pytest.raises(QueueClosedError):
        await anyio.to_thread.run_sync(queue.queue_background_work_item_from_thread, nothing)
    assert not queue.try_queue_background_work_item(nothing)
    assert caught.value.name == "too late"
    assert (await queue.dequeue()).name == "in time"
    with pytest.raises(QueueClosedError):
        await queue.dequeue()
    assert MetricsService(queue).rejected == 3


async def test_closing_refuses_those_who_wait() -> None:
    """Waiting producers and consumers are told at once, in tasks and in threads."""
    full, empty = BackgroundTaskQueue(1), BackgroundTaskQueue(1)
    full.try_queue_background_work_item(nothing)
    refused: list[str] = []

    async def produce() -> None:
        with pytest.raises(QueueClosedError):
            await full.queue_background_work_item(nothing)
        refused.append("task")

    def produce_in_thread() -> None:
        with pytest.raises(QueueClosedError):
            full.queue_background_work_item_from_thread(nothing)
        refused.append("thread")

    async def consume() -> None:
        with pytest.raises(QueueClosedError):
            await empty.dequeue()
        refused.append("consumer")

    async with anyio.create_task_group() as group:
        group.start_soon(produce)
        group.start_soon(consume)
        group.start_soon(anyio.to_thread.run_sync, produce_in_thread)
        await anyio.wait_all_tasks_blocked()
        full.close()
        empty.close()

    assert sorted(refused) == ["consumer", "task", "thread"]


async def test_joining_waits_for_what_runs_too() -> None:
    """join() returns once nothing waits and nothing runs, and at once when that is so."""
    queue = BackgroundTaskQueue()
    await queue.join()
    gate, running = anyio.Event(), anyio.Event()

    async def work() -> None:
        running.set()
        await gate.wait()

    await queue.queue_background_work_item(work)
    joined: list[bool] = []

    async def join() -> None:
        await queue.join()
        joined.append(True)

    async with anyio.create_task_group() as group:
        group.start_soon(join)
        item = await queue.dequeue()
        group.start_soon(item.run)
        await running.wait()
        await anyio.wait_all_tasks_blocked()
        early = list(joined)
        gate.set()

    assert (early, joined) == ([], [True])


async def test_joining_waits_for_the_last_of_several() -> None:
    """One that ends while another runs is not the end."""
    queue = BackgroundTaskQueue()
    gates = [anyio.Event(), anyio.Event()]
    joined = anyio.Event()

    async def join() -> None:
        await queue.join()
        joined.set()

    async with anyio.create_task_group() as group:
        for gate in gates:
            await queue.queue_background_work_item(gate.wait)
            group.start_soon((await queue.dequeue()).run)
        group.start_soon(join)
        await anyio.wait_all_tasks_blocked()
        gates[0].set()
        await anyio.wait_all_tasks_blocked()
        early = joined.is_set()
        gates[1].set()

    assert not early
    assert joined.is_set()


async def test_waiting_in_the_loop_by_the_form_for_threads_is_refused() -> None:
    """It would block the loop that empties the queue; while there is room it does no harm."""
    queue = BackgroundTaskQueue(1)
    queue.queue_background_work_item_from_thread(nothing)

    with pytest.raises(RuntimeError, match="await queue_background_work_item"):
        queue.queue_background_work_item_from_thread(nothing)


def test_a_thread_waits_for_room_without_any_loop() -> None:
    """The queue needs no running host: one thread fills it, another takes out."""
    queue = BackgroundTaskQueue(2)
    total = 500

    def produce() -> None:
        for number in range(total):
            queue.queue_background_work_item_from_thread(nothing, name=f"{number}")

    async def consume() -> list[str]:
        return [(await queue.dequeue()).name for _ in range(total)]

    thread = threading.Thread(target=produce)
    thread.start()
    got = anyio.run(consume)
    thread.join()

    assert got == [f"{number}" for number in range(total)]


@pytest.mark.parametrize("work", ["text", None, 7])
def test_work_is_callable(work: Any) -> None:
    """Anything else is refused where it is queued."""
    with pytest.raises(TypeError, match="callable"):
        BackgroundTaskQueue().try_queue_background_work_item(work)


def test_a_coroutine_instead_of_a_function_is_explained() -> None:
    """The commonest mistake gets the advice that mends it."""
    coroutine: Any = nothing()

    with pytest.raises(TypeError, match="queue the function and its arguments"):
        BackgroundTaskQueue().try_queue_background_work_item(coroutine)
    coroutine.close()


@pytest.mark.parametrize("timeout", [0, -1, timedelta(0)])
def test_a_timeout_is_above_zero(timeout: Any) -> None:
    """The message names it."""
    with pytest.raises(ValueError, match="timeout"):
        BackgroundTaskQueue().try_queue_background_work_item(nothing, timeout=timeout)
