"""The public surface as sorted lines of text: every name that a door exports, with members and parameters.

``python -m tests.house.public_surface`` writes ``public_surface.txt`` anew; the difference belongs into the review.
"""

import importlib
import inspect
import pkgutil
from collections.abc import Iterator
from enum import Enum
from pathlib import Path
from typing import Any

import corner_host

FILE = Path(__file__).with_name("public_surface.txt")


def doors() -> Iterator[str]:
    """Yield the front door and each area's."""
    yield "corner_host"
    for module in pkgutil.iter_modules(corner_host.__path__, "corner_host."):
        if module.ispkg:
            yield module.name


def public_surface() -> str:
    """Return the surface as it is now."""
    lines: set[str] = set()
    for door in doors():
        module = importlib.import_module(door)
        for name in getattr(module, "__all__", ()):
            value = getattr(module, name)
            lines.add(f"{door}.{name}{_parameters(value)}")
            if door != "corner_host" and inspect.isclass(value):
                lines.update(f"{door}.{name}.{member}" for member in _members(value))
    return "".join(f"{line}\n" for line in sorted(lines))


def _members(cls: type) -> Iterator[str]:
    """Yield the public members that are ours, not those of a builtin or a library."""
    if issubclass(cls, Enum):
        yield from cls.__members__
        return
    for base in cls.__mro__:
        if not base.__module__.startswith("corner_host"):
            continue
        fields = getattr(base, "__annotations__", {})
        for name in {*vars(base), *fields}:
            if not name.startswith("_"):
                yield f"{name}{_parameters(getattr(cls, name, None))}"


def _parameters(value: Any) -> str:
    """Return ``(a, *, b=...)``; nothing for what is not called."""
    is_plain_class = (
        inspect.isclass(value) and not issubclass(value, Enum) and not getattr(value, "_is_protocol", False)
    )
    if not is_plain_class and not inspect.isroutine(value):
        return ""
    try:
        signature = inspect.signature(value)
    except (TypeError, ValueError):
        return ""
    empty = inspect.Parameter.empty
    bare = [
        one.replace(annotation=empty, default=empty if one.default is empty else _Default(one.default))
        for one in signature.parameters.values()
        if not one.name.startswith("_")
    ]
    return str(signature.replace(parameters=bare, return_annotation=empty))


class _Default:
    """Written as its value where that is plain, and as ``...`` where it is an object."""

    def __init__(self, value: Any) -> None:
        self._value = value

    def __repr__(self) -> str:
        plain = self._value is None or type(self._value) in {bool, int, float, str, tuple}
        return repr(self._value) if plain else "..."


if __name__ == "__main__":
    FILE.write_text(public_surface(), encoding="utf-8")
