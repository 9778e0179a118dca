"""Small lists, sorted as the address says: ``?sort=count`` or ``?sort=-count``. Pure."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

T = TypeVar("T")


def in_order(items: Sequence[T], wanted: str, keys: Mapping[str, Callable[[T], Any]]) -> list[T]:
    """Return *items* in the order *wanted*, one of *keys*, the largest first with a minus; else as they are.

    What has no value comes last, whichever way.

    Example:
        >>> in_order([2, None, 3], "-size", {"size": lambda item: item}), in_order([2, 1], "color", {})
        ([3, 2, None], [2, 1])
    """
    name = wanted.removeprefix("-")
    if name not in keys:
        return list(items)
    key = keys[name]
    known = [item for item in items if key(item) is not None]
    return [
        *sorted(known, key=key, reverse=wanted.startswith("-")),
        *(item for item in items if key(item) is None),
    ]
