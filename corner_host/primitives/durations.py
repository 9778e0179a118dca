"""Durations as they are taken and as they are kept.

Everywhere a duration is taken it may be float seconds or a ``timedelta``; inside, it is float seconds. Pure.
"""

import math

import corner_host.primitives as door


def seconds(value: "door.Duration", name: str, *, minimum: float = 0.0, above: float | None = None) -> float:
    """Turn a duration into float seconds, or say what is wrong with it.

    Args:
        value: Float seconds or a ``timedelta``.
        name: What the caller calls it, for the message.
        minimum: Smallest value allowed, in seconds.
        above: If given, the value must be greater than this.

    Raises:
        ValueError: The value is not a number or is out of range; the message names *name*.
        TypeError: The value is neither a number nor a ``timedelta``.

    Example:
        >>> from datetime import timedelta
        >>> seconds(timedelta(minutes=1), "interval")
        60.0
        >>> seconds(-1, "interval")
        Traceback (most recent call last):
            ...
        ValueError: interval must be at least 0 seconds, not -1.0
    """
    if isinstance(value, int | float) and not isinstance(value, bool):
        result = float(value)
    elif (total := door.times.total_seconds(value)) is not None:
        result = total
    else:
        raise TypeError(f"{name} must be seconds (a number) or a timedelta, not {type(value).__name__}")
    if math.isnan(result):
        raise ValueError(f"{name} must be a number of seconds, not nan")
    if above is not None and result <= above:
        raise ValueError(f"{name} must be above {above:g} seconds, not {result!r}")
    if result < minimum:
        raise ValueError(f"{name} must be at least {minimum:g} seconds, not {result!r}")
    return result
