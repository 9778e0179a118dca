"""What the queue refuses at once, and what an item says of itself."""

from datetime import UTC
from typing import Any

import pytest

from corner_host.background import BackgroundTaskQueue, QueueClosedError


async def nothing() -> None:
    """Do nothing."""


@pytest.mark.parametrize(("how", "what"), [({"priority": "high"}, "priority"), ({"name": 7}, "name")])
def test_an_argument_of_the_wrong_type_is_the_mistake_of_the_caller(
    queue: BackgroundTaskQueue, how: dict[str, Any], what: str
) -> None:
    """It is refused when it is queued, and does not stop whoever works the queue off."""
    with pytest.raises(TypeError, match=what):
        queue.try_queue_background_work_item(nothing, **how)

    assert len(queue) == 0


async def test_a_closed_queue_says_so_before_anything_else(queue: BackgroundTaskQueue) -> None:
    """Also from the thread of the event loop, where the form for threads has no business."""
    queue.close()

    with pytest.raises(QueueClosedError, match="nothing"):
        queue.queue_background_work_item_from_thread(nothing)


async def test_when_an_item_was_queued_does_not_change(queue: BackgroundTaskQueue) -> None:
    """An aware time, the same whenever it is asked for."""
    await queue.queue_background_work_item(nothing)
    item = await queue.dequeue()

    assert item.enqueued_at == item.enqueued_at
    assert item.enqueued_at.tzinfo is UTC
