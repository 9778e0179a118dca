"""Storing, finding and removing values."""

from collections.abc import Callable
from typing import Any, cast

import anyio
import pytest

from corner_host.caching import (
    MISSING,
    CacheClosedError,
    CacheEntry,
    CacheEntryError,
    EvictionReason,
    MemoryCache,
    MemoryCacheOptions,
)

from .conftest import HandClock


def test_a_missing_key_gives_the_default(cache: MemoryCache) -> None:
    """MC-01: nothing there is None, or what the caller prefers."""
    assert cache.get("absent") is None
    assert cache.get("absent", "none") == "none"


def test_set_returns_the_value_and_overwrites(cache: MemoryCache) -> None:
    """MC-02: the last value stays; keys have case and are found by equality."""
    first = cache.set(("a", 1), "old")
    cache.set(("a", 1), "new")
    cache.set("Key", 1)

    assert first == "old"
    assert cache.get(("a", 1)) == "new"
    assert cache.get("key") is None


async def test_none_is_no_key(cache: MemoryCache) -> None:
    """MC-03: every call refuses it."""
    calls: list[Callable[[], object]] = [
        lambda: cache.get(None),
        lambda: cache.set(None, 1),
        lambda: cache.remove(None),
        lambda: cache.get_or_create(None, lambda: 1),
        cache.create_entry(None).__enter__,
    ]
    for call in calls:
        with pytest.raises(TypeError, match="None"):
            call()

    with pytest.raises(TypeError, match="None"):
        await cache.get_or_create_async(None, anyio.lowlevel.checkpoint)


def test_a_stored_none_is_a_hit(cache: MemoryCache) -> None:
    """MC-04: None is a value as any other."""
    cache.set("nothing", None)

    assert cache.get("nothing", MISSING) is None
    assert cache.get_or_create("nothing", lambda: 1) is None


def test_the_factory_runs_only_on_a_miss(cache: MemoryCache) -> None:
    """MC-05: the value that is there is returned as it is."""
    made = cache.get_or_create("key", lambda: "made")
    found = cache.get_or_create("key", lambda: "made again")

    assert (made, found) == ("made", "made")


async def test_a_factory_that_raises_stores_nothing(cache: MemoryCache) -> None:
    """MC-05: neither form keeps a value that was not made."""

    async def broken() -> int:
        raise OSError("broken")

    with pytest.raises(ZeroDivisionError):
        cache.get_or_create("sync", lambda: 1 / 0)
    with pytest.raises(OSError, match="broken"):
        await cache.get_or_create_async("async", broken)

    assert len(cache) == 0


def test_a_factory_sets_when_its_value_ends(cache: MemoryCache, clock: HandClock) -> None:
    """MC-05, MC-09: a factory with a parameter gets the entry; one whose parameters have defaults does not."""

    def factory(entry: CacheEntry) -> str:
        entry.absolute_expiration = 10
        return "short"

    cache.get_or_create("entry", factory)
    cache.get_or_create("plain", lambda value="default": value)
    cache.get_or_create("builtin", dict)
    clock.advance(10)

    assert cache.get("entry") is None
    assert cache.get("plain") == "default"
    assert cache.get("builtin") == {}


def test_an_entry_is_stored_at_the_end_of_its_block(cache: MemoryCache) -> None:
    """MC-07: with a value and without an error, and not before."""
    with cache.create_entry("key") as entry:
        entry.value = 1
        during = cache.get("key")
    with cache.create_entry("empty"):
        pass
    with pytest.raises(ZeroDivisionError), cache.create_entry("failed") as failed:
        failed.value = 1 / 0

    assert during is None
    assert cache.get("key") == 1
    assert len(cache) == 1


def test_a_stored_entry_does_not_change_any_more(cache: MemoryCache) -> None:
    """MC-24: its size above all, since the cache has added it up."""
    with cache.create_entry("key") as entry:
        entry.value = 1

    with pytest.raises(CacheEntryError, match="size") as caught:
        entry.size = 7

    assert caught.value.key == "key"


def test_remove_and_clear_say_why_to_the_callbacks(cache: MemoryCache) -> None:
    """MC-15: callbacks get key, value and reason, after the entry has left."""
    left: list[tuple[object, ...]] = []

    def note(key: object, value: object, reason: EvictionReason) -> None:
        left.append((key, value, reason, cache.get(key)))

    for key in "abc":
        cache.set(key, key.upper(), on_evicted=note)
    cache.set("a", "again", on_evicted=note)
    removed, absent = cache.remove("b"), cache.remove("b")
    cache.clear()

    assert (removed, absent) == (True, False)
    assert left == [
        ("a", "A", EvictionReason.REPLACED, "again"),
        ("b", "B", EvictionReason.REMOVED, None),
        ("c", "C", EvictionReason.REMOVED, None),
        ("a", "again", EvictionReason.REMOVED, None),
    ]


def test_a_callback_may_set_its_key_again(cache: MemoryCache) -> None:
    """MC-16: callbacks run outside of the cache's own work."""
    cache.set("key", 1, on_evicted=lambda key, value, reason: cache.set(key, value + 1))

    cache.remove("key")

    assert cache.get("key") == 2


def test_a_callback_that_fails_is_logged(cache: MemoryCache, caplog: pytest.LogCaptureFixture) -> None:
    """MC-16: whoever removes cannot mend it, and the other callbacks run."""
    left: list[object] = []
    cache.set("a", 1, on_evicted=lambda *_: 1 / 0)
    cache.set("b", 2, on_evicted=lambda key, *_: left.append(key))

    cache.clear()

    assert left == ["b"]
    assert "'a'" in caplog.text
    assert "ZeroDivisionError" in caplog.text


def test_a_callback_must_be_callable(cache: MemoryCache) -> None:
    """MC-16: found when it is set, not when it is needed."""
    with pytest.raises(TypeError, match="on_evicted"):
        cache.set("key", 1, on_evicted=cast("Any", "log"))


def test_statistics_count_what_happened(cache: MemoryCache, clock: HandClock) -> None:
    """MC-25: hits, misses, entries and evictions; a size only where there is a limit."""
    cache.set("a", 1, absolute_expiration=5)
    cache.set("b", 1, size=3)
    cache.get("a")
    cache.get("absent")
    clock.advance(5)
    cache.get("a")

    numbers = cache.statistics

    assert (numbers.hits, numbers.misses, numbers.count, numbers.evictions) == (1, 2, 1, 1)
    assert numbers.size is None
    assert MemoryCache(MemoryCacheOptions(size_limit=5)).statistics.size == 0


def test_a_closed_cache_refuses_every_call(cache: MemoryCache) -> None:
    """MC-27: calls raise; closing an entry that was open does not."""
    with cache.create_entry("open") as entry:
        entry.value = 1
        cache.close()

    for call in (lambda: cache.get("a"), lambda: cache.set("a", 1), lambda: cache.remove("a"), cache.clear):
        with pytest.raises(CacheClosedError):
            call()
    assert len(cache) == 0


def test_an_empty_cache_is_true(cache: MemoryCache) -> None:
    """`cache or MemoryCache()` must not replace a cache because nothing is in it."""
    assert cache
