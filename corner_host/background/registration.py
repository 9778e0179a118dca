"""``services.add_background_jobs(...)``."""

from collections.abc import Iterable
from contextvars import ContextVar
from typing import Any, final

from corner_host.caching import CacheCleanupOptions, CacheCleanupService, add_memory_cache
from corner_host.configuration import Configuration, ConfigurationSection
from corner_host.di import ServiceCollection
from corner_host.hosting import BuildCheck, add_hosted_service

from .control import QueueControl
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

    The first call decides; a wrong setting is found when the host is built, with all others, as a
    ``ConfigurationBindingError`` that names their sources.
    """
    if any(each.service_type is SettingsCheck for each in services):
        return services
    from .settings import BackgroundJobsSettings  # noqa: PLC0415 - pydantic is loaded only where it is used

    section = configuration.get_section(SECTION)
    check = SettingsCheck(section)
    services.add_singleton(SettingsCheck, instance=check)
    services.add_singleton(BuildCheck, instance=BuildCheck(check))
    services.add_options(BackgroundJobsSettings).bind(section)
    variables = tuple(carry)

    def make_queue(settings: BackgroundJobsSettings) -> BackgroundTaskQueue:
        return BackgroundTaskQueue(settings.queue.capacity, carry=variables, span_relation=settings.queue.span_relation)

    def make_queue_options(settings: BackgroundJobsSettings) -> QueueOptions:
        return settings.queue_options()

    def make_cleanup_options(settings: BackgroundJobsSettings) -> CacheCleanupOptions:
        return settings.cleanup_options()

    services.try_add_singleton(BackgroundTaskQueue, factory=make_queue)
    services.try_add_singleton(QueueOptions, factory=make_queue_options)
    services.try_add_singleton(CacheCleanupOptions, factory=make_cleanup_options)
    services.try_add_singleton(MetricsService)
    services.try_add_singleton(QueueControl)
    add_memory_cache(services)
    add_hosted_service(services, CacheCleanupService)
    add_hosted_service(services, QueuedHostedService)  # stops before the cache that its items may use
    return services


@final
class SettingsCheck:
    """Reads the section once, when everything is known that will be in it, and lets the error through."""

    def __init__(self, section: ConfigurationSection) -> None:
        self._section = section

    def __call__(self) -> None:
        """Check.

        Raises:
            ConfigurationBindingError: Settings are wrong.
        """
        from .settings import BackgroundJobsSettings  # noqa: PLC0415 - pydantic is loaded only where it is used

        self._section.get(BackgroundJobsSettings)
