"""What is noticed in passing, for whoever asks later: how long items waited, how many came, what failed.

Nothing is done for each item, but for those that failed.
"""

from collections import deque
from time import perf_counter
from typing import Any, final

from .accounts import MetricsSnapshot, ProcessingTime
from .failures import Failures
from .rates import Counts, Rates

_MOST_WAITS = 1000


@final
class Observations:
    """The notebook of a queue.

    Attributes:
        waits: How many seconds items waited that were looked at: the first of each burst, and all that are more than a
            call. Who takes one appends to it.
        failures: The last ones.
        crews: The `Workers` that work the queue off now.
    """

    __slots__ = ("_rates", "crews", "failures", "waits")

    def __init__(self) -> None:
        self.waits: deque[float] = deque(maxlen=_MOST_WAITS)
        self.failures = Failures()
        self.crews: list[Any] = []
        self._rates = Rates(perf_counter())

    def is_due(self, now: float) -> bool:
        """Whether it is time to `count`."""
        return self._rates.is_due(now)

    def count(self, now: float, numbers: MetricsSnapshot) -> tuple[float, float, float]:
        """Return how many items come, end and fail a second, of late, and keep the *numbers* for the next time."""
        counts = Counts(numbers.queued, numbers.completed + numbers.failed + numbers.cancelled, numbers.failed)
        rates = self._rates.per_second(now, counts)
        self._rates.note(now, counts)
        return rates

    def waited(self) -> ProcessingTime | None:
        """Return the percentiles of the waits; None when nothing was looked at."""
        waits = list(self.waits)
        return ProcessingTime.of(waits, count=len(waits), total=sum(waits)) if waits else None
