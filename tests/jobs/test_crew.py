"""The tasks that run claimed jobs: all at once where they wait, one after the other where they do not, and nothing leaks."""

from contextvars import ContextVar

import anyio
import pytest

from corner_host.jobs.engines.crew import Crew

_tenant: ContextVar[str] = ContextVar("tenant", default="nobody")


async def test_what_waits_runs_all_at_once_up_to_the_limit() -> None:
    """A hundred that wait need a hundred hands, and the next one waits for a free one."""
    begun: list[int] = []
    release = anyio.Event()

    async def run(number: int) -> None:
        begun.append(number)
        await release.wait()

    with anyio.fail_after(10):
        async with anyio.create_task_group() as group:
            crew = Crew(group, run, 100)
            crew.give(range(101))
            await anyio.wait_all_tasks_blocked()
            at_once = len(begun)
            release.set()
            crew.close()

    assert (at_once, sorted(begun)) == (100, list(range(101)))


async def test_what_never_waits_is_done_by_few() -> None:
    """One does it; the others are not called for nothing."""
    tasks: set[int] = set()

    async def run(number: int) -> None:
        tasks.add(anyio.get_current_task().id)

    async with anyio.create_task_group() as group:
        crew = Crew(group, run, 100)
        for _ in range(10):
            crew.give(range(10))
            await anyio.wait_all_tasks_blocked()
        crew.close()

    assert len(tasks) <= 2


@pytest.mark.parametrize("waits", [True, False])
async def test_a_context_variable_that_a_job_sets_is_not_seen_by_the_next(*, waits: bool) -> None:
    """Though they may share a task."""
    seen: list[str] = []

    async def run(number: int) -> None:
        seen.append(_tenant.get())
        _tenant.set(f"tenant {number}")
        if waits:
            await anyio.lowlevel.checkpoint()

    async with anyio.create_task_group() as group:
        crew = Crew(group, run, 1)
        crew.give(range(5))
        crew.close()

    assert seen == ["nobody"] * 5


async def test_jobs_that_never_wait_leave_the_loop_to_others() -> None:
    """At least every few milliseconds."""
    ran = 0
    seen: list[int] = []

    async def run(number: int) -> None:
        nonlocal ran
        ran += sum(range(2000)) > 0

    async def look() -> None:
        while ran < 3000:
            seen.append(ran)
            await anyio.lowlevel.checkpoint()

    async with anyio.create_task_group() as group:
        crew = Crew(group, run, 10)
        crew.give(range(3000))
        group.start_soon(look)
        crew.close()

    assert len(seen) > 1
