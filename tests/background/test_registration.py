"""add_background_jobs in a host: settings, services, shutdown."""

import logging
from contextvars import ContextVar

import anyio
import anyio.to_thread
import pytest

from corner_host.background import (
    BackgroundTaskQueue,
    MetricsService,
    QueuedHostedService,
    QueueOptions,
    ShutdownMode,
    add_background_jobs,
)
from corner_host.caching import CacheCleanupOptions, MemoryCache
from corner_host.configuration import ConfigurationBindingError, ConfigurationBuilder
from corner_host.di import ServiceCollection, ServiceProvider
from corner_host.hosting import Host, HostBuilder, ShutdownTimeoutError

from .conftest import Gate


def builder_with(settings: dict[str, str] | None = None) -> HostBuilder:
    """Return an empty builder with background jobs by *settings* below ``BackgroundJobs``."""
    builder = Host.create_empty_builder()
    for key, value in (settings or {}).items():
        builder.configuration[f"BackgroundJobs:{key}"] = value
    add_background_jobs(builder.services, builder.configuration)
    return builder


def provider_with(settings: dict[str, str | None]) -> ServiceProvider:
    """Return a provider with background jobs by *settings*, without a host."""
    configuration = ConfigurationBuilder().add_in_memory_collection(settings).build()
    return add_background_jobs(ServiceCollection(), configuration).build_service_provider(validate_on_build=True)


def test_the_defaults_are_those_of_the_documentation() -> None:
    """Without a section: 100 places, one at a time, no time limit, drain; cleaning every 30 minutes after 60."""
    provider = provider_with({})

    assert provider.get_required_service(BackgroundTaskQueue).capacity == 100
    assert provider.get_required_service(QueueOptions) == QueueOptions(
        enabled=True, max_concurrency=1, item_timeout=None, shutdown_mode=ShutdownMode.DRAIN
    )
    assert provider.get_required_service(CacheCleanupOptions) == CacheCleanupOptions(
        enabled=True, interval_minutes=30, expiration_threshold_minutes=60
    )


def test_the_section_says_how() -> None:
    """Every key of it; keys and modes have no case, minutes and seconds may have fractions."""
    provider = provider_with(
        {
            "BackgroundJobs:Queue:Capacity": "7",
            "BackgroundJobs:Queue:MaxConcurrency": "3",
            "BackgroundJobs:Queue:ItemTimeoutSeconds": "0.5",
            "backgroundjobs:queue:shutdownmode": "fInIsH",
            "BackgroundJobs:CacheCleanup:Enabled": "false",
            "BackgroundJobs:CacheCleanup:IntervalMinutes": "0.25",
            "BackgroundJobs:CacheCleanup:ExpirationThresholdMinutes": "0",
        }
    )

    assert provider.get_required_service(BackgroundTaskQueue).capacity == 7
    assert provider.get_required_service(QueueOptions) == QueueOptions(
        max_concurrency=3, item_timeout=0.5, shutdown_mode=ShutdownMode.FINISH
    )
    assert provider.get_required_service(CacheCleanupOptions) == CacheCleanupOptions(
        enabled=False, interval_minutes=0.25, expiration_threshold_minutes=0
    )


def test_the_environment_says_how(monkeypatch: pytest.MonkeyPatch) -> None:
    """The variables of the documentation, with two underscores for each colon."""
    monkeypatch.setenv("BackgroundJobs__EnableBackgroundJobs", "false")
    monkeypatch.setenv("BackgroundJobs__CacheCleanup__Enabled", "false")
    monkeypatch.setenv("BackgroundJobs__CacheCleanup__IntervalMinutes", "5")
    configuration = ConfigurationBuilder().add_environment_variables().build()

    provider = add_background_jobs(ServiceCollection(), configuration).build_service_provider()

    assert not provider.get_required_service(QueueOptions).enabled
    assert provider.get_required_service(CacheCleanupOptions) == CacheCleanupOptions(enabled=False, interval_minutes=5)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("EnableBackgroundJobs", "perhaps"),
        ("Queue:Capacity", "0"),
        ("Queue:Capacity", "many"),
        ("Queue:Capacity", "1.5"),
        ("Queue:MaxConcurrency", "0"),
        ("Queue:ItemTimeoutSeconds", "0"),
        ("Queue:ItemTimeoutSeconds", "-1"),
        ("Queue:ItemTimeoutSeconds", "inf"),
        ("Queue:ShutdownMode", "Explode"),
        ("CacheCleanup:Enabled", "2"),
        ("CacheCleanup:IntervalMinutes", "0"),
        ("CacheCleanup:IntervalMinutes", "nan"),
        ("CacheCleanup:ExpirationThresholdMinutes", "-1"),
    ],
)
def test_a_wrong_setting_is_found_before_anything_runs(key: str, value: str) -> None:
    """The error names the key, the value and where it came from."""
    builder = builder_with({key: value})

    with pytest.raises(ConfigurationBindingError) as caught:
        builder.build()

    (error,) = caught.value.errors
    assert (error.key, error.value) == (f"BackgroundJobs:{key}", value)


def test_the_three_words_for_a_stop() -> None:
    """Section 13, drain, persist, abandon: what memory cannot do says what can."""
    provider = provider_with({"BackgroundJobs:Queue:ShutdownMode": "abandon"})
    with pytest.raises(ConfigurationBindingError, match=r"cannot be kept for the next run; .* services\.add_jobs"):
        builder_with({"Queue:ShutdownMode": "persist"}).build()

    assert provider.get_required_service(QueueOptions).shutdown_mode is ShutdownMode.FINISH


