"""Doors that load what is behind them when it is first asked for.

``import corner_host.di`` should not cost what nobody uses of it, so an area's door names the rooms and what is to be found
in each, and a stub beside it (``__init__.pyi``) says the same to type checkers, with plain imports. A room that is seldom
needed, inside its area too, is entered by way of the door: ``di.problems``, after ``import corner_host.di as di``. A test
holds doors and stubs together, another one what is not loaded.
"""

import sys
from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any


def door(
    area: str, rooms: Mapping[str, tuple[str, ...]], *, seldom: tuple[str, ...] = ()
) -> tuple[Callable[[str], Any], Callable[[], list[str]]]:
    """Return the ``__getattr__`` and the ``__dir__`` of an area's door.

    Args:
        area: The door's ``__name__``.
        rooms: The modules behind it, each with the names that it gives.
        seldom: Modules that are attributes of the door themselves, loaded when they are first used.
    """
    room_of = {name: room for room, names in rooms.items() for name in names}
    names = sorted(room_of)

    def get(name: str) -> Any:
        if name == "__all__":
            return names
        if name in seldom:
            return import_module(f"{area}.{name}")
        room = room_of.get(name)
        if room is None:
            raise AttributeError(f"module {area!r} has no attribute {name!r}")
        value = getattr(import_module(f"{area}.{room}"), name)
        setattr(sys.modules[area], name, value)  # found by itself from now on
        return value

    def list_names() -> list[str]:
        return sorted({*vars(sys.modules[area]), *names})

    return get, list_names
