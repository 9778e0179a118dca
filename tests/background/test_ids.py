"""What items are called: nothing until somebody asks, and then the same for good."""

import logging
from functools import partial
from hashlib import sha256
from threading import Thread
from typing import Any

import anyio
import pytest

from corner_host.background import BackgroundTaskQueue, QueueControl, ShutdownMode
from corner_host.background.arguments import arguments_hash

from .conftest import Gate, Working


def losses(log: pytest.LogCaptureFixture) -> list[dict[str, str]]:
    """Return what records say of items that are lost."""
    return [each for record in log.records for each in getattr(record, "losses", ())]


async def test_an_item_is_called_the_same_from_waiting_to_running(
    queue: BackgroundTaskQueue, working: Working, log: pytest.LogCaptureFixture
) -> None:
    """A bare function, twice the same, a closure, one with arguments: as it waits, runs and logs."""
    control, gates, seen = QueueControl(queue), [anyio.Event() for _ in range(4)], list[str]()
    turn = iter(gates)

    async def work(*_: Any) -> None:
        gate = next(turn)
        logging.getLogger("tests").warning("under way")
        seen.extend(each.id for each in control.running())
        await gate.wait()

    async def other() -> None:
        await work()

    for each in (work, work, other):
        await queue.queue_background_work_item(each)
    await queue.queue_background_work_item(work, 7)
    waiting = [[each.id for each in control.waiting()]]
    async with working(queue):
        for gate in gates:
            await anyio.wait_all_tasks_blocked()
            waiting.append([each.id for each in control.waiting()])
            gate.set()
        await queue.join()

    assert seen == waiting[0] == sorted(set(seen))
    assert waiting[1:] == [seen[1:], seen[2:], seen[3:], []]


async def test_what_nobody_has_looked_at_has_a_name_while_it_runs(queue: BackgroundTaskQueue, working: Working) -> None:
    """The same as long as it runs, and none of another's."""
    control, gate = QueueControl(queue), anyio.Event()

    async def work() -> None:
        await gate.wait()

    async with working(queue, max_concurrency=3):
        for _ in range(3):
            await queue.queue_background_work_item(work)
        await anyio.wait_all_tasks_blocked()
        first, second = ({each.id for each in control.running()} for _ in range(2))
        gate.set()

    assert first == second
    assert len(first) == 3


async def test_what_is_not_run_is_named_as_it_was_while_it_waited(
    queue: BackgroundTaskQueue, working: Working, log: pytest.LogCaptureFixture
) -> None:
    """Section 6: with its id and a hash of its arguments, so that its caller can be found; so is what was cut."""
    gate = Gate()
    async with working(queue, shutdown_mode=ShutdownMode.CANCEL):
        await queue.queue_background_work_item(gate, "running")
        await anyio.wait_all_tasks_blocked()
        await queue.queue_background_work_item(gate, "x", name="order 7")
        await queue.queue_background_work_item(anyio.lowlevel.checkpoint)
        waiting = QueueControl(queue).waiting()
        (running,) = QueueControl(queue).running()

    digest = sha256(repr((("x",), {})).encode()).hexdigest()[:8]
    assert [each.arguments for each in waiting] == [digest, ""]
    assert losses(log) == [
        {"name": running.name, "id": running.id, "arguments": running.arguments},
        {"name": "order 7", "id": waiting[0].id, "arguments": digest},
        {"name": "anyio.lowlevel.checkpoint", "id": waiting[1].id},
    ]
    assert all(f"({each.id})" in log.text for each in waiting)


def test_arguments_that_cannot_be_written_have_no_hash() -> None:
    """Nor do none at all; those of a partial count."""

    class Unwritable:
        def __repr__(self) -> str:
            raise RuntimeError("no")

    assert arguments_hash(print, (Unwritable(),), {}) == ""
    assert arguments_hash(print, (), {}) == arguments_hash(partial(print), (), {}) == ""
    assert arguments_hash(partial(print, 1, sep=""), (2,), {"end": ""}) == arguments_hash(
        print, (1, 2), {"sep": "", "end": ""}
    )


async def test_looking_disturbs_nobody(working: Working) -> None:
    """From another thread, again and again: each item runs once, in order."""
    queue, seen, is_over = BackgroundTaskQueue(500), list[int](), False
    control = QueueControl(queue)

    def closure(number: int) -> Any:
        async def work() -> None:
            seen.append(number)

        return work

    def look() -> None:
        while not is_over:
            shown = [each.id for each in control.waiting(50)]
            assert len(shown) == len(set(shown))

    onlooker = Thread(target=look)
    onlooker.start()
    async with working(queue):
        for number in range(5000):
            await queue.queue_background_work_item(closure(number))
        await queue.join()
        is_over = True
    onlooker.join()

    assert seen == list(range(5000))
