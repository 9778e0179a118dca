"""Values kept in memory for a while.

Words: an *entry* is a key, a value and the rules by which it ends: at a time, after a time without a hit, when a
cancellation token is cancelled, or when a cache with a size limit needs room. What has ended is *expired*: it is never
returned, and it is *evicted*, with a callback that says why, when somebody asks for it or `CacheCleanupService` comes by.

Order of a ``set``: the options are checked; the old entry of the key goes; the new one is stored, unless it has ended
already or does not fit, in which case room is made for later ones; callbacks run, in the calling thread.

Not kept of .NET: the hidden scan a minute after other activity (opt in by ``expiration_scan_frequency``), because it
would leave nothing to `CacheCleanupService`; callbacks on pool threads, because their order could not be relied on;
linked entries, which .NET itself turned off.
Other than there, ``get_or_create_async`` makes a value once for all who wait for it.

It stands on the standard library alone: cachetools has sizes and one time to live, but neither sliding expiry,
priorities, reasons for leaving nor thread safety, so that only its least-recently-used order would carry weight here.
"""

from .cleanup import CacheCleanupOptions, CacheCleanupService
from .contracts import (
    CacheItemPriority,
    CacheStatistics,
    EvictionCallback,
    EvictionReason,
    Expiration,
    MemoryCacheOptions,
)
from .entry import MISSING, CacheEntry
from .errors import CacheClosedError, CacheEntryError
from .memory_cache import EntryOptions, MemoryCache
from .registration import add_memory_cache

__all__ = [
    "MISSING",
    "CacheCleanupOptions",
    "CacheCleanupService",
    "CacheClosedError",
    "CacheEntry",
    "CacheEntryError",
    "CacheItemPriority",
    "CacheStatistics",
    "EntryOptions",
    "EvictionCallback",
    "EvictionReason",
    "Expiration",
    "MemoryCache",
    "MemoryCacheOptions",
    "add_memory_cache",
]
