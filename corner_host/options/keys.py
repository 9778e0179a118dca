"""Service keys that are put together at run time."""

from typing import Any


def closed(generic: Any, argument: type[Any]) -> Any:
    """Return ``generic[argument]`` for an argument that type checkers do not know."""
    return generic[argument]
