"""``operations.caches``: memory caches."""

from typing import Any, Final, final

from .contracts import ActionResult, Actor, CacheStatus
from .errors import NotFoundError
from .workplace import Workplace

_NAME: Final = "default"
_SHOWN_KEYS: Final = 100
_LONGEST_KEY: Final = 200


@final
class CacheOperations:
    """The memory cache of the container, if there is one; its name is ``default``."""

    def __init__(self, workplace: Workplace) -> None:
        self._workplace = workplace

    async def list(self) -> tuple[CacheStatus, ...]:
        """Return all."""
        cache = self._cache()
        if cache is None:
            return ()
        numbers = cache.statistics
        looked_up = numbers.hits + numbers.misses
        return (
            CacheStatus(
                name=_NAME,
                entries=numbers.count,
                hits=numbers.hits,
                misses=numbers.misses,
                hit_rate=numbers.hits / looked_up if looked_up else None,
                evictions=numbers.evictions,
                size=numbers.size,
                size_limit=numbers.size_limit,
                last_cleanup_at=numbers.cleaned_at,
                last_cleanup_removed=numbers.cleaned,
                keys=tuple(str(key)[:_LONGEST_KEY] for key in cache.keys(_SHOWN_KEYS)),
            ),
        )

    async def clear(self, name: str, *, by: Actor, reason: str = "", key: str | None = None) -> ActionResult:
        """Remove everything, or what is at *key* (as text).

        Raises:
            NotFoundError: There is no such cache, or no such key.
        """

        async def clear() -> ActionResult:
            cache = self._cache()
            if cache is None or name != _NAME:
                raise NotFoundError("cache", name, () if cache is None else (_NAME,))
            if key is None:
                count = len(cache)
                cache.clear()
                return ActionResult(action="cache.clear", target=name, count=count, message=f"{count} entries removed")
            # keys may be anything, and are shown as text
            found = next((each for each in cache.keys(len(cache)) if str(each) == key), None)
            if found is None or not cache.remove(found):
                raise NotFoundError("cache entry", key)
            return ActionResult(action="cache.clear", target=f"{name}/{key}", count=1, message=f"{key} removed")

        target = name if key is None else f"{name}/{key}"
        return await self._workplace.actions.perform("cache.clear", target, clear, by=by, reason=reason)

    def _cache(self) -> Any | None:
        return self._workplace.find("corner_host.caching", "MemoryCache")
