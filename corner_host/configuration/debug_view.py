"""All values as an indented text."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import final

from corner_host.primitives import mask

from .contracts import ConfigurationProvider
from .explain import is_secret
from .keys import join
from .store import Store


@final
@dataclass(frozen=True, slots=True)
class DebugViewContext:
    """One value of the debug view.

    Attributes:
        path: Full key.
        key: Last segment of *path*.
        value: The value, not masked.
        provider: The provider that won.
    """

    path: str
    key: str
    value: str | None
    provider: ConfigurationProvider


def debug_view(store: Store, process_value: Callable[[DebugViewContext], str | None] | None) -> str:
    """Return ``key=value (provider)`` for every value and ``key:`` for every other node, two blanks a level."""
    snapshot = store.snapshot
    lines: list[str] = []
    stack = [(name, name, folded, 0) for name, folded in reversed(snapshot.children(None))]
    while stack:
        path, key, folded, depth = stack.pop()
        position = snapshot.winner(folded)
        indent = "  " * depth
        if position is None:
            lines.append(f"{indent}{key}:")
        else:
            provider = snapshot.layers[position].provider
            value = snapshot.values[folded]
            if process_value is not None:
                value = process_value(DebugViewContext(path, key, value, provider))
            elif is_secret(store, path):
                value = mask(value)
            lines.append(f"{indent}{key}={'' if value is None else value} ({provider.name})")
        children = reversed(snapshot.children(folded))
        stack.extend((join(path, name), name, child, depth + 1) for name, child in children)
    return "\n".join(lines)
