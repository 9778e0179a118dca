"""How entries make room."""

from typing import Any

import pytest

from corner_host.caching import CacheEntryError, CacheItemPriority, EvictionReason, MemoryCache, MemoryCacheOptions

from .conftest import HandClock


def limited(limit: int = 10, share: float = 0.05) -> MemoryCache:
    return MemoryCache(MemoryCacheOptions(size_limit=limit, compaction_percentage=share))


def test_a_limit_asks_for_sizes() -> None:
    """MC-17: an entry without one is refused, and the message says what to do."""
    cache = limited()

    with pytest.raises(CacheEntryError, match="size_limit"):
        cache.set("key", 1)

    assert len(cache) == 0


def test_without_a_limit_sizes_are_ignored(cache: MemoryCache) -> None:
    """MC-17: they may be there."""
    cache.set("key", 1, size=1_000_000)

    assert cache.get("key") == 1


@pytest.mark.parametrize(
    "options", [{"size_limit": 0}, {"size_limit": -1}, {"compaction_percentage": 1.1}, {"compaction_percentage": -0.1}]
)
def test_options_out_of_range_are_refused(options: dict[str, Any]) -> None:
    """MC-18: the message names the option."""
    with pytest.raises(ValueError, match=next(iter(options))):
        MemoryCacheOptions(**options)


def test_a_negative_size_is_refused() -> None:
    """MC-18: sizes are at least 0."""
    with pytest.raises(ValueError, match="size"):
        limited().set("key", 1, size=-1)


def test_what_exceeds_the_limit_is_not_stored_and_makes_room() -> None:
    """MC-19, MC-22: no error; compaction goes down to the limit less its share, so that the next one fits."""
    cache = limited(10, share=0.5)
    left: list[tuple[object, EvictionReason]] = []

    def note(key: object, value: object, reason: EvictionReason) -> None:
        left.append((key, reason))

    for key in "abcde":
        cache.set(key, key, size=2, on_evicted=note)
    cache.set("f", "f", size=1, on_evicted=note)
    size = cache.statistics.size
    cache.set("f", "f", size=1)

    assert left == [(key, EvictionReason.CAPACITY) for key in "fabc"]
    assert size == 4
    assert cache.get("f") == "f"


def test_a_replacement_too_big_costs_the_old_entry() -> None:
    """MC-20: the key is empty afterwards."""
    cache = limited()
    cache.set("key", "old", size=5)

    cache.set("key", "new", size=11)

    assert cache.get("key") is None
    assert cache.statistics.size == 0


@pytest.mark.parametrize("size", [1, 10])
def test_a_replacement_has_the_room_of_the_old_entry(size: int) -> None:
    """MC-21: what fits once the old size is given back is stored."""
    cache = limited()
    cache.set("key", "old", size=5)

    cache.set("key", "new", size=size)

    assert cache.get("key") == "new"
    assert cache.statistics.size == size


def test_compaction_takes_the_most_dispensable_first(cache: MemoryCache, clock: HandClock) -> None:
    """MC-23: expired ones, then by priority, in each the least recently used."""
    gone: list[object] = []

    def put(key: str, priority: CacheItemPriority, **more: Any) -> None:
        cache.set(key, key, priority=priority, on_evicted=lambda key, *_: gone.append(key), **more)

    put("high", CacheItemPriority.HIGH)
    put("normal, used", CacheItemPriority.NORMAL)
    put("low", CacheItemPriority.LOW)
    put("normal", CacheItemPriority.NORMAL)
    put("never", CacheItemPriority.NEVER_REMOVE)
    put("expired", CacheItemPriority.NEVER_REMOVE, absolute_expiration=1)
    clock.advance(1)
    cache.get("normal, used")

    for _ in range(5):
        cache.compact(1 / len(cache))
    rest = cache.compact(1.0)

    assert gone == ["expired", "low", "normal", "normal, used", "high"]
    assert (rest, cache.get("never")) == (0, "never")


@pytest.mark.parametrize(("fraction", "removed"), [(0, 0), (0.19, 1), (0.5, 5), (1, 10)])
def test_compact_removes_a_share(cache: MemoryCache, fraction: float, removed: int) -> None:
    """MC-23: int(count * fraction) entries; least recently used first."""
    for number in range(10):
        cache.set(number, number)

    count = cache.compact(fraction)

    assert count == removed
    assert [number for number in range(10) if cache.get(number) is not None] == list(range(removed, 10))


def test_compacting_nothing_is_allowed(cache: MemoryCache) -> None:
    """MC-23: an empty cache has nothing to give; a share out of range is an error."""
    assert cache.compact(1.0) == 0
    with pytest.raises(ValueError, match="fraction"):
        cache.compact(1.5)
