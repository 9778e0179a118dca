"""The entries of a cache, and which of them leave. No lock, no callbacks: `memory_cache` has both.

Whatever takes entries out returns them, so that their callbacks can run once the lock is free.
"""

from collections.abc import Callable
from functools import partial
from itertools import islice
from typing import Any, TypeAlias, final

from corner_host.primitives import Clock, seconds

from .contracts import CacheItemPriority, EvictionReason, MemoryCacheOptions
from .entry import CacheEntry
from .errors import CacheEntryError

Left: TypeAlias = tuple[CacheEntry, EvictionReason]
"""An entry that has left, and why."""


@final
class Entries:
    """What is in the cache.

    Attributes:
        size: The entries' sizes together.
        evictions: How many expired or had to make room.
    """

    __slots__ = ("_clock", "_entries", "_on_token", "_options", "_scanned_at", "_uses", "evictions", "size")

    def __init__(self, options: MemoryCacheOptions, clock: Clock, on_token: Callable[[CacheEntry], object]) -> None:
        self._options = options
        self._clock = clock
        self._on_token = on_token
        self._entries: dict[Any, CacheEntry] = {}
        self._uses = 0
        self._scanned_at = clock.monotonic()
        self.size = 0
        self.evictions = 0

    def __len__(self) -> int:
        return len(self._entries)

    def keys(self, limit: int) -> tuple[Any, ...]:
        """Return some of the keys."""
        return tuple(islice(self._entries, limit))

    def look_up(self, key: Any) -> tuple[CacheEntry | None, list[Left]]:
        """Return the live entry at *key*, counting the use, and what was found expired."""
        entry = self._entries.get(key)
        if entry is None:
            return None, []
        if entry.expired_for(self._clock) is not None:
            return None, [self.take_out(entry, EvictionReason.EXPIRED)]
        self._uses += 1
        entry.use(self._clock, self._uses)
        return entry, []

    def store(self, entry: CacheEntry) -> list[Left]:
        """Put *entry* in the place of what is at its key, if it lives and fits.

        Raises:
            CacheEntryError: It has no size, and there is a limit.
            ValueError: What was set is out of range.
        """
        entry.store(self._clock)
        if self._options.size_limit is not None and entry.size is None:
            raise CacheEntryError(
                f"The entry {entry.key!r} has no size, and the cache has a size limit.\n"
                "To fix: give size=... with every entry, or the cache no size_limit.",
                key=entry.key,
            )
        left = self.remove(entry.key, EvictionReason.REPLACED)
        token = entry.expiration_token
        if token is not None and token.is_cancellation_requested:
            left.append((entry, EvictionReason.TOKEN_EXPIRED))
        elif entry.expired_for(self._clock) is not None:
            left.append((entry, EvictionReason.EXPIRED))
        elif self._exceeds(entry):
            left.append((entry, EvictionReason.CAPACITY))
            left += self._make_room(self._has_room)
        else:
            self._put_in(entry)
        return left + self._scan_if_due()

    def remove(self, key: Any, reason: EvictionReason, *, only: CacheEntry | None = None) -> list[Left]:
        """Take out what is at *key*; with *only*, unless it is another entry."""
        entry = self._entries.get(key)
        if entry is None or (only is not None and entry is not only):
            return []
        return [self.take_out(entry, reason)]

    def clear(self) -> list[Left]:
        """Take everything out."""
        return [self.take_out(entry, EvictionReason.REMOVED) for entry in list(self._entries.values())]

    def compact(self, fraction: float) -> list[Left]:
        """Take out a share of the entries."""
        goal = len(self._entries) - int(len(self._entries) * fraction)
        return self._make_room(lambda: len(self._entries) <= goal)

    def scan(self, age: float) -> list[Left]:
        """Take out what expired at least *age* seconds ago."""
        ages = [(entry, entry.expired_for(self._clock)) for entry in self._entries.values()]
        return [
            self.take_out(entry, EvictionReason.EXPIRED)
            for entry, expired in ages
            if expired is not None and expired >= age
        ]

    def take_out(self, entry: CacheEntry, reason: EvictionReason) -> Left:
        """Take *entry* out."""
        del self._entries[entry.key]
        self.size -= entry.size or 0
        entry.release()
        if reason not in {EvictionReason.REMOVED, EvictionReason.REPLACED}:
            self.evictions += 1
        return entry, reason

    def _put_in(self, entry: CacheEntry) -> None:
        self._entries[entry.key] = entry
        self.size += entry.size or 0
        self._uses += 1
        entry.use(self._clock, self._uses)
        if entry.expiration_token is not None:
            entry.watch(entry.expiration_token.register(partial(self._on_token, entry)))

    def _exceeds(self, entry: CacheEntry) -> bool:
        limit = self._options.size_limit
        return limit is not None and self.size + (entry.size or 0) > limit

    def _has_room(self) -> bool:
        limit = self._options.size_limit or 0
        return self.size <= limit - limit * self._options.compaction_percentage

    def _make_room(self, enough: Callable[[], bool]) -> list[Left]:
        """Take out, the most dispensable first, until *enough*."""
        left: list[Left] = []
        if enough():
            return left
        expired = {key for key, entry in self._entries.items() if entry.expired_for(self._clock) is not None}
        for entry in sorted(
            self._entries.values(), key=lambda entry: (entry.key not in expired, entry.priority, entry.last_use)
        ):
            if enough():
                break
            if entry.key in expired:
                left.append(self.take_out(entry, EvictionReason.EXPIRED))
            elif entry.priority is not CacheItemPriority.NEVER_REMOVE:
                left.append(self.take_out(entry, EvictionReason.CAPACITY))
        return left

    def _scan_if_due(self) -> list[Left]:
        every = self._options.expiration_scan_frequency
        now = self._clock.monotonic()
        if every is None or now - self._scanned_at < seconds(every, "expiration_scan_frequency"):
            return []
        self._scanned_at = now
        return self.scan(0.0)
