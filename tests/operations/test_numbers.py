"""Numbers, caches and the container's graph in the operator's view."""

import re

import anyio
import pytest

from corner_host import BackgroundService, BackgroundTaskQueue, CancellationToken, HostBuilder, MemoryCache
from corner_host.operations import InvalidRequestError, NotFoundError
from corner_host.operations.recording.samples import Samples
from corner_host.operations.registration import check_event_loop
from corner_host.operations.workplace import Workplace

from .conftest import ADA, Look, until
from .naps import Nap, napping


class Mailer:
    """Sends."""


class Forgotten:
    """Nobody needs it."""


class Worker(BackgroundService):
    """Waits."""

    def __init__(self, mailer: Mailer, cache: MemoryCache) -> None:
        self.mailer = mailer
        self.cache = cache

    async def execute(self, stopping: CancellationToken) -> None:
        await stopping.wait()


def _configure(builder: HostBuilder) -> None:
    builder.services.add_singleton(Mailer).add_scoped(Forgotten).add_memory_cache()
    builder.services.add_background_jobs(builder.configuration)
    builder.add_hosted_service(Worker)


async def test_the_graph_shows_who_needs_whom(look: Look) -> None:
    """OV-100: the application's own registrations and what they need of ours; what nobody needs is marked."""
    async with look(_configure) as operations:
        graph = await operations.graph.get()
        everything = await operations.graph.get(framework=True)

    nodes = {each.implementation.rpartition(".")[2]: each for each in graph.nodes}
    edges = {(edge.source, edge.target): edge.parameter for edge in graph.edges}
    assert edges[nodes["Worker"].id, nodes["Mailer"].id] == "mailer"
    assert [name for name, each in nodes.items() if each.is_unused] == ["Forgotten"]
    assert (nodes["Worker"].is_hosted, nodes["Forgotten"].lifetime) == (True, "scoped")
    assert "MemoryCache" in {each.service for each in graph.nodes}
    assert len(everything.nodes) > len(graph.nodes)
    assert f"{nodes['Worker'].id} --> {nodes['Mailer'].id}" in graph.mermaid
    assert f"{nodes['Worker'].id} -> {nodes['Mailer'].id};" in graph.dot


async def test_a_cache_is_shown_and_emptied(look: Look) -> None:
    """OV-101: entries, hit rate; one entry or all of them go, and the audit knows."""
    async with look(_configure) as operations:
        cache = operations.host._workplace.services.get_required_service(MemoryCache)  # pyright: ignore[reportPrivateUsage]
        for number in range(3):
            cache.set(f"key {number}", number)
        assert (cache.get("key 1"), cache.get("nothing")) == (1, None)
        cache.set(("order", 7), "a key that is no text")
        by_text = await operations.caches.clear("default", key="('order', 7)", by=ADA)
        cache.remove_expired()
        (before,) = await operations.caches.list()
        one = await operations.caches.clear("default", key="key 1", by=ADA)
        rest = await operations.caches.clear("default", by=ADA)
        with pytest.raises(NotFoundError, match="no cache entry 'key 1'"):
            await operations.caches.clear("default", key="key 1", by=ADA)
        with pytest.raises(NotFoundError, match="no cache 'other'"):
            await operations.caches.clear("other", by=ADA)

    assert (by_text.count, before.keys, before.last_cleanup_removed) == (1, ("key 0", "key 1", "key 2"), 0)
    assert before.last_cleanup_at is not None
    assert (before.entries, before.hit_rate, one.count, rest.count, len(cache)) == (3, 0.5, 1, 2, 0)


async def test_numbers_are_given_to_prometheus(look: Look) -> None:
    """OV-102: in its text format, under the names of the instruments; labels are escaped."""
    async with look(_configure, '--Operations:Version=1"8\\2') as operations:
        await operations.health.run(by=ADA)
        text = await operations.metrics.prometheus()

    lines = [line for line in text.splitlines() if not line.startswith("#")]
    assert all(
        re.fullmatch(r'[a-z_]+(\{[a-z_]+="(\\.|[^"\\])*"(,[a-z_]+="(\\.|[^"\\])*")*\})? \S+', line) for line in lines
    )
    assert 'corner_host_queue_capacity{queue="background"} 100' in lines
    assert any(line.startswith("corner_host_event_loop_lag_seconds_count") for line in lines)
    assert any('application_version="1\\"8\\\\2"' in line for line in lines)
    assert any(line.startswith('corner_host_health_status{check="queue"} 2') for line in lines)


