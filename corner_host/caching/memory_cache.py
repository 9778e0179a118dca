"""Values in memory that end by time, by use, by size or by hand.

One lock guards the entries. Callbacks and factories run outside of it, in the calling thread, after the call has done
its own work; so they may use the cache.
"""

import inspect
import logging
from collections.abc import Awaitable, Callable, Generator
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from threading import RLock
from typing import Any, TypedDict, TypeVar, cast, final, overload

import anyio
from typing_extensions import Unpack

from corner_host.primitives import CancellationToken, Duration, SystemClock, seconds

from .contracts import (
    CacheItemPriority,
    CacheStatistics,
    EvictionCallback,
    EvictionReason,
    Expiration,
    MemoryCacheOptions,
)
from .entries import Entries, Left
from .entry import MISSING, CacheEntry
from .errors import CacheClosedError
from .flights import Flight

T = TypeVar("T")
D = TypeVar("D")
_log = logging.getLogger("corner_host.caching.MemoryCache")


class EntryOptions(TypedDict, total=False):
    """The keywords that describe an entry; `CacheEntry` explains them."""

    absolute_expiration: Expiration | None
    sliding_expiration: Duration | None
    size: int | None
    priority: CacheItemPriority
    expiration_token: CancellationToken | None
    on_evicted: EvictionCallback | None


