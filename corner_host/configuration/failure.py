"""One value that does not fit."""

from dataclasses import dataclass
from typing import final


@final
@dataclass(frozen=True, slots=True)
class BindingFailure:
    """One value that does not fit its field.

    Attributes:
        key: Full key, as it is written in the source that won.
        value: The text found there, masked when it is secret; None when there is none.
        source: Where it came from, as text: a file with line and column, a variable, an argument; None when missing.
        message: What is wrong with it.
    """

    key: str
    value: str | None
    source: str | None
    message: str

    def __str__(self) -> str:
        found = "" if self.value is None else f" (found {self.value!r})"
        source = "" if self.source is None else f"\n    from {self.source}"
        return f"{self.key}: {self.message}{found}{source}"