async def test_a_silent_schedule_and_long_waits_can_be_told_from_the_numbers(look: Look) -> None:
    """OV-102: when a schedule last succeeded, how far its times are apart, and how long items waited lately."""

    def configure(builder: HostBuilder) -> None:
        napping(builder)
        builder.services.add_background_jobs(builder.configuration)
        builder.services.add_recurring_job("cleanup", Nap(seconds=0), every=3600)

    async with look(configure) as operations:
        services = operations.host._workplace.services  # pyright: ignore[reportPrivateUsage]
        queue = services.get_required_service(BackgroundTaskQueue)
        await queue.queue_background_work_item(len, ())
        await queue.join()
        await operations.schedules.run_now("cleanup", by=ADA)
        with anyio.fail_after(20):
            while "schedule_last_success" not in (text := await operations.metrics.prometheus()):
                await anyio.sleep(0.01)

    assert 'corner_host_schedule_interval_seconds{schedule="cleanup"} 3600' in text
    assert re.search(r'^corner_host_schedule_last_success_timestamp_seconds\{schedule="cleanup"\} \d{10}', text, re.M)
    assert re.search(r'^corner_host_queue_wait_seconds\{queue="background",quantile="0.95"\} \S+$', text, re.M)


async def test_numbers_over_time_are_sampled(look: Look) -> None:
    """OV-103: each series at a fixed step, with the marks of starts; only those that are asked for."""
    async with look(_configure, "--Operations:SampleSeconds=0.02") as operations:
        queue = operations.host._workplace.services.get_required_service(BackgroundTaskQueue)  # pyright: ignore[reportPrivateUsage]
        samples = operations.host._workplace.samples  # pyright: ignore[reportPrivateUsage]
        await until(lambda: len(samples._kept) > 1)  # pyright: ignore[reportPrivateUsage]
        for _ in range(5):
            await queue.queue_background_work_item(len, ())
        await queue.join()
        count = len(samples._kept)  # pyright: ignore[reportPrivateUsage]
        await until(lambda: len(samples._kept) > count + 1)  # pyright: ignore[reportPrivateUsage]
        every = await operations.metrics.series()
        some = await operations.metrics.series(["jobs_per_second", "depth:background"])
        with pytest.raises(InvalidRequestError, match="seconds must be"):
            await operations.metrics.series(seconds=0)

    names = {each.name for each in every.series}
    assert {"jobs_per_second", "failed_per_second", "depth", "loop_lag", "depth:background"} <= names
    assert {each.name: each.unit for each in some.series} == {"jobs_per_second": "1/s", "depth:background": "1"}
    (jobs,) = [each for each in some.series if each.name == "jobs_per_second"]
    assert max(value or 0.0 for value in jobs.values) > 0
    assert [mark.kind for mark in every.marks][-1] == "start"


def test_a_counter_becomes_a_rate() -> None:
    """OV-104: what it grew by a second; a counter that began anew, or was not there, gives no negative number."""
    samples = Samples(step=10, span=100)
    for at, value in ((0, 5.0), (10, 25.0), (20, 3.0)):
        samples.add(at, {"+jobs": value, "depth": value})
    samples.add(30, {"depth": 1.0})

    (jobs, depth) = samples.series((), since=0)
    assert (jobs.values, depth.values) == ((None, 2.0, 0.0, None), (5.0, 25.0, 3.0, 1.0))
    assert samples.rate("+jobs", now=20, value=45.0) == 2.0
    assert samples.rate("+nothing", now=20, value=45.0) == 0.0


def test_only_so_much_is_kept() -> None:
    """OV-105: the ring is as long as the span."""
    samples = Samples(step=10, span=50)
    for at in range(0, 1000, 10):
        samples.add(at, {"depth": float(at)})
    (depth,) = samples.series((), since=0)

    assert depth.values == (940.0, 950.0, 960.0, 970.0, 980.0, 990.0)


@pytest.mark.parametrize(("late", "status"), [(9.9, "HEALTHY"), (10.0, "UNHEALTHY")])
async def test_an_event_loop_that_hardly_turns_is_not_alive(look: Look, late: float, status: str) -> None:
    """experience.md 10: a probe of ``/alive`` fails when who sleeps wakes up ten seconds late, until it turns again."""
    answers: list[str] = []

    async def probe(workplace: Workplace) -> None:
        for lag in (late, 0.0):
            workplace.lag.note(lag)
            answers.append(check_event_loop(workplace).status.name)

    async with look(lambda builder: builder.add_hosted_service(probe)) as operations:
        await until(lambda: len(answers) == 2)
        check = await operations.health.get("event-loop")

    assert answers == [status, "HEALTHY"]
    assert check.tags == ("live",)
