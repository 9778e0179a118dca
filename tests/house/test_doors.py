"""Doors that load late: what type checkers see is what is there."""

import ast
import importlib
from pathlib import Path

import pytest

from corner_host.primitives.door import door

from .programs import ROOT

STUBS = sorted((ROOT / "corner_host").rglob("__init__.pyi"))


def module_of(stub: Path) -> str:
    """Return the dotted name of the package that *stub* describes."""
    return ".".join(stub.parent.relative_to(ROOT).parts)


def names_in(stub: Path) -> list[str]:
    """Return the ``__all__`` of a stub."""
    (listed,) = [
        ast.literal_eval(line.value)
        for line in ast.parse(stub.read_text(encoding="utf-8")).body
        if isinstance(line, ast.Assign) and ast.unparse(line.targets[0]) == "__all__"
    ]
    return list(listed)


@pytest.mark.parametrize("stub", STUBS, ids=module_of)
def test_a_door_and_its_stub_name_the_same(stub: Path) -> None:
    """Neither has a name that the other one lacks."""
    package = importlib.import_module(module_of(stub))

    assert sorted(names_in(stub)) == sorted(package.__all__)


@pytest.mark.parametrize("stub", STUBS, ids=module_of)
def test_a_name_comes_from_the_room_that_the_stub_says(stub: Path) -> None:
    """``from .room import name`` in the stub is what the door does, and a room that it gives is a module."""
    name = module_of(stub)
    package = importlib.import_module(name)
    for line in ast.parse(stub.read_text(encoding="utf-8")).body:
        if not isinstance(line, ast.ImportFrom):
            continue
        room = f"{name}.{line.module}" if line.level else str(line.module)
        for alias in line.names:
            try:
                found = getattr(package, alias.name)
            except ImportError:  # of an extra that is not installed here
                continue
            if line.module is None:
                assert found is importlib.import_module(f"{name}.{alias.name}")
            else:
                assert found is getattr(importlib.import_module(room), alias.name)


def test_another_name_is_an_attribute_error() -> None:
    """As of any module."""
    area = importlib.import_module("corner_host.hosting")

    with pytest.raises(AttributeError, match=r"module 'corner_host.hosting' has no attribute 'Hoost'"):
        getattr(area, "Hoost")


def test_a_door_lists_what_it_gives() -> None:
    """Completion in an editor's shell sees the names before they are loaded."""
    _, list_names = door("corner_host.di", {"nowhere": ("Something",)})

    assert "Something" in list_names()
