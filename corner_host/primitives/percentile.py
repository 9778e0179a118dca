"""Percentiles by nearest rank: values that occurred, never ones in between. Pure."""

from collections.abc import Sequence
from math import ceil


def percentile(ordered: Sequence[float], share: int) -> float:
    """Return the value that *share* of 100 of *ordered*, which rises and is not empty, do not exceed.

    Example:
        >>> percentile([1.0, 2.0, 3.0], 50), percentile([1.0, 2.0, 3.0], 95)
        (2.0, 3.0)
    """
    return ordered[ceil(len(ordered) * share / 100) - 1]
