"""How entries end by time and by token."""

import gc
import weakref
from datetime import datetime, timedelta
from typing import Any

import pytest

from corner_host.caching import EvictionReason, MemoryCache, MemoryCacheOptions
from corner_host.primitives import CancellationTokenSource

from .conftest import HandClock


def test_an_absolute_time_in_the_past_is_not_stored(cache: MemoryCache, clock: HandClock) -> None:
    """MC-08: and the old entry of the key goes."""
    left: list[tuple[object, EvictionReason]] = []
    cache.set("key", "old")

    returned = cache.set(
        "key",
        "late",
        absolute_expiration=clock.now() - timedelta(seconds=1),
        on_evicted=lambda key, value, reason: left.append((value, reason)),
    )

    assert returned == "late"
    assert cache.get("key") is None
    assert left == [("late", EvictionReason.EXPIRED)]


@pytest.mark.parametrize("form", ["seconds", "timedelta", "datetime"])
def test_an_entry_ends_at_its_time(cache: MemoryCache, clock: HandClock, form: str) -> None:
    """MC-09: it is there just before, and gone when now is that time."""
    forms: dict[str, Any] = {
        "seconds": 10,
        "timedelta": timedelta(seconds=10),
        "datetime": clock.now() + timedelta(seconds=10),
    }
    cache.set("key", 1, absolute_expiration=forms[form])

    clock.advance(9.5)
    before = cache.get("key")
    clock.advance(0.5)
    after = cache.get("key")

    assert (before, after) == (1, None)


@pytest.mark.parametrize("option", ["absolute_expiration", "sliding_expiration"])
@pytest.mark.parametrize("value", [0, -1, timedelta(0), float("nan")])
def test_a_time_to_live_is_above_zero(cache: MemoryCache, option: str, value: Any) -> None:
    """MC-10: the message names what is wrong."""
    with pytest.raises(ValueError, match=option):
        cache.set("key", 1, **{option: value})


def test_a_naive_datetime_is_refused(cache: MemoryCache) -> None:
    """Nobody can tell when it is."""
    with pytest.raises(ValueError, match="aware"):
        cache.set("key", 1, absolute_expiration=datetime(2030, 1, 1))  # noqa: DTZ001 - that is the point


def test_each_hit_restarts_the_sliding_time(cache: MemoryCache, clock: HandClock) -> None:
    """MC-11: without one for that long, the entry ends."""
    cache.set("key", 1, sliding_expiration=10)
    hits = []
    for _ in range(3):
        clock.advance(9)
        hits.append(cache.get("key"))
    clock.advance(10)

    assert hits == [1, 1, 1]
    assert cache.get("key") is None


def test_hits_do_not_carry_an_entry_beyond_its_absolute_time(cache: MemoryCache, clock: HandClock) -> None:
    """MC-11: the earlier of the two counts."""
    cache.set("key", 1, sliding_expiration=10, absolute_expiration=15)
    clock.advance(9)
    early = cache.get("key")
    clock.advance(6)

    assert early == 1
    assert cache.get("key") is None


def test_an_expired_entry_stays_until_asked_for(cache: MemoryCache, clock: HandClock) -> None:
    """MC-12: there is no timer; access removes it, with its callback."""
    left: list[object] = []
    cache.set("key", 1, absolute_expiration=1, on_evicted=lambda *args: left.append(args))
    clock.advance(100)
    idle = len(cache), list(left)

    cache.get("key")

    assert idle == (1, [])
    assert (len(cache), left) == (0, [("key", 1, EvictionReason.EXPIRED)])


def test_a_scan_is_started_by_other_activity_when_wanted(clock: HandClock) -> None:
    """MC-12: only when its time has come, and only by a call that stores."""
    cache = MemoryCache(MemoryCacheOptions(clock=clock, expiration_scan_frequency=60))
    cache.set("old", 1, absolute_expiration=1)
    clock.advance(59)
    cache.set("a", 1)
    before = len(cache)
    clock.advance(1)
    cache.set("b", 1)

    assert before == 2
    assert len(cache) == 2


def test_only_what_expired_long_enough_ago_is_removed(cache: MemoryCache, clock: HandClock) -> None:
    """remove_expired takes an age, counted from when an entry ended, whatever ended it."""
    cache.set("absolute", 1, absolute_expiration=10)
    cache.set("sliding", 1, sliding_expiration=20)
    cache.set("dated", 1, absolute_expiration=clock.now() + timedelta(seconds=30))
    cache.set("alive", 1)
    clock.advance(40)

    removed = [cache.remove_expired(older_than=age) for age in (31, 20, timedelta(seconds=10), 0)]

    assert removed == [0, 2, 1, 0]
    assert cache.get("alive") == 1


def test_a_cancelled_token_ends_its_entries(cache: MemoryCache) -> None:
    """MC-13: at once, and with a reason of its own."""
    source = CancellationTokenSource()
    left: list[object] = []
    cache.set("key", 1, expiration_token=source.token, on_evicted=lambda *args: left.append(args))

    source.cancel()

    assert len(cache) == 0
    assert left == [("key", 1, EvictionReason.TOKEN_EXPIRED)]


def test_an_already_cancelled_token_prevents_storing(cache: MemoryCache) -> None:
    """MC-13: the value is returned nevertheless."""
    source = CancellationTokenSource()
    source.cancel()

    assert cache.set("key", 1, expiration_token=source.token) == 1
    assert cache.get("key") is None


@pytest.mark.parametrize("leave", ["remove", "clear", "replace", "close"])
def test_an_entry_that_leaves_lets_go_of_its_token(cache: MemoryCache, leave: str) -> None:
    """MC-14: cancelling later neither calls back nor removes what came after."""
    source = CancellationTokenSource()
    left: list[EvictionReason] = []
    cache.set("key", 1, expiration_token=source.token, on_evicted=lambda key, value, reason: left.append(reason))
    {
        "remove": lambda: cache.remove("key"),
        "clear": cache.clear,
        "replace": lambda: cache.set("key", 2),
        "close": cache.close,
    }[leave]()

    source.cancel()

    assert EvictionReason.TOKEN_EXPIRED not in left
    assert len(cache) == (1 if leave == "replace" else 0)


def test_a_token_does_not_keep_what_has_left(cache: MemoryCache) -> None:
    """MC-14: a token that lives as long as the program must not hold every value that ever hung on it."""

    class Value:
        pass

    value = Value()
    gone = weakref.ref(value)
    source = CancellationTokenSource()
    cache.set("key", value, expiration_token=source.token)

    cache.remove("key")
    del value
    gc.collect()

    assert gone() is None
    assert not source.token.is_cancellation_requested
