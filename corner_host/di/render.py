"""How a path through the graph is drawn in errors. Pure."""

from collections.abc import Iterable, Sequence
from typing import get_origin

from corner_host.primitives import name_of

from .keys import shown, shown_value
from .sites import Step


def drawn(steps: Sequence[Step], last: str) -> str:
    """Draw the path as a staircase that ends in *last*.

    Example:
        >>> print(drawn([Step(int, None, int, "x"), Step(str, "k", str, "y")], "bytes  <- missing"))
          int needs
            str (key 'k') needs
              bytes  <- missing
    """
    lines = [*_shortened([f"{_entry(step)} needs" for step in steps]), last]
    return "\n".join(f"{'  ' * (depth + 1)}{line}" for depth, line in enumerate(lines))


def joined(steps: Sequence[Step], last: str) -> str:
    """Write the path in one line, as in ``A -> B(Impl) -> A``."""
    return " -> ".join([*_shortened([_entry(step) for step in steps]), last])


def _shortened(parts: list[str]) -> list[str]:
    """Leave out the middle of a long way; the error's ``path`` has all of it."""
    left_out = len(parts) - MOST_STEPS
    if left_out <= 1:
        return parts
    half = MOST_STEPS // 2
    return [*parts[:half], f"... {left_out} more ...", *parts[-half:]]


MOST_STEPS = 20
"""How many steps of a way are shown."""


def _entry(step: Step) -> str:
    name = shown(step.service_type, step.key)
    if step.implementation is None or step.implementation == step.service_type:
        return name
    if get_origin(step.implementation) is not None and step.implementation == step.service_type:
        return name
    return f"{name_of(step.service_type)}({name_of(step.implementation)})" + (
        "" if step.key is None else f" (key {shown_value(step.key)})"
    )


def listed(items: Iterable[str], most: int = 5) -> str:
    """Write the distinct *items* in a row, and how many more there are.

    Example:
        >>> listed("abcabc", most=2)
        'a, b and 1 more'
    """
    distinct = list(dict.fromkeys(items))
    more = len(distinct) - most
    return ", ".join(distinct[:most]) + (f" and {more} more" if more > 0 else "")
