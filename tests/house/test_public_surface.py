"""What an application may import does not change unseen."""

import importlib

import pytest

from .public_surface import FILE, doors, public_surface


def test_the_public_surface_is_the_one_on_file() -> None:
    """A new, lost or changed name shows in ``public_surface.txt``: python -m tests.house.public_surface writes it."""
    now = public_surface().splitlines()

    assert now == FILE.read_text(encoding="utf-8").splitlines()


@pytest.mark.parametrize("door", sorted(doors()))
def test_a_door_names_what_it_exports(door: str) -> None:
    """Each door has a docstring, and the names in its ``__all__``, if it exports any, are there, each once."""
    module = importlib.import_module(door)
    names = list(getattr(module, "__all__", ()))

    assert module.__doc__
    assert len(names) == len(set(names))
    assert all(hasattr(module, name) for name in names)
