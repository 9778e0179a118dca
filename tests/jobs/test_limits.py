"""One timer ends all that takes too long, each at its own time."""

import anyio

from corner_host.jobs.limits import TimeLimits
from corner_host.testing import virtual_time


async def test_each_is_ended_at_its_own_time_also_one_that_began_later_with_less() -> None:
    """A short limit is not held up by a long one that is waited for already; what has ended in time is left alone."""
    ended: list[tuple[str, float]] = []

    async with virtual_time() as clock, anyio.create_task_group() as group:
        limits = TimeLimits()
        group.start_soon(limits.keep)

        async def work(name: str, limit: float, seconds: float) -> None:
            with anyio.CancelScope() as scope:
                limits.begin(scope, limit)
                try:
                    await anyio.sleep(seconds)
                finally:
                    limits.end(scope, limit)
            ended.append((f"{name}{' late' if scope.cancelled_caught else ''}", clock.monotonic()))

        group.start_soon(work, "long", 100.0, 1000.0)
        await clock.advance(1)
        group.start_soon(work, "short", 10.0, 1000.0)
        group.start_soon(work, "quick", 10.0, 2.0)
        await clock.advance(5)
        group.start_soon(work, "second", 10.0, 1000.0)
        await clock.advance(1000)
        group.cancel_scope.cancel()

    assert ended == [("quick", 3), ("short late", 11), ("second late", 16), ("long late", 100)]
