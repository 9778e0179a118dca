"""A clock that only moves when a test says so."""

from datetime import UTC, datetime, timedelta

import anyio
import anyio.lowlevel


class ManualClock:
    """Time stands still until `advance`; whoever sleeps wakes when its time has come."""

    def __init__(self) -> None:
        self._now = 1000.0
        self._sleepers: list[tuple[float, anyio.Event]] = []

    def now(self) -> datetime:
        return datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=self._now)

    def monotonic(self) -> float:
        return self._now

    async def sleep(self, seconds: float) -> None:
        if seconds <= 0:
            await anyio.lowlevel.checkpoint()
            return
        awake = anyio.Event()
        self._sleepers.append((self._now + seconds, awake))
        await awake.wait()

    async def advance(self, seconds: float) -> None:
        """Let everybody come to rest, move the time, and let everybody come to rest again."""
        await anyio.wait_all_tasks_blocked()
        self.move(seconds)
        await anyio.wait_all_tasks_blocked()

    def move(self, seconds: float) -> None:
        """Move the time and wake who is due."""
        self._now += seconds
        for until, awake in self._sleepers:
            if until <= self._now:
                awake.set()
        self._sleepers = [(until, awake) for until, awake in self._sleepers if until > self._now]
