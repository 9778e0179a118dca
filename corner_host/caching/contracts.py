"""What can be asked of a cache, and what it answers; no machinery."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum, IntEnum
from typing import Any, TypeAlias, final

from corner_host.primitives import Clock, Duration, seconds


@final
class EvictionReason(Enum):
    """Why an entry left the cache."""

    REMOVED = "removed"
    REPLACED = "replaced"
    EXPIRED = "expired"
    TOKEN_EXPIRED = "token expired"  # noqa: S105 - a cancellation token, no secret
    CAPACITY = "capacity"


@final
class CacheItemPriority(IntEnum):
    """Which entries go first when room is made; equals go by how long ago they were used."""

    LOW = 0
    NORMAL = 1
    HIGH = 2
    NEVER_REMOVE = 3


Expiration: TypeAlias = float | timedelta | datetime
"""When an entry ends: seconds or a ``timedelta`` from now, or an aware ``datetime``."""

EvictionCallback: TypeAlias = Callable[[Any, Any, EvictionReason], object]
"""Called with key, value and reason after an entry has left."""


@final
@dataclass(frozen=True, slots=True)
class MemoryCacheOptions:
    """How a `MemoryCache` behaves.

    Args:
        size_limit: The most that all sizes together may make; entries must then have a size. None: no limit.
        clock: What time it is; None: the machine's.
        compaction_percentage: How much of the limit is freed when it is reached, from 0 to 1.
        expiration_scan_frequency: How often a call that stores also removes everything expired, in seconds or as a
            ``timedelta``. None: never; then `MemoryCache.remove_expired` does it, as `CacheCleanupService` calls it.

    Raises:
        ValueError: A value is out of range; the message names it.
    """

    size_limit: int | None = None
    clock: Clock | None = None
    compaction_percentage: float = 0.05
    expiration_scan_frequency: Duration | None = None

    def __post_init__(self) -> None:
        if self.size_limit is not None and self.size_limit <= 0:
            raise ValueError(f"size_limit must be above 0, not {self.size_limit!r}")
        if not 0 <= self.compaction_percentage <= 1:
            raise ValueError(f"compaction_percentage must be from 0 to 1, not {self.compaction_percentage!r}")
        if self.expiration_scan_frequency is not None:
            seconds(self.expiration_scan_frequency, "expiration_scan_frequency", above=0.0)


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class CacheStatistics:
    """A cache's numbers at one moment.

    Args:
        hits: Look-ups that found a value.
        misses: Look-ups that did not.
        count: Entries there are, those expired and not yet removed included.
        size: Their sizes together; None without a size limit.
        evictions: Entries that expired or had to make room.
        size_limit: The most that the sizes may make; None without a limit.
        cleaned_at: When `MemoryCache.remove_expired` was last called, in UTC; None if it never was.
        cleaned: How many entries that removed.
    """

    hits: int
    misses: int
    count: int
    size: int | None
    evictions: int
    size_limit: int | None = None
    cleaned_at: datetime | None = None
    cleaned: int | None = None
