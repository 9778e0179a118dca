"""A clock that tests move by hand."""

from datetime import UTC, datetime, timedelta

import anyio
import pytest

from corner_host.caching import MemoryCache, MemoryCacheOptions


class HandClock:
    """Time that stands until `advance` is called."""

    def __init__(self) -> None:
        self.elapsed = 0.0
        self._sleepers: list[tuple[float, anyio.Event]] = []

    def now(self) -> datetime:
        return datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=self.elapsed)

    def monotonic(self) -> float:
        return self.elapsed

    async def sleep(self, seconds: float, /) -> None:
        event = anyio.Event()
        self._sleepers.append((self.elapsed + seconds, event))
        await event.wait()

    def advance(self, seconds: float) -> None:
        self.elapsed += seconds
        due = [event for at, event in self._sleepers if at <= self.elapsed]
        self._sleepers = [(at, event) for at, event in self._sleepers if at > self.elapsed]
        for event in due:
            event.set()


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def cache(clock: HandClock) -> MemoryCache:
    return MemoryCache(MemoryCacheOptions(clock=clock))
