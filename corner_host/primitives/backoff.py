"""How long to wait before trying again. Pure but for the draw.

Used by the host for services that restart and by jobs that failed; neither counts here.
"""

import os
from collections.abc import Callable
from typing import final

import corner_host.primitives as door

from .durations import seconds


def _draw() -> float:
    """Return a number in [0, 1): the system's, since ``random`` loads long, and forked processes would draw the same."""
    return int.from_bytes(os.urandom(7), "big") / (1 << 56)


@final
class Backoff:
    """How long something that failed waits before it is tried again.

    The longest possible wait doubles with each failure; the wait itself is drawn between zero and that bound
    ("full jitter"), so that things which failed together do not come back together.

    Args:
        first: Longest wait after the first failure, float seconds or a ``timedelta``; above 0. Kept in seconds.
        ceiling: Longest wait after any failure, likewise; at least *first*.

    Raises:
        ValueError: An argument is out of range; the message names it.

    Example:
        >>> Backoff(first=1.0, ceiling=30.0).longest(failures=4)
        8.0

    Source: "Exponential Backoff And Jitter", AWS Architecture Blog, 2015.
    """

    __slots__ = ("_ceiling", "_first")

    def __init__(self, *, first: "door.Duration" = 1.0, ceiling: "door.Duration" = 60.0) -> None:
        self._first = seconds(first, "Backoff.first", above=0.0)
        self._ceiling = seconds(ceiling, "Backoff.ceiling", minimum=self._first)

    @property
    def first(self) -> float:
        """The longest wait after the first failure, in seconds."""
        return self._first

    @property
    def ceiling(self) -> float:
        """The longest wait after any failure, in seconds."""
        return self._ceiling

    def longest(self, *, failures: int) -> float:
        """Return the upper bound of the wait after *failures* failures (at least 1), in seconds."""
        if failures < 1:
            raise ValueError(f"failures must be at least 1, not {failures!r}")
        # 2.0 ** 1024 overflows; the ceiling is reached long before
        return min(self._ceiling, self._first * 2.0 ** min(failures - 1, 1000))

    def delay(self, *, failures: int, draw: Callable[[], float] = _draw) -> float:
        """Return a wait after *failures* failures, in seconds; *draw* gives a number in [0, 1)."""
        return self.longest(failures=failures) * draw()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Backoff) and (self._first, self._ceiling) == (other._first, other._ceiling)

    def __hash__(self) -> int:
        return hash((self._first, self._ceiling))

    def __repr__(self) -> str:
        return f"Backoff(first={self._first!r}, ceiling={self._ceiling!r})"
