"""What items are called in logs, reports and pages.

Most items are never asked for their name, so none has one until somebody asks. It holds when the item came, or began to run,
so that names stand in that order and are new in every process; and a number, so that no two are alike.
"""

from itertools import count
from time import perf_counter, time_ns
from typing import Final

_EPOCH: Final = time_ns() - int(perf_counter() * 1e9)
"""When ``time.perf_counter()`` was 0, in nanoseconds of the clock; looked at once, since the same moment is asked for again."""

new_number: Final = count(1).__next__
"""Return a number that no item of this process has been given, and no worker."""


def item_id(moment: float, number: int) -> str:
    """Return the name of what came, or began, at *moment*, by ``time.perf_counter()``: 22 hexadecimal digits."""
    return f"{_EPOCH + int(moment * 1e9):016x}{number:06x}"
