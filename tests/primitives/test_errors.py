"""Errors survive a process boundary."""

import copy
import pickle
from collections.abc import Callable
from typing import Any

import pytest

from corner_host.primitives import CornerHostError


class BrokenPartError(CornerHostError, LookupError):
    def __init__(self, part: object, *, shelf: int) -> None:
        super().__init__(f"Part {part} is broken.")
        self.part = part
        self.shelf = shelf


def test_an_error_keeps_its_fields_and_notes_when_pickled() -> None:
    """A constructor with other arguments than the message does not hinder pickling."""
    error = BrokenPartError("cog", shelf=7)
    error.add_note("Seen in the evening.")

    again = pickle.loads(pickle.dumps(error))

    assert isinstance(again, BrokenPartError)
    assert (str(again), again.part, again.shelf) == ("Part cog is broken.", "cog", 7)
    assert again.__notes__ == ["Seen in the evening."]


def test_what_cannot_be_pickled_arrives_as_its_repr() -> None:
    """A field that refuses pickling does not cost the message."""
    error = BrokenPartError(lambda: None, shelf=1)

    again = pickle.loads(pickle.dumps(error))

    assert "<lambda>" in again.part


class MissingPartError(CornerHostError, ValueError, FileNotFoundError):
    def __init__(self, part: str) -> None:
        super().__init__(f"Part {part} is missing.")
        self.part = part


@pytest.mark.parametrize("duplicate", [copy.copy, lambda error: pickle.loads(pickle.dumps(error))])
def test_an_error_with_several_builtins_as_bases_can_be_pickled(duplicate: Callable[[Any], Any]) -> None:
    """Also where the first of them is not the one that gives the class its layout."""
    again = duplicate(MissingPartError("cog"))

    assert type(again) is MissingPartError
    assert (str(again), again.part) == ("Part cog is missing.", "cog")
