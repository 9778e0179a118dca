"""A service that the host waited for in vain."""

from dataclasses import dataclass
from typing import final


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingService:
    """A service that had to be cancelled, and where it was; without a place and a wait if its turn came when time was up.

    Args:
        name: Class or function.
        file: The file of the code that waited, empty if it could not be found.
        line: The line there, from 1; 0 if unknown.
        waited: For how long the host had waited for it, in seconds.
    """

    name: str
    file: str
    line: int
    waited: float

    def __str__(self) -> str:
        where = f" at {self.file}:{self.line}" if self.file else ""
        return f"{self.name} waited {self.waited:.1f} s{where}"
