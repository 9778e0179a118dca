"""How late the event loop wakes up those who sleep."""

from collections import deque
from time import monotonic
from typing import Final, final

import anyio

from corner_host.primitives.percentile import percentile

STEP_SECONDS: Final = 0.5
STUCK_SECONDS: Final = 10.0
"""From when on a loop is as good as dead."""
_WINDOW: Final = 120
"""A minute of wake-ups."""


@final
class LoopLag:
    """Measures while `measure` runs; the last minute is kept.

    Attributes:
        last: The last one that was measured.
        worst: The worst since it was last set to 0, for whoever samples it.
    """

    def __init__(self) -> None:
        self._lags: deque[float] = deque(maxlen=_WINDOW)
        self.last = self.worst = 0.0
        self.count = 0
        self.sum = 0.0

    async def measure(self) -> None:
        """Measure until cancelled."""
        while True:
            expected = monotonic() + STEP_SECONDS
            await anyio.sleep(STEP_SECONDS)
            self.note(max(0.0, monotonic() - expected))

    def note(self, lag: float) -> None:
        """Note one *lag*, in seconds."""
        self._lags.append(lag)
        self.last, self.worst = lag, max(self.worst, lag)
        self.count += 1
        self.sum += lag

    def percentiles(self) -> tuple[float, float, float]:
        """Return p50, p99 and the maximum of the last minute, in seconds; by nearest rank."""
        ordered = sorted(self._lags)
        if not ordered:
            return 0.0, 0.0, 0.0
        return percentile(ordered, 50), percentile(ordered, 99), ordered[-1]
