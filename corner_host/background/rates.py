"""How quickly things come and go, from counts that were looked at now and then. Pure.

Nothing is done for each item: whoever passes by at a quiet moment leaves a sample, and a rate is the difference of two.
"""

from collections import deque
from typing import NamedTuple, final

SPAN = 60.0
"""Over how many seconds a rate is taken."""

STEP = 5.0
"""How many seconds lie between two samples, at least."""


class Counts(NamedTuple):
    """How many came, ended and failed until then."""

    came: int
    ended: int
    failed: int


@final
class Rates:
    """The counts of the last minute.

    Example:
        >>> rates = Rates(0.0)
        >>> rates.note(10.0, Counts(50, 20, 1))
        >>> rates.per_second(20.0, Counts(100, 60, 1))
        (5.0, 3.0, 0.05)
    """

    def __init__(self, now: float) -> None:
        self._samples = deque([(now, Counts(0, 0, 0))], maxlen=round(SPAN / STEP) + 2)

    def is_due(self, now: float) -> bool:
        """Whether it is time for a sample, by ``time.perf_counter()``."""
        return now - self._samples[-1][0] >= STEP

    def note(self, now: float, counts: Counts) -> None:
        """Leave a sample, unless one was left just before."""
        if self.is_due(now):
            self._samples.append((now, counts))

    def per_second(self, now: float, counts: Counts) -> tuple[float, float, float]:
        """Return how many came, ended and failed each second, over the last minute or all that is known of it."""
        samples = list(self._samples)
        old = [sample for sample in samples if now - sample[0] >= SPAN]
        then, base = old[-1] if old else samples[0]
        seconds = now - then
        if seconds <= 0:
            return (0.0, 0.0, 0.0)
        came, ended, failed = ((new - old) / seconds for new, old in zip(counts, base, strict=True))
        return (came, ended, failed)
