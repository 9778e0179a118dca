"""Where a value came from."""

from dataclasses import dataclass
from typing import final


@final
@dataclass(frozen=True, slots=True)
class Origin:
    """Where one value came from.

    Attributes:
        source: Name of the provider.
        file: The file, if there is one.
        line: Line in *file*, from 1, where the parser tells it.
        column: Column in *line*, from 1.
        name: The variable or argument, if it was one.
    """

    source: str
    file: str | None = None
    line: int | None = None
    column: int | None = None
    name: str | None = None

    def __str__(self) -> str:
        if self.file is not None:
            return ":".join(str(part) for part in (self.file, self.line, self.column) if part is not None)
        return self.source if self.name is None else f"{self.source} {self.name}"
