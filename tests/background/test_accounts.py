"""The numbers add up, whatever happens in whatever order and from whatever thread."""

import contextlib
import threading
import types
from collections.abc import Coroutine, Generator
from itertools import pairwise
from typing import Any

import anyio
import anyio.to_thread
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from corner_host.background import (
    BackgroundTaskQueue,
    MetricsService,
    MetricsSnapshot,
    ProcessingTime,
    QueueClosedError,
    WorkItem,
)


def adds_up(numbers: MetricsSnapshot) -> bool:
    ended = numbers.completed + numbers.failed + numbers.cancelled
    return numbers.queued == ended + numbers.not_run + numbers.depth + numbers.running


@types.coroutine
def pause() -> Generator[None]:
    yield


async def work() -> None:
    """Stand still once, so that the test decides how it ends."""
    await pause()


class QueueMachine(RuleBasedStateMachine):
    """A queue beside a model of it: plain lists and counters. Coroutines are driven by hand, without a loop."""

    @initialize(capacity=st.integers(1, 5))
    def make(self, capacity: int) -> None:
        self.queue = BackgroundTaskQueue(capacity)
        self.metrics = MetricsService(self.queue)
        self.capacity = capacity
        self.closed = False
        self.arrivals = 0
        self.waiting: list[tuple[int, int]] = []
        self.taken: list[WorkItem] = []
        self.running: list[Coroutine[Any, Any, Any]] = []
        self.counts = dict.fromkeys(("queued", "completed", "failed", "cancelled", "not_run", "rejected"), 0)

    @rule(priority=st.integers(-2, 2))
    def offer(self, priority: int) -> None:
        accepted = self.queue.try_queue_background_work_item(work, priority=priority, name=f"{self.arrivals}")

        assert accepted == (not self.closed and len(self.waiting) < self.capacity)
        if accepted:
            self.waiting.append((-priority, self.arrivals))
            self.counts["queued"] += 1
        else:
            self.counts["rejected"] += 1
        self.arrivals += 1

    @rule()
    def take(self) -> None:
        item = self.queue.take()

        if not self.waiting:
            assert item is None
            return
        expected = min(self.waiting)
        self.waiting.remove(expected)
        assert item is not None
        assert (item.name, item.priority) == (f"{expected[1]}", -expected[0])
        self.taken.append(item)

    @precondition(lambda self: self.taken)
    @rule()
    def start(self) -> None:
        running = self.taken.pop().run()
        running.send(None)
        self.running.append(running)

    @precondition(lambda self: self.running)
    @rule(how=st.sampled_from(["completed", "failed", "cancelled"]), which=st.randoms())
    def end(self, how: str, which: Any) -> None:
        running = self.running.pop(which.randrange(len(self.running)))
        if how == "completed":
            with pytest.raises(StopIteration):
                running.send(None)
        elif how == "failed":
            with pytest.raises(OSError, match="no connection"):
                running.throw(OSError("no connection"))
        else:
            running.close()
        self.counts[how] += 1

    @rule()
    def close(self) -> None:
        self.queue.close()
        self.closed = True

    @rule()
    def give_up(self) -> None:
        given_up = self.queue.give_up()

        assert [item.name for item in given_up] == [f"{arrival}" for _, arrival in sorted(self.waiting)]
        self.counts["not_run"] += len(given_up)
        self.waiting.clear()
        self.closed = True

    @invariant()
    def the_numbers_are_those_of_the_model(self) -> None:
        if not hasattr(self, "queue"):
            return
        numbers = self.metrics.snapshot()

        assert adds_up(numbers)
        assert {name: getattr(numbers, name) for name in self.counts} == self.counts
        assert numbers.depth == len(self.waiting) == len(self.queue)
        assert numbers.running == len(self.taken) + len(self.running)

    def teardown(self) -> None:
        for running in getattr(self, "running", []):
            running.close()


TestQueueMachine = QueueMachine.TestCase


async def test_the_numbers_add_up_at_every_moment() -> None:
    """Four threads and a task produce, three workers consume, one fails now and then; a thread looks on all the time."""
    queue = BackgroundTaskQueue(8)
    metrics = MetricsService(queue)
    each = 300
    looking = True
    looked: list[MetricsSnapshot] = []

    async def sometimes_fails(number: int) -> None:
        if number % 7 == 0:
            raise ValueError(number)
        if number % 5 == 0:
            await anyio.lowlevel.checkpoint()

    def produce() -> None:
        for number in range(each):
            queue.queue_background_work_item_from_thread(sometimes_fails, number, priority=number % 3 - 1)

    async def produce_in_task() -> None:
        for number in range(each):
            await queue.queue_background_work_item(sometimes_fails, number)

    def look() -> None:
        while looking:
            looked.append(metrics.snapshot())

    async def consume() -> None:
        while True:
            try:
                item = await queue.dequeue()
            except QueueClosedError:
                return
            with contextlib.suppress(ValueError):
                await item.run()

    onlooker = threading.Thread(target=look)
    onlooker.start()
    try:
        with anyio.fail_after(30):
            async with anyio.create_task_group() as consumers:
                for _ in range(3):
                    consumers.start_soon(consume)
                async with anyio.create_task_group() as producers:
                    producers.start_soon(produce_in_task)
                    for _ in range(4):
                        producers.start_soon(anyio.to_thread.run_sync, produce)
                await queue.join()
                queue.close()
    finally:
        looking = False
        onlooker.join()

    failing = sum(number % 7 == 0 for number in range(each))
    last = metrics.snapshot()
    assert all(adds_up(numbers) for numbers in looked)
    assert all(numbers.depth <= 8 and numbers.running >= 0 for numbers in looked)
    assert all(before.queued <= after.queued for before, after in pairwise(looked))
    assert (last.queued, last.failed, last.completed) == (5 * each, 5 * failing, 5 * (each - failing))


@given(st.lists(st.floats(0, 1e6), min_size=1, max_size=200))
def test_percentiles_are_by_nearest_rank(durations: list[float]) -> None:
    """At least so many of a hundred are not above it, and it is one of them."""
    found = ProcessingTime.of(durations, count=len(durations), total=sum(durations))

    for share, value in ((50, found.p50), (95, found.p95), (99, found.p99)):
        assert value in durations
        assert sum(each <= value for each in durations) * 100 >= share * len(durations)
        assert sum(each < value for each in durations) * 100 < share * len(durations)


def test_nothing_ended_takes_no_time() -> None:
    """Numbers of an idle queue are zeros, not errors."""
    found = MetricsService(BackgroundTaskQueue()).processing_time

    assert (found.count, found.sum, found.p50, found.p95, found.p99) == (0, 0.0, 0.0, 0.0, 0.0)


async def test_the_processing_time_is_that_of_the_items() -> None:
    """Failed ones count; percentiles are of those that ran."""
    queue = BackgroundTaskQueue()

    async def fail() -> None:
        await anyio.sleep(0.02)
        raise OSError("no connection")

    await queue.queue_background_work_item(fail)
    with pytest.raises(OSError, match="no connection"):
        await (await queue.dequeue()).run()
    metrics = MetricsService(queue)
    found = metrics.processing_time

    assert found.count == 1
    assert found.sum == found.p50 == found.p99 >= 0.015
    assert metrics.snapshot().processing_time == found
