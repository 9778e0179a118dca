"""How many jobs wait and run, as metrics: asked of the store at a collection, and kept for a while."""

from collections.abc import Sequence
from typing import Any, cast

import anyio
import pytest
from anyio import to_thread
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader

from corner_host.background import BackgroundTaskQueue
from corner_host.background.telemetry import Telemetry
from corner_host.di import ServiceProvider
from corner_host.hosting import HostBuilder, HostedService
from corner_host.jobs import store
from corner_host.jobs.depths import QueueDepths
from corner_host.jobs.store import JobStoreService
from tests.jobs.harness import shop
from tests.jobs.hosted import Receipt, handler, jobs, put
from tests.jobs.test_telemetry import collected


@pytest.fixture
def reader(monkeypatch: pytest.MonkeyPatch) -> InMemoryMetricReader:
    reader = InMemoryMetricReader()
    meter = MeterProvider([reader]).get_meter("corner_host")
    Telemetry(meter).watch(BackgroundTaskQueue(), 1)
    monkeypatch.setattr(store, "find_meter", lambda: meter)
    return reader


async def test_a_collection_tells_how_many_jobs_of_each_queue_wait_and_run(reader: InMemoryMetricReader) -> None:
    """As the reader's own thread asks for it, beside the queue in memory, under the same names."""
    release = anyio.Event()
    begun = anyio.Event()

    async def work(job: Receipt) -> None:
        begun.set()
        await release.wait()

    async with jobs(handler(work, queue="mail"), "--Jobs:MaxConcurrency=1") as client:
        for order in range(3):
            await put(client, order)
        await begun.wait()
        seen = await to_thread.run_sync(collected, reader)
        release.set()
    after: Any = await to_thread.run_sync(reader.get_metrics_data)

    assert {labels: point.value for labels, point in seen["corner_host.queue.depth"].items()} == {
        ("background",): 0, ("mail",): 2,
    }  # fmt: skip
    assert seen["corner_host.queue.running"]["mail",].value == 1
    assert "mail" not in str(after)


async def test_a_service_manager_is_told_how_long_the_queues_are() -> None:
    """Section 13: as it was when the line was last asked for; that it is closed, when it is."""
    release = anyio.Event()
    begun = anyio.Event()

    async def work(job: Receipt) -> None:
        begun.set()
        await release.wait()

    found: list[JobStoreService] = []

    async def look(provider: ServiceProvider) -> None:
        services = cast("Sequence[object]", provider.get_services(HostedService))
        found.extend(each for each in services if isinstance(each, JobStoreService))

    def configure(builder: HostBuilder) -> None:
        handler(work, queue="mail")(builder)
        builder.add_hosted_service(look)

    async with jobs(configure, "--Jobs:MaxConcurrency=1") as client:
        (service,) = found
        for order in range(3):
            await put(client, order)
        await begun.wait()
        with anyio.fail_after(10):
            while not (told := service.status_text):
                await anyio.sleep(0.001)
        release.set()

    assert told == "mail: 2 waiting, 1 running"
    assert service.status_text == "stopped"


async def test_a_reader_in_the_loops_own_thread_is_told_what_was_found_before() -> None:
    """It cannot wait for the loop; what it set off is there the next time. A store that is closed tells nothing."""
    async with shop(":memory:") as bench, anyio.create_task_group() as group:
        depths = QueueDepths(bench.engine, ["default"])
        group.start_soon(depths.answer)
        await anyio.wait_all_tasks_blocked()
        await bench.put()
        first = depths.read()
        with anyio.fail_after(10):
            while not depths.read():
                await anyio.sleep(0.001)
        second = depths.read()
        group.cancel_scope.cancel()

    assert (first, [each.waiting for each in second], depths.read()) == ((), [1], ())
