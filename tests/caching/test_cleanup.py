"""Cleaning the cache from time to time."""

import logging
from typing import Any

import anyio
import pytest

from corner_host import Clock, ConfigurationBuilder, Host
from corner_host.caching import CacheCleanupOptions, CacheCleanupService, MemoryCache
from corner_host.primitives import CancellationTokenSource

from .conftest import HandClock


async def test_only_what_expired_before_the_threshold_goes(
    cache: MemoryCache, clock: HandClock, caplog: pytest.LogCaptureFixture
) -> None:
    """Once an interval, entries that expired longer ago than the threshold are removed, and the log says how many."""
    caplog.set_level(logging.INFO)
    options = CacheCleanupOptions(interval_minutes=30, expiration_threshold_minutes=60)
    service = CacheCleanupService(cache, options, clock)
    cache.set("old", 1, absolute_expiration=1)
    cache.set("recent", 1, absolute_expiration=45 * 60)
    cache.set("alive", 1)
    source = CancellationTokenSource()
    counts: list[int] = []
    before = service.status_text

    async with anyio.create_task_group() as group:
        group.start_soon(service.execute, source.token)
        for _ in range(4):
            await anyio.wait_all_tasks_blocked()
            counts.append(len(cache))
            clock.advance(30 * 60 + 1)
        await anyio.wait_all_tasks_blocked()
        counts.append(len(cache))
        source.cancel()

    assert counts == [3, 3, 2, 2, 1]
    assert "Removed 1 expired cache entries" in caplog.text
    assert (before, service.status_text) == ("", f"last run {clock.now().astimezone():%H:%M:%S} ok, removed 1")


async def test_stopping_ends_the_wait(cache: MemoryCache, clock: HandClock) -> None:
    """The service does not sit out its interval when the host stops."""
    source = CancellationTokenSource()

    with anyio.fail_after(5):
        async with anyio.create_task_group() as group:
            group.start_soon(CacheCleanupService(cache, None, clock).execute, source.token)
            await anyio.wait_all_tasks_blocked()
            source.cancel()


async def test_a_disabled_service_ends_at_once(cache: MemoryCache) -> None:
    """Enabled false: it has nothing to do."""
    options = CacheCleanupOptions(enabled=False)

    with anyio.fail_after(5):
        await CacheCleanupService(cache, options).execute(CancellationTokenSource().token)


@pytest.mark.parametrize(
    "options", [{"interval_minutes": 0}, {"interval_minutes": -1}, {"expiration_threshold_minutes": -1}]
)
def test_options_out_of_range_are_refused(options: dict[str, Any]) -> None:
    """Intervals are above 0, fractions of minutes allowed; the message names the option."""
    assert CacheCleanupOptions(interval_minutes=0.01).interval_minutes == 0.01
    with pytest.raises(ValueError, match=next(iter(options))):
        CacheCleanupOptions(**options)


async def test_a_service_that_stands_alone_reads_its_section(
    cache: MemoryCache, clock: HandClock, caplog: pytest.LogCaptureFixture
) -> None:
    """Added without add_background_jobs, it is ruled by BackgroundJobs:CacheCleanup all the same."""
    caplog.set_level(logging.INFO)
    builder = Host.create_empty_builder()
    builder.configuration["BackgroundJobs:CacheCleanup:IntervalMinutes"] = "0.5"
    builder.configuration["BackgroundJobs:CacheCleanup:ExpirationThresholdMinutes"] = "0"
    builder.services.add_singleton(MemoryCache, instance=cache).add_singleton(Clock, instance=clock)
    builder.add_hosted_service(CacheCleanupService)
    cache.set("old", 1, absolute_expiration=1)

    async with builder.build():
        await anyio.wait_all_tasks_blocked()
        clock.advance(31)
        await anyio.wait_all_tasks_blocked()
        left = len(cache)

    assert left == 0


def test_a_wrong_setting_of_a_service_that_stands_alone_is_named() -> None:
    """With its key; the service is not made."""
    configuration = ConfigurationBuilder().add_in_memory_collection(
        {"BackgroundJobs:CacheCleanup:Enabled": "sometimes"}
    )

    with pytest.raises(ValueError, match="BackgroundJobs:CacheCleanup:Enabled"):
        CacheCleanupService(MemoryCache(), configuration=configuration.build())
