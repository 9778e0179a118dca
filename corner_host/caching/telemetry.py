"""Caches as OpenTelemetry instruments; read when the program exports, so that they cost nothing else.

Instruments: ``corner_host.cache.entries``, ``.hits``, ``.misses``, ``.evictions``, with the label ``cache``.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final, final
from weakref import WeakKeyDictionary

from corner_host.diagnostics.metrics import Instruments

from .contracts import CacheStatistics
from .memory_cache import MemoryCache

Read = Callable[[CacheStatistics], int]

_COUNTERS: Final[Mapping[str, Read]] = {
    "hits": lambda numbers: numbers.hits,
    "misses": lambda numbers: numbers.misses,
    "evictions": lambda numbers: numbers.evictions,
}


@final
class CacheTelemetry:
    """Tells a meter about the caches given to `watch`: one set of instruments, since none can be taken back."""

    def __init__(self, meter: Any) -> None:
        self._caches: WeakKeyDictionary[MemoryCache, str] = WeakKeyDictionary()
        meter.create_observable_gauge(
            "corner_host.cache.entries", [self._reader(lambda numbers: numbers.count)], unit="{entry}"
        )
        for name, read in _COUNTERS.items():
            meter.create_observable_counter(f"corner_host.cache.{name}", [self._reader(read)], unit="{entry}")

    def watch(self, cache: MemoryCache, name: str) -> None:
        """Report *cache* under *name* from now on, for as long as it lives."""
        self._caches[cache] = name

    def _reader(self, read: Read) -> Callable[[Any], Iterator[Any]]:
        def observe(_options: Any) -> Iterator[Any]:
            from opentelemetry.metrics import Observation  # noqa: PLC0415 - where it is in use already

            sums: dict[str, int] = {}
            for cache, name in list(self._caches.items()):
                sums[name] = sums.get(name, 0) + read(cache.statistics)
            for name, value in sums.items():
                yield Observation(value, {"cache": name})

        return observe


_INSTRUMENTS: Final = Instruments(CacheTelemetry)


def watch(cache: MemoryCache, name: str) -> MemoryCache:
    """Report *cache*, if the program has set a meter provider by now; returns it."""
    telemetry = _INSTRUMENTS.find()
    if telemetry is not None:
        telemetry.watch(cache, name)
    return cache
