"""The cache as a service."""

from corner_host.caching import CacheCleanupService, MemoryCache, MemoryCacheOptions
from corner_host.di import ServiceCollection
from corner_host.primitives import Clock

from .conftest import HandClock


def test_the_cache_is_one_for_all() -> None:
    """add_memory_cache registers a singleton, once, and keeps one that is there."""
    mine = MemoryCache()
    services = ServiceCollection().add_singleton(MemoryCache, instance=mine).add_memory_cache()

    assert services.build_service_provider().get_required_service(MemoryCache) is mine
    assert len(ServiceCollection().add_memory_cache().add_memory_cache()) == 1


def test_the_cache_takes_the_registered_clock(clock: HandClock) -> None:
    """A test that decides the time decides when entries end; a clock in the options wins."""
    services = ServiceCollection().add_singleton(Clock, instance=clock).add_memory_cache()
    cache = services.build_service_provider().get_required_service(MemoryCache)
    own = ServiceCollection().add_singleton(Clock, instance=clock)
    own.add_memory_cache(MemoryCacheOptions(clock=HandClock()))
    other = own.build_service_provider().get_required_service(MemoryCache)
    for each in (cache, other):
        each.set("key", 1, absolute_expiration=1)

    clock.advance(1)

    assert (cache.get("key"), other.get("key")) == (None, 1)


def test_the_provider_closes_its_cache() -> None:
    """MC-27: and the cleaning service is built from what is registered."""
    services = ServiceCollection().add_memory_cache().add_singleton(CacheCleanupService)
    with services.build_service_provider() as provider:
        cache = provider.get_required_service(MemoryCache)
        provider.get_required_service(CacheCleanupService).clean()
        cache.set("key", 1)

    assert len(cache) == 0
