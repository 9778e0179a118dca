"""Names: how types and functions are called in messages."""

from collections.abc import Sequence
from typing import Any, Generic, Protocol, TypeVar

import pytest

from corner_host.primitives import name_of, short_name_of

T = TypeVar("T")


class Port(Protocol): ...


class Repository(Generic[T]):
    def save(self) -> None: ...


HERE = __name__


@pytest.mark.parametrize(
    ("thing", "full", "short"),
    [
        (int, "int", "int"),
        (Port, f"{HERE}.Port", "Port"),
        (Repository[int], f"{HERE}.Repository[int]", "Repository[int]"),
        (Repository[Port], f"{HERE}.Repository[{HERE}.Port]", "Repository[Port]"),
        (Repository.save, f"{HERE}.Repository.save", "Repository.save"),
        (Sequence[int], "collections.abc.Sequence[int]", "Sequence[int]"),
        (tuple[int, ...], "tuple[int, ...]", "tuple[int, ...]"),
        (int | None, "int | None", "int | None"),
        (None, "None", "None"),
    ],
)
def test_a_thing_is_named_as_a_person_would(thing: Any, full: str, short: str) -> None:
    """Messages show the module, tables the short name."""
    assert (name_of(thing), short_name_of(thing)) == (full, short)
