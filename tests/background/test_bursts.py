"""The way without a lock, which closures take that are queued in one turn of asyncio's loop: nothing shows but its speed."""

import threading
from datetime import UTC, datetime, timedelta
from types import FunctionType
from typing import Any, cast

import anyio
import anyio.lowlevel
import anyio.to_thread
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corner_host.background import BackgroundTaskQueue, MetricsService, QueueClosedError, QueueControl
from corner_host.background.line import BURST

from .conftest import Working


async def nothing() -> None:
    """Do nothing."""


class Model:
    """A queue beside a model of it: what waits, by priority, and what has become of the rest."""

    def __init__(self, capacity: int) -> None:
        self.queue = BackgroundTaskQueue(capacity)
        self.control = QueueControl(self.queue)
        self.waiting: list[int] = []
        self.is_looked_at = False
        self.counts = dict.fromkeys(("queued", "completed", "not_run", "rejected"), 0)

    @property
    def is_full(self) -> bool:
        return len(self.waiting) == self.queue.capacity

    async def put(self) -> None:
        with anyio.move_on_after(0 if self.is_full else 10) as scope:
            await self.queue.queue_background_work_item(nothing)
        assert scope.cancelled_caught == self.is_full
        if not self.is_full:
            self.queued(0)

    async def put_urgent(self) -> None:
        if not self.is_full:
            await self.queue.queue_background_work_item(nothing, priority=1)
            self.queued(1)

    async def offer(self) -> None:
        if self.queue.try_queue_background_work_item(nothing):
            assert not self.is_full
            self.queued(0)
        else:
            assert self.is_full
            self.counts["rejected"] += 1

    def queued(self, priority: int) -> None:
        self.waiting.append(priority)
        self.counts["queued"] += 1

    async def run_next(self) -> None:
        shown = self.control.waiting(1) if self.is_looked_at else ()
        item = self.queue.take()
        if self.control.is_paused or not self.waiting:
            assert item is None
            return
        assert item is not None
        assert item.priority == max(self.waiting)
        self.waiting.remove(item.priority)
        assert not shown or item.id == shown[0].id
        await item.run()
        self.counts["completed"] += 1

    async def purge(self) -> None:
        self.counts["not_run"] += len(self.waiting)
        self.waiting.clear()
        self.control.purge()

    async def pause(self) -> None:
        self.control.pause()

    async def resume(self) -> None:
        self.control.resume()

    async def look(self) -> None:
        assert len(self.control.waiting(100)) == len(self.waiting)
        self.is_looked_at = not self.is_looked_at

    async def turn(self) -> None:
        await anyio.lowlevel.checkpoint()

    def check(self) -> None:
        numbers = self.queue.snapshot()
        assert {name: getattr(numbers, name) for name in self.counts} == self.counts
        assert (numbers.depth, numbers.running) == (len(self.waiting), 0)


STEPS = ["put", "put", "put", "put_urgent", "offer", "run_next", "run_next", "purge", "pause", "resume", "look", "turn"]


@settings(max_examples=200)
@given(st.integers(1, 6), st.lists(st.sampled_from(STEPS), max_size=60))
def test_whatever_is_done_in_a_turn_the_numbers_are_those_of_the_model(capacity: int, steps: list[str]) -> None:
    """Closures, other priorities and offers, taking, pausing and purging, in one turn or in several."""

    async def main() -> None:
        model = Model(capacity)
        for step in steps:
            await getattr(model, step)()
            model.check()

    anyio.run(main)


@pytest.mark.parametrize("number", [BURST - 1, BURST, BURST + 1, 3 * BURST])
async def test_many_closures_in_one_turn_are_run_in_order(
    queue: BackgroundTaskQueue, working: Working, number: int
) -> None:
    """Each once, however many there are."""
    queue = BackgroundTaskQueue(4 * BURST)
    seen: list[int] = []

    def closure(each: int) -> Any:
        async def work() -> None:
            seen.append(each)

        return work

    async with working(queue):
        for each in range(number):
            await queue.queue_background_work_item(closure(each))
        depth = len(queue)
        await queue.join()

    assert depth == number
    assert seen == list(range(number))


