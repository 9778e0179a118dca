"""Working a queue off: outcomes, concurrency, isolation."""

import asyncio
import contextvars
import logging

import anyio
import pytest

from corner_host.background import BackgroundTaskQueue, MetricsService
from corner_host.di import ServiceCollection
from corner_host.logging import current_scopes

from .conftest import Gate, Working


async def nothing() -> None:
    """Do nothing."""


async def test_what_is_queued_is_run(queue: BackgroundTaskQueue, metrics: MetricsService, working: Working) -> None:
    """In order, one at a time."""
    seen: list[int] = []

    async def work(number: int) -> None:
        seen.append(number)
        await anyio.lowlevel.checkpoint()

    async with working(queue):
        for number in range(250):
            await queue.queue_background_work_item(work, number)
        await queue.join()

    assert seen == list(range(250))
    assert (metrics.completed, metrics.depth, metrics.running) == (250, 0, 0)
    assert metrics.processing_time.count == 250


async def test_an_item_that_raises_stops_nothing(
    queue: BackgroundTaskQueue, metrics: MetricsService, working: Working, log: pytest.LogCaptureFixture
) -> None:
    """It is logged with its name and its traceback, and counted; the next one runs."""

    async def fail() -> None:
        raise OSError("no connection")

    async with working(queue):
        await queue.queue_background_work_item(fail, name="order 7")
        await queue.queue_background_work_item(nothing)
        await queue.join()

    assert (metrics.failed, metrics.completed) == (1, 1)
    record = next(record for record in log.records if record.levelno == logging.ERROR)
    assert "'order 7'" in record.getMessage()
    assert record.exc_info is not None
    assert record.exc_info[0] is OSError


async def test_what_cannot_be_called_is_a_failure_of_the_item(
    queue: BackgroundTaskQueue, metrics: MetricsService, working: Working, log: pytest.LogCaptureFixture
) -> None:
    """A missing service or a wrong argument costs the service nothing."""
    async with working(queue):
        await queue.queue_background_work_item(nothing, 1, 2, 3)
        await queue.queue_background_work_item(takes_service)
        await queue.queue_background_work_item(nothing)
        await queue.join()

    assert (metrics.failed, metrics.completed) == (2, 1)
    assert "Gate" in log.text


async def takes_service(gate: Gate) -> None:
    raise AssertionError


async def test_groups_of_exceptions_are_failures_too(
    queue: BackgroundTaskQueue, metrics: MetricsService, working: Working
) -> None:
    """As a task group inside an item raises them."""

    async def fail() -> None:
        async with anyio.create_task_group() as group:
            group.start_soon(anyio.to_thread.run_sync, lambda: 1 / 0)

    async with working(queue):
        await queue.queue_background_work_item(fail)
        await queue.join()

    assert metrics.failed == 1


@pytest.mark.parametrize("anyio_backend", ["asyncio"])
async def test_an_item_may_be_cancelled_from_within(
    queue: BackgroundTaskQueue, metrics: MetricsService, working: Working, log: pytest.LogCaptureFixture
) -> None:
    """As when it awaits an asyncio task that somebody else has cancelled; the worker goes on."""

    async def await_cancelled() -> None:
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        future.cancel()
        await future

    async with working(queue):
        await queue.queue_background_work_item(await_cancelled, name="half")
        await queue.queue_background_work_item(nothing)
        await queue.join()

    assert (metrics.cancelled, metrics.completed) == (1, 1)
    assert "'half' was cancelled from within" in log.text


async def test_the_default_timeout_is_for_items_without_one(
    queue: BackgroundTaskQueue, metrics: MetricsService, working: Working, log: pytest.LogCaptureFixture
) -> None:
    """An item's own timeout wins."""
    gate = Gate()

    async def patient() -> None:
        await anyio.sleep(0.1)

    async with working(queue, item_timeout=0.02):
        await queue.queue_background_work_item(gate, "slow", name="slow one")
        await queue.queue_background_work_item(patient, timeout=60)
        with anyio.fail_after(10):
            await queue.join()

    assert (gate.cancelled, metrics.failed, metrics.completed) == (["slow"], 1, 1)
    assert "'slow one' ran out of time" in log.text


@pytest.mark.parametrize("concurrency", [1, 2, 5])
async def test_so_many_run_at_the_same_time(queue: BackgroundTaskQueue, working: Working, concurrency: int) -> None:
    """max_concurrency items, and no more; 1 by default."""
    gate = Gate()
    async with working(queue, **({} if concurrency == 1 else {"max_concurrency": concurrency})):
        for number in range(10):
            await queue.queue_background_work_item(gate, f"{number}")
        await anyio.wait_all_tasks_blocked()
        at_once = len(gate.started), MetricsService(queue).running
        gate.open()
        await queue.join()

    assert at_once == (concurrency, concurrency)
    assert len(gate.finished) == 10


