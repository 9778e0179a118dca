"""``services.add_memory_cache(...)``."""

from dataclasses import replace
from typing import Final

from corner_host.di import ServiceCollection
from corner_host.primitives import Clock

from .contracts import MemoryCacheOptions
from .memory_cache import MemoryCache
from .telemetry import watch

NAME: Final = "default"
"""What the registered cache is called in metrics."""


def add_memory_cache(services: ServiceCollection, options: MemoryCacheOptions | None = None) -> ServiceCollection:
    """Register a `MemoryCache` as a singleton, unless one is registered already.

    Args:
        services: The registrations.
        options: How it behaves; a clock left open there is the registered `Clock`.

    Returns:
        The collection.

    Example:
        >>> provider = ServiceCollection().add_memory_cache().build_service_provider()
        >>> provider.get_required_service(MemoryCache).set("tea", "Assam")
        'Assam'
    """
    given = options or MemoryCacheOptions()

    def make_memory_cache(clock: Clock | None = None) -> MemoryCache:
        return watch(MemoryCache(replace(given, clock=given.clock or clock)), NAME)

    services.try_add_singleton(MemoryCache, factory=make_memory_cache)
    return services
