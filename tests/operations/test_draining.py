"""Queues are worked off in the operator's view, and taken back."""

from datetime import UTC, datetime
from types import SimpleNamespace

import anyio
import pytest
from pydantic import BaseModel

from corner_host import BackgroundTaskQueue, HostBuilder, JobClient
from corner_host.jobs import Capabilities
from corner_host.operations import NotFoundError, UnavailableError
from corner_host.operations.draining import JobDrains

from .conftest import ADA, Look


class Order(BaseModel):
    """A payload."""

    number: int


class Gate:
    """Holds handlers until it is opened."""

    def __init__(self) -> None:
        self.opened = anyio.Event()


async def handle(job: Order, gate: Gate) -> None:
    """Wait for the gate."""
    await gate.opened.wait()


def shop(builder: HostBuilder) -> None:
    """A queue in memory and a queue of jobs."""
    services, configuration = builder.services, builder.configuration
    services.add_singleton(Gate).add_background_jobs(configuration).add_jobs(configuration)
    services.add_job_handler(Order, handle, queue="orders")


async def test_the_queue_in_memory_takes_in_nothing_until_it_is_resumed(look: Look) -> None:
    """OV-41: how many are left is told; a dry run only counts; the audit has who began and who took it back."""
    async with look(shop) as operations:
        services = operations.host._workplace.services  # pyright: ignore[reportPrivateUsage]
        queue, gate = services.get_required_service(BackgroundTaskQueue), services.get_required_service(Gate)
        for _ in range(3):
            await queue.queue_background_work_item(gate.opened.wait)
        counted = await operations.queues.drain("background", by=ADA, dry_run=True)
        begun = await operations.queues.drain("background", by=ADA, reason="deploy")
        during = (await operations.queues.get("background")).drain
        refused = queue.try_queue_background_work_item(gate.opened.wait)
        gate.opened.set()
        await queue.join()
        done = (await operations.queues.get("background")).drain
        resumed = await operations.queues.resume("background", by=ADA)
        taken = queue.try_queue_background_work_item(gate.opened.wait)
        after = await operations.queues.get("background")
        lines = [(each.action, each.reason, each.count) for each in (await operations.audit.search()).items]

    assert (counted.count, counted.is_dry_run, begun.count) == (3, True, 3)
    assert begun.message == "background: 3 are worked off; nothing new is taken in until it is resumed"
    assert during is not None
    assert (during.total, during.left, during.reason) == (3, 3, "deploy")
    assert done is not None
    assert done.left == 0
    assert (refused, taken, after.drain, resumed.count) == (False, True, None, 1)
    assert lines == [("queue.resume", "", 1), ("queue.drain", "deploy", 3)]


async def test_of_durable_jobs_those_are_counted_that_were_there(look: Look) -> None:
    """OV-41: what comes later is taken in all the same, and is no part of it."""
    async with look(shop) as operations:
        services = operations.host._workplace.services  # pyright: ignore[reportPrivateUsage]
        jobs, gate = services.get_required_service(JobClient), services.get_required_service(Gate)
        early = await jobs.enqueue_many([Order(number=number) for number in range(3)])
        begun = await operations.queues.drain("orders", by=ADA)
        await operations.queues.pause("orders", by=ADA)
        late = await jobs.enqueue(Order(number=9))
        gate.opened.set()
        await operations.queues.resume("orders", by=ADA)
        ended = [await jobs.result(each.id, timeout=10) for each in (*early, late)]
        await operations.queues.drain("orders", by=ADA)
        done = (await operations.queues.get("orders")).drain
        await operations.queues.resume("orders", by=ADA)
        after = await operations.queues.get("orders")

    assert (begun.count, ended) == (3, [None] * 4)
    assert done is not None
    assert (done.total, done.left, after.drain) == (0, 0, None)


async def test_what_would_never_be_empty_is_not_begun(look: Look) -> None:
    """OV-41: a paused queue, one that nobody works off, one that there is not."""
    async with look(shop, "--BackgroundJobs:EnableBackgroundJobs=false") as operations:
        await operations.queues.pause("orders", by=ADA)
        with pytest.raises(UnavailableError, match="orders is paused, and would never be empty"):
            await operations.queues.drain("orders", by=ADA)
        with pytest.raises(UnavailableError, match="Nothing works background off here"):
            await operations.queues.drain("background", by=ADA)
        with pytest.raises(NotFoundError):
            await operations.queues.drain("nothing", by=ADA)


async def test_an_engine_that_cannot_tell_is_told_in_words() -> None:
    """OV-41: without lists nobody knows which jobs were put before; it says what to do instead."""
    blind = SimpleNamespace(capabilities=Capabilities(engine="blind", listing=False))
    with pytest.raises(UnavailableError, match="cannot tell which jobs were put until now"):
        await JobDrains().begin(blind, "orders", datetime.now(UTC), reason="")