def test_all_wrong_settings_are_named_at_once() -> None:
    """Not one a run."""
    with pytest.raises(ConfigurationBindingError) as caught:
        builder_with({"Queue:Capacity": "0", "CacheCleanup:IntervalMinutes": "-1"}).build()

    assert len(caught.value.errors) == 2


def test_what_is_registered_already_stays() -> None:
    """A queue or a cache of one's own is used; added twice, everything is there once."""
    queue, cache = BackgroundTaskQueue(1), MemoryCache()
    services = ServiceCollection()
    services.add_singleton(BackgroundTaskQueue, instance=queue).add_singleton(MemoryCache, instance=cache)
    configuration = ConfigurationBuilder().build()
    services.add_background_jobs(configuration)
    count = len(services)
    services.add_background_jobs(configuration)
    provider = services.build_service_provider()

    assert provider.get_required_service(BackgroundTaskQueue) is queue
    assert provider.get_required_service(MemoryCache) is cache
    assert len(services) == count


def test_settings_may_come_after_the_services() -> None:
    """What counts is what the configuration says when the host is built."""
    builder = builder_with({"Queue:Capacity": "0"})
    builder.configuration["BackgroundJobs:Queue:Capacity"] = "7"

    assert builder.build().services.get_required_service(BackgroundTaskQueue).capacity == 7


async def test_the_host_supervises_both_services() -> None:
    """Under their own names."""
    async with builder_with().build() as host:
        names = [status.name.rpartition(".")[2] for status in host.hosted_services]

    assert names == ["CacheCleanupService", "QueuedHostedService"]


async def test_a_host_works_its_queue_off() -> None:
    """From any part of the program, and from other threads; what waits at the stop is drained."""
    host = builder_with({"Queue:MaxConcurrency": "2"}).build()
    done: list[int] = []

    async def work(number: int) -> None:
        await anyio.lowlevel.checkpoint()
        done.append(number)

    async with host:
        queue = host.services.get_required_service(BackgroundTaskQueue)
        metrics = host.services.get_required_service(MetricsService)
        for number in range(20):
            await queue.queue_background_work_item(work, number)
        await anyio.to_thread.run_sync(queue.queue_background_work_item_from_thread, work, 20)

    assert sorted(done) == list(range(21))
    assert metrics.completed == 21


async def test_context_variables_are_carried_when_registered() -> None:
    """add_background_jobs takes the whitelist."""
    tenant = ContextVar("tenant", default="nobody")
    builder = Host.create_empty_builder()
    builder.services.add_background_jobs(builder.configuration, carry=[tenant])
    seen: list[str] = []

    async def work() -> None:
        seen.append(tenant.get())

    async with builder.build() as host:
        token = tenant.set("acme")
        await host.services.get_required_service(BackgroundTaskQueue).queue_background_work_item(work)
        tenant.reset(token)

    assert seen == ["acme"]


async def test_without_background_jobs_the_queue_only_fills_up(caplog: pytest.LogCaptureFixture) -> None:
    """The queue is there, nothing drains it, and the host says so at its start."""
    caplog.set_level(logging.INFO)
    builder = builder_with({"EnableBackgroundJobs": "false", "Queue:Capacity": "2"})
    async with builder.build() as host:
        queue = host.services.get_required_service(BackgroundTaskQueue)
        accepted = [queue.try_queue_background_work_item(anyio.lowlevel.checkpoint) for _ in range(3)]
        await anyio.wait_all_tasks_blocked()
        depth = len(queue)

    assert accepted == [True, True, False]
    assert depth == 2
    assert any("disabled" in record.getMessage() for record in caplog.records if record.levelno >= logging.INFO)


async def test_a_drain_cut_by_the_host_is_a_shutdown_timeout(caplog: pytest.LogCaptureFixture) -> None:
    """H2: stop() names the service and the line it waits at; the token is cancelled, what was not run is named."""
    caplog.set_level(logging.INFO)
    host = builder_with().build()
    gate = Gate()
    await host.start()
    queue = host.services.get_required_service(BackgroundTaskQueue)
    metrics = host.services.get_required_service(MetricsService)
    await queue.queue_background_work_item(gate, "running")
    await queue.queue_background_work_item(gate, "waiting", name="order 4711")
    await anyio.wait_all_tasks_blocked()

    with anyio.fail_after(20), pytest.raises(ShutdownTimeoutError) as caught:
        await host.stop(timeout=0.05)
    numbers = metrics.snapshot()
    await host.aclose()

    assert QueuedHostedService.__name__ in caught.value.services[0].name
    assert (gate.cancelled, gate.token_was_cancelled) == (["running"], [True])
    assert (numbers.cancelled, numbers.not_run, numbers.depth, numbers.running) == (1, 1, 0, 0)
    assert "order 4711" in caplog.text


async def test_services_of_an_item_close_before_those_of_the_host() -> None:
    """An item's scope ends with the item, also during a drain; singletons are still there then."""
    events: list[str] = []

    class Pool:
        def close(self) -> None:
            events.append("pool closed")

    class Session:
        def __init__(self, pool: Pool) -> None:
            pass

        async def aclose(self) -> None:
            events.append("session closed")

    async def work(session: Session) -> None:
        await anyio.lowlevel.checkpoint()
        events.append("work done")

    builder = builder_with()
    builder.services.add_singleton(Pool).add_scoped(Session)
    async with builder.build() as host:
        queue = host.services.get_required_service(BackgroundTaskQueue)
        await queue.queue_background_work_item(work)
        await queue.queue_background_work_item(work)

    assert events == ["work done", "session closed"] * 2 + ["pool closed"]
