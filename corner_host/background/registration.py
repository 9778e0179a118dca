"""``services.add_background_jobs(...)``."""

from collections.abc import Iterable
from contextvars import ContextVar
from typing import Any

from corner_host.caching import CacheCleanupOptions, CacheCleanupService, add_memory_cache
from corner_host.configuration import Configuration
from corner_host.di import ServiceCollection
from corner_host.hosting import add_hosted_service
from corner_host.primitives import CancellationToken

from .hosted_service import QueuedHostedService
from .metrics import MetricsService
from .options import QueueOptions
from .queue import BackgroundTaskQueue

SECTION = "BackgroundJobs"


def add_background_jobs(
    services: ServiceCollection, configuration: Configuration, *, carry: Iterable[ContextVar[Any]] = ()
) -> ServiceCollection:
    """Register the queue, the services that work it off and clean the cache, and their numbers.

    The section ``BackgroundJobs`` of *configuration* says how. With ``EnableBackgroundJobs`` false the queue is there
    and accepts work up to its capacity, but nothing is run or cleaned, and the log says so at the start.

    Args:
        services: The registrations.
        configuration: The whole configuration.
        carry: Context variables whose values, as they are where an item is queued, are set again while it runs.

    Returns:
        The collection.

    Raises:
        ConfigurationBindingError: A setting is wrong; all of them are named, with their sources.
    """
    from .settings import BackgroundJobsSettings  # noqa: PLC0415 - pydantic is loaded only where it is used

    section = configuration.get_section(SECTION)
    section.get(BackgroundJobsSettings)  # what is wrong already is told at once; what comes later, at the start
    services.add_options(BackgroundJobsSettings).bind(section).validate_on_start()
    variables = tuple(carry)

    def make_queue(settings: BackgroundJobsSettings) -> BackgroundTaskQueue:
        return BackgroundTaskQueue(settings.queue.capacity, carry=variables)

    def make_queue_options(settings: BackgroundJobsSettings) -> QueueOptions:
        return settings.queue_options()

    def make_cleanup_options(settings: BackgroundJobsSettings) -> CacheCleanupOptions:
        return settings.cleanup_options()

    services.try_add_singleton(BackgroundTaskQueue, factory=make_queue)
    services.try_add_singleton(QueueOptions, factory=make_queue_options)
    services.try_add_singleton(CacheCleanupOptions, factory=make_cleanup_options)
    services.try_add_singleton(MetricsService)
    add_memory_cache(services)
    add_hosted_service(services, QueuedHostedService)
    services.try_add_singleton(CacheCleanupService)
    add_hosted_service(services, clean_cache)
    return services


async def clean_cache(cleanup: CacheCleanupService, stopping: CancellationToken) -> None:
    """Clean the cache while the host runs; `CacheCleanupService` knows no host."""
    await cleanup.execute(stopping)
