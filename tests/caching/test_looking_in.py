"""What an operator sees of a cache."""

from datetime import UTC, datetime

from corner_host.caching import MemoryCache, MemoryCacheOptions


class Stopped:
    """A clock that stands."""

    def now(self) -> datetime:
        """Return the time of day."""
        return datetime(2026, 3, 1, tzinfo=UTC)

    def monotonic(self) -> float:
        """Return seconds."""
        return 0.0

    async def sleep(self, seconds: float, /) -> None:
        """Never called."""


def test_keys_are_shown_up_to_a_limit() -> None:
    """The oldest first, whatever they are; looking is no use of an entry."""
    cache = MemoryCache()
    for key in ("a", 2, ("c", 3)):
        cache.set(key, True)

    assert (cache.keys(), cache.keys(2), cache.statistics.hits) == (("a", 2, ("c", 3)), ("a", 2), 0)


def test_the_last_cleaning_is_remembered() -> None:
    """When it was, by the cache's clock, and how many entries it removed; none before the first."""
    cache = MemoryCache(MemoryCacheOptions(clock=Stopped(), size_limit=10))
    before = cache.statistics
    cache.set("a", 1, size=1)
    cache.remove_expired()
    after = cache.statistics

    assert (before.cleaned_at, before.cleaned, before.size_limit) == (None, None, 10)
    assert (after.cleaned_at, after.cleaned) == (datetime(2026, 3, 1, tzinfo=UTC), 0)