async def test_urgent_work_overtakes_what_waits(queue: BackgroundTaskQueue, working: Working) -> None:
    """Higher priorities first among what waits; what runs is not interrupted."""
    gate = Gate()
    async with working(queue):
        await queue.queue_background_work_item(gate, "running")
        await anyio.wait_all_tasks_blocked()
        for name, priority in [("a", 0), ("b", 0), ("urgent", 5)]:
            await queue.queue_background_work_item(gate, name, priority=priority)
        gate.open()
        await queue.join()

    assert gate.started == ["running", "urgent", "a", "b"]


async def test_context_variables_do_not_leak_from_item_to_item(queue: BackgroundTaskQueue, working: Working) -> None:
    """What one item sets, the next does not see, although they may share a task."""
    tenant = contextvars.ContextVar("tenant", default="nobody")
    seen: list[str] = []

    async def work(name: str) -> None:
        seen.append(tenant.get())
        tenant.set(name)

    async with working(queue):
        for name in ("acme", "initech", "hooli"):
            await queue.queue_background_work_item(work, name)
        await queue.join()

    assert seen == ["nobody"] * 3


async def test_an_item_may_queue_items(queue: BackgroundTaskQueue, metrics: MetricsService, working: Working) -> None:
    """join() waits for those as well."""

    async def count_down(number: int, queue: BackgroundTaskQueue) -> None:
        if number:
            await queue.queue_background_work_item(count_down, number - 1)

    services = ServiceCollection().add_singleton(BackgroundTaskQueue, instance=queue)
    async with working(queue, services):
        await queue.queue_background_work_item(count_down, 10)
        await queue.join()

    assert metrics.completed == 11


async def test_items_that_never_wait_leave_room_for_others(queue: BackgroundTaskQueue, working: Working) -> None:
    """A queue that is never empty does not keep the event loop to itself."""
    rounds = 0
    going = True

    async def feed(queue: BackgroundTaskQueue) -> None:
        if going:
            queue.try_queue_background_work_item(feed)

    services = ServiceCollection().add_singleton(BackgroundTaskQueue, instance=queue)
    async with working(queue, services):
        await queue.queue_background_work_item(feed)
        with anyio.fail_after(10):
            while rounds < 5:
                await anyio.sleep(0)
                rounds += 1
        going = False
        await queue.join()

    assert rounds == 5


async def test_a_disabled_service_says_so_and_runs_nothing(
    queue: BackgroundTaskQueue, working: Working, log: pytest.LogCaptureFixture
) -> None:
    """The queue accepts work up to its capacity."""
    async with working(queue, enabled=False):
        await queue.queue_background_work_item(nothing)
        await anyio.wait_all_tasks_blocked()
        depth = len(queue)

    assert depth == 1
    assert "disabled" in log.text


async def test_what_an_item_logs_tells_which_item_it_was(queue: BackgroundTaskQueue, working: Working) -> None:
    """Its name, and an id that each run has for itself, also on lines of tasks that it starts; nothing stays behind."""
    seen: list[dict[str, object]] = []

    async def look() -> None:
        seen.append({name: value for scope in current_scopes() for name, value in scope.items()})

    async def look_twice() -> None:
        await look()
        async with anyio.create_task_group() as group:
            group.start_soon(look)

    async with working(queue):
        await queue.queue_background_work_item(look_twice, name="order 7")
        await queue.queue_background_work_item(look)
        await queue.queue_background_work_item(look)
        await queue.join()
    await look()

    first, same, second, third, after = seen
    assert first == same
    assert (first["job"], first["queue"]) == ("order 7", "background")
    assert str(second["job"]).endswith("look")
    assert len({str(each["job_id"]) for each in (first, second, third)}) == 3
    assert after == {}


async def test_a_stop_is_told_what_is_in_flight(queue: BackgroundTaskQueue, working: Working) -> None:
    """How much runs and waits; nothing when it idles. It cannot be restarted, since its end closes the queue."""
    gate = Gate()
    async with working(queue) as service:
        idle = service.work_in_flight()
        for name in ("running", "waiting"):
            await queue.queue_background_work_item(gate, name, name=name)
        await anyio.wait_all_tasks_blocked()
        busy = service.work_in_flight()
        gate.open()

    assert idle == []
    assert [(each.kind, each.name, each.seconds is None) for each in busy] == [
        ("job", "running", False),
        ("job", "waiting", True),
    ]
    assert service.can_restart is False


async def test_many_that_wait_are_told_as_a_number(working: Working) -> None:
    """A million need no million names."""
    queue, gate = BackgroundTaskQueue(2000), Gate()
    async with working(queue) as service:
        for number in range(1200):
            await queue.queue_background_work_item(gate, "x", name=f"<{number}>")
        await anyio.wait_all_tasks_blocked()
        busy = service.work_in_flight()
        gate.open()

    assert sum(each.number for each in busy) == 1200
    assert len(busy) == 1 + 1000 + 1
