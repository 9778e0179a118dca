"""Errors survive a process boundary."""

import pickle

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

    copy = pickle.loads(pickle.dumps(error))

    assert isinstance(copy, BrokenPartError)
    assert (str(copy), copy.part, copy.shelf) == ("Part cog is broken.", "cog", 7)
    assert copy.__notes__ == ["Seen in the evening."]


def test_what_cannot_be_pickled_arrives_as_its_repr() -> None:
    """A field that refuses pickling does not cost the message."""
    error = BrokenPartError(lambda: None, shelf=1)

    copy = pickle.loads(pickle.dumps(error))

    assert "<lambda>" in copy.part
