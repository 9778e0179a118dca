"""Removing what has expired, from time to time."""

import logging
from dataclasses import dataclass
from datetime import timedelta
from typing import final

from corner_host.configuration import Configuration
from corner_host.primitives import CancellationToken, Clock, SystemClock, seconds

from .memory_cache import MemoryCache

_log = logging.getLogger("corner_host.caching.CacheCleanupService")


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class CacheCleanupOptions:
    """When the cache is cleaned, and of what. Section ``BackgroundJobs:CacheCleanup``.

    Args:
        enabled: Whether it is.
        interval_minutes: Minutes between two cleanings, above 0, fractions allowed.
        expiration_threshold_minutes: How many minutes ago an entry must have expired to be removed, at least 0.

    Raises:
        ValueError: A value is out of range; the message names it.
    """

    enabled: bool = True
    interval_minutes: float = 30.0
    expiration_threshold_minutes: float = 60.0

    def __post_init__(self) -> None:
        seconds(self.interval_minutes * 60, "60 * interval_minutes", above=0.0)
        seconds(self.expiration_threshold_minutes * 60, "60 * expiration_threshold_minutes")


@final
class CacheCleanupService:
    """Removes expired entries from a `MemoryCache`, which by itself does so only when they are asked for.

    A background service by its shape: ``services.add_hosted_service(CacheCleanupService)``.

    Args:
        cache: What is cleaned.
        options: How often, and how old; None: what the section ``BackgroundJobs:CacheCleanup`` says.
        clock: What lets the time between pass; None: the machine's.
        configuration: Where that section is; None: the defaults.
    """

    def __init__(
        self,
        cache: MemoryCache,
        options: CacheCleanupOptions | None = None,
        clock: Clock | None = None,
        configuration: Configuration | None = None,
    ) -> None:
        self._cache = cache
        self._options = options or _read(configuration)
        self._clock = clock or SystemClock()
        self._told = ""

    async def execute(self, stopping: CancellationToken) -> None:
        """Clean once an interval, until *stopping*."""
        if not self._options.enabled:
            return
        with stopping.cancel_scope():
            while True:
                await self._clock.sleep(self._options.interval_minutes * 60)
                self.clean()

    @property
    def status_text(self) -> str:
        """What an operator reads of it: when it cleaned last; empty before."""
        return self._told

    def clean(self) -> int:
        """Remove what expired longer ago than the threshold; returns how many entries that were."""
        removed = self._cache.remove_expired(timedelta(minutes=self._options.expiration_threshold_minutes))
        self._told = f"last run {self._clock.now().astimezone():%H:%M:%S} ok, removed {removed:,}"
        level = logging.INFO if removed else logging.DEBUG
        _log.log(level, "Removed %d expired cache entries; %d stay.", removed, len(self._cache))
        return removed


def _read(configuration: Configuration | None) -> CacheCleanupOptions:
    if configuration is None:
        return CacheCleanupOptions()
    section = configuration.get_section("BackgroundJobs:CacheCleanup")
    return CacheCleanupOptions(
        enabled=section.get_value("Enabled", bool, True),  # noqa: FBT003 - the default
        interval_minutes=section.get_value("IntervalMinutes", float, 30.0),
        expiration_threshold_minutes=section.get_value("ExpirationThresholdMinutes", float, 60.0),
    )