@pytest.mark.parametrize("given", [{}, {"priority": 0, "timeout": None, "name": None}])
async def test_producers_of_closures_get_room_in_the_order_they_came(given: dict[str, Any]) -> None:
    """All in one turn, before any of them waits for good; defaults that are written out change nothing."""
    queue = BackgroundTaskQueue(2)
    seen: list[int] = []

    def closure(each: int) -> Any:
        async def work() -> None:
            seen.append(each)

        return work

    async def produce(each: int) -> None:
        await queue.queue_background_work_item(closure(each), **given)
        await queue.queue_background_work_item(closure(each + 10), **given)

    async with anyio.create_task_group() as group:
        for each in range(10):
            group.start_soon(produce, each)
        await anyio.wait_all_tasks_blocked()
        depth = len(queue)
        for _ in range(20):
            await (await queue.dequeue()).run()
            assert len(queue) <= 2

    assert depth == 2
    assert sorted(seen) == list(range(20))
    assert all(seen.index(each) < seen.index(each + 10) for each in range(10))


async def test_the_capacity_is_kept_whoever_brings_closures() -> None:
    """A task and four threads at a time, never more than there is room for; nothing is lost or counted twice."""
    queue = BackgroundTaskQueue(10)
    metrics = MetricsService(queue)
    each = 2000
    depths: list[int] = []
    looking = True

    def produce() -> None:
        for _ in range(each):
            queue.queue_background_work_item_from_thread(nothing)

    async def produce_in_task() -> None:
        for _ in range(each):
            await queue.queue_background_work_item(nothing)

    def look() -> None:
        while looking:
            depths.append(metrics.snapshot().depth)

    async def consume() -> None:
        for _ in range(5 * each):
            await (await queue.dequeue()).run()

    onlooker = threading.Thread(target=look)
    onlooker.start()
    with anyio.fail_after(30):
        async with anyio.create_task_group() as group:
            group.start_soon(produce_in_task)
            for _ in range(4):
                group.start_soon(anyio.to_thread.run_sync, produce)
            await consume()
    looking = False
    onlooker.join()

    numbers = metrics.snapshot()
    assert max(depths) <= 10
    assert (numbers.queued, numbers.completed, numbers.depth) == (5 * each, 5 * each, 0)


async def test_every_item_knows_when_it_came() -> None:
    """Those of one turn share a time, those of later turns have later ones, in whatever way one looks."""
    queue = BackgroundTaskQueue()
    began = datetime.now(UTC)
    for _ in range(2):
        for _ in range(3):
            await queue.queue_background_work_item(nothing)
        await anyio.sleep(0.02)
    shown = [item.queued_at for item in queue.line.coming(6)]
    items = [await queue.dequeue() for _ in range(6)]
    taken = [item.queued_at for item in items]

    assert shown == taken == sorted(taken)
    assert taken[3] - taken[2] >= 0.015
    assert all(abs(item.enqueued_at - began) < timedelta(minutes=1) for item in items)


async def test_an_urgent_item_does_not_lend_its_time_to_others() -> None:
    """Which came before it, and are taken after it."""
    queue = BackgroundTaskQueue()
    for _ in range(3):
        await queue.queue_background_work_item(nothing)
    first = await queue.dequeue()
    await anyio.sleep(0.02)
    await queue.queue_background_work_item(nothing, priority=1)
    urgent, second = await queue.dequeue(), await queue.dequeue()

    assert urgent.priority == 1
    assert second.queued_at - first.queued_at < 0.015 <= urgent.queued_at - second.queued_at


@pytest.mark.parametrize("anyio_backend", ["asyncio"])
async def test_a_closure_that_comes_while_the_queue_closes_is_refused_or_run() -> None:
    """One thread has its permit, another closes, the first goes on: what nobody would run is taken out again."""
    queue = BackgroundTaskQueue()
    await queue.queue_background_work_item(nothing)
    permit = next(queue.line.accounts.permits, "none")
    queue.close()
    entry = cast("FunctionType", nothing)
    queue.line.usual.append(entry)
    is_in = queue.line.attend(entry)
    numbers = queue.snapshot()

    assert permit != "none"
    assert not is_in
    assert (numbers.queued, numbers.depth, numbers.running) == (1, 1, 0)
    with pytest.raises(QueueClosedError):
        await queue.queue_background_work_item(nothing)