@final
class MemoryCache:
    """Keeps values until they expire, are removed, or have to make room.

    Safe from any thread. Keys are anything hashable but None; values anything, None included. An expired value is never
    returned; it is removed when it is asked for, or by `remove_expired`.

    Args:
        options: Size limit, clock and the rest; None: the defaults.

    Example:
        >>> cache = MemoryCache()
        >>> cache.set("answer", 42, absolute_expiration=60.0)
        42
        >>> cache.get("answer"), cache.get("question", "none")
        (42, 'none')
        >>> cache.get_or_create("tea", lambda: "Assam")
        'Assam'

    Source of the behaviour: https://learn.microsoft.com/dotnet/core/extensions/caching
    """

    def __init__(self, options: MemoryCacheOptions | None = None) -> None:
        self._options = options or MemoryCacheOptions()
        # re-entrant, because a cancelled expiration token calls back at once
        self._lock = RLock()
        self._clock = self._options.clock or SystemClock()
        self._cleaned: tuple[datetime, int] | None = None
        self._entries = Entries(self._options, self._clock, self._token_cancelled)
        self._flights: dict[Any, Flight] = {}
        self._hits = self._misses = 0
        self._closed = False

    @overload
    def get(self, key: Any) -> Any: ...
    @overload
    def get(self, key: Any, default: D) -> Any | D: ...
    def get(self, key: Any, default: Any = None) -> Any:
        """Return the value at *key*, or *default*; a stored None is a hit."""
        value = self._find(key)
        return default if value is MISSING else value

    def set(self, key: Any, value: T, **options: Unpack[EntryOptions]) -> T:
        """Store *value*, replacing what is there; returns it.

        It is not stored, and an old value goes nevertheless, when it has ended already or would exceed the size limit;
        in the latter case room is made for later ones.

        Args:
            key: Anything hashable but None.
            value: Anything.
            **options: How it leaves again; see `CacheEntry`.

        Raises:
            ValueError: An option is out of range; the message names it.
            TypeError: The key is None.
            CacheEntryError: The cache has a size limit, and the entry no size.
        """
        self._store(CacheEntry(_checked(key), value, **options))
        return value

    @contextmanager
    def create_entry(self, key: Any) -> Generator[CacheEntry]:
        """Enter a block that fills an entry in; it is stored at its end if it has a value and the block did not fail.

        Example:
            >>> cache = MemoryCache()
            >>> with cache.create_entry("tea") as entry:
            ...     entry.value = "Assam"
            ...     entry.sliding_expiration = 600.0
            >>> cache.get("tea")
            'Assam'
        """
        self._check_open()
        entry = CacheEntry(_checked(key))
        yield entry
        if entry.value is not MISSING and not self._closed:
            self._store(entry)

    def get_or_create(
        self, key: Any, factory: Callable[[CacheEntry], T] | Callable[[], T], **options: Unpack[EntryOptions]
    ) -> T:
        """Return the value at *key*, or store what *factory* makes.

        Callers in several threads that miss at the same time each make one, as in .NET; the last one stays. A factory
        that raises stores nothing.

        Args:
            key: Anything hashable but None.
            factory: Called without arguments, or with the `CacheEntry`, to set when it ends, if it takes one.
            **options: How the entry leaves again; see `CacheEntry`.
        """
        value = self._find(key)
        if value is not MISSING:
            return cast("T", value)
        entry = CacheEntry(key, **options)
        made: T = _call(factory, entry)
        if inspect.iscoroutine(made):
            made.close()
            raise TypeError(
                f"The factory for {key!r} is asynchronous, and what it made was not awaited.\n"
                "To fix: await cache.get_or_create_async(...)."
            )
        entry.value = made
        self._store(entry)
        return made

    async def get_or_create_async(
        self,
        key: Any,
        factory: Callable[[CacheEntry], Awaitable[T]] | Callable[[], Awaitable[T]],
        **options: Unpack[EntryOptions],
    ) -> T:
        """Return the value at *key*, or store what *factory* makes: once, however many callers wait for it.

        The caller that came first runs the factory. If that caller is cancelled, the next one runs its own; if the
        factory raises, nothing is stored, and all who wait get the error. A factory must not ask for its own key.

        Args:
            key: Anything hashable but None.
            factory: Called without arguments, or with the `CacheEntry` if it takes one; what it returns is awaited.
            **options: How the entry leaves again; see `CacheEntry`.
        """
        while True:
            with self._lock:
                value, left = self._look_up(key)
                flight, landed = self._board(key) if value is MISSING else (None, None)
            _notify(left)
            if flight is None:
                return cast("T", value)
            if landed is None:
                return await self._fly(flight, key, factory, options)
            await landed.wait()
            if flight.error is not None:
                raise flight.error
            if not flight.abandoned:
                return cast("T", flight.value)

    def _board(self, key: Any) -> tuple[Flight, anyio.Event | None]:
        """Return the creation of *key* under way and its end, or a new one without."""
        flight = self._flights.get(key)
        if flight is not None:
            return flight, flight.join()
        flight = self._flights[key] = Flight()
        return flight, None

    async def _fly(self, flight: Flight, key: Any, factory: Callable[..., Awaitable[T]], options: EntryOptions) -> T:
        end = flight.abandon
        try:
            entry = CacheEntry(key, **options)
            made: Any = _call(factory, entry)
            # a plain factory is a mistake that checkers see, and does no harm
            value: T = await made if inspect.isawaitable(made) else made
            entry.value = value
            self._store(entry)
            end = partial(flight.land, value)
            return value
        except Exception as error:
            end = partial(flight.crash, error)
            raise
        finally:
            with self._lock:
                del self._flights[key]
                end()

    def remove(self, key: Any) -> bool:
        """Remove the entry at *key*; returns whether there was one."""
        with self._lock:
            self._check_open()
            left = self._entries.remove(_checked(key), EvictionReason.REMOVED)
        _notify(left)
        return bool(left)

    def clear(self) -> None:
        """Remove everything."""
        with self._lock:
            self._check_open()
            left = self._entries.clear()
        _notify(left)

    def compact(self, fraction: float) -> int:
        """Remove a share of the entries: expired ones, then by priority, then those unused for longest.

        Args:
            fraction: From 0 to 1, of the number of entries.

        Returns:
            How many were removed; those that must never be removed stay.

        Raises:
            ValueError: *fraction* is out of range.
        """
        if not 0 <= fraction <= 1:
            raise ValueError(f"fraction must be from 0 to 1, not {fraction!r}")
        with self._lock:
            self._check_open()
            left = self._entries.compact(fraction)
        _notify(left)
        return len(left)

    def remove_expired(self, older_than: Duration = 0.0) -> int:
        """Remove what has expired at least *older_than* (seconds or a ``timedelta``) ago; returns how many."""
        age = seconds(older_than, "older_than")
        with self._lock:
            self._check_open()
            left = self._entries.scan(age)
            self._cleaned = (self._clock.now(), len(left))
        _notify(left)
        return len(left)

    def keys(self, limit: int = 100) -> tuple[Any, ...]:
        """Return keys of the cache, those of expired entries included; no more than *limit*, the oldest first."""
        with self._lock:
            return self._entries.keys(limit)

    @property
    def statistics(self) -> CacheStatistics:
        """The numbers of this moment."""
        with self._lock:
            return CacheStatistics(
                hits=self._hits,
                misses=self._misses,
                count=len(self._entries),
                size=None if self._options.size_limit is None else self._entries.size,
                evictions=self._entries.evictions,
                size_limit=self._options.size_limit,
                cleaned_at=None if self._cleaned is None else self._cleaned[0],
                cleaned=None if self._cleaned is None else self._cleaned[1],
            )

    def __len__(self) -> int:
        """Return how many entries there are, those expired and not yet removed included."""
        return len(self._entries)

    def __bool__(self) -> bool:
        """A cache is there, empty or not."""
        return True

    def close(self) -> None:
        """Drop everything without calling anybody back; every later call raises `CacheClosedError`."""
        with self._lock:
            self._closed = True
            self._entries.clear()

    def _check_open(self) -> None:
        if self._closed:
            raise CacheClosedError

    def _find(self, key: Any) -> Any:
        with self._lock:
            value, left = self._look_up(key)
        _notify(left)
        return value

    def _look_up(self, key: Any) -> tuple[Any, list[Left]]:
        """Return the value or `MISSING`, and what was found expired."""
        self._check_open()
        entry, left = self._entries.look_up(_checked(key))
        if entry is None:
            self._misses += 1
            return MISSING, left
        self._hits += 1
        return entry.value, left

    def _store(self, entry: CacheEntry) -> None:
        with self._lock:
            self._check_open()
            left = self._entries.store(entry)
        _notify(left)

    def _token_cancelled(self, entry: CacheEntry) -> None:
        with self._lock:
            left = self._entries.remove(entry.key, EvictionReason.TOKEN_EXPIRED, only=entry)
        _notify(left)


def _checked(key: Any) -> Any:
    if key is None:
        raise TypeError("A cache key must not be None.")
    return key


def _notify(left: list[Left]) -> None:
    """Call back those who want to know; what they raise is logged, since nobody here can mend it."""
    for entry, reason in left:
        if entry.on_evicted is not None:
            try:
                entry.on_evicted(entry.key, entry.value, reason)
            except Exception:  # noqa: BLE001 - logged with its traceback
                _log.exception("The eviction callback of cache entry %r failed.", entry.key)


def _call(factory: Callable[..., T], entry: CacheEntry) -> T:
    """Call *factory* with *entry* if it cannot be called without an argument."""
    try:
        parameters = inspect.signature(factory).parameters.values()
    except ValueError:  # a builtin that does not tell
        return factory()
    takes_entry = any(
        parameter.default is parameter.empty
        and parameter.kind in {parameter.POSITIONAL_ONLY, parameter.POSITIONAL_OR_KEYWORD}
        for parameter in parameters
    )
    return factory(entry) if takes_entry else factory()
