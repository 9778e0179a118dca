"""TOML files, read by the standard library.

Tables become paths, arrays numbered children. Scalars become the text that JSON would show: ``true``, ISO 8601 dates; a
float stays as it is written. The parser tells no lines, except of errors.
"""

import re
import tomllib
from dataclasses import dataclass
from typing import ClassVar, Final, final

from corner_host.configuration.files import FileSource, Parsed
from corner_host.configuration.keys import fold
from corner_host.configuration.nested import flatten
from corner_host.configuration.text import FormatError, Place, place_at

_PLACE: Final = re.compile(r"(.*) \(at (?:line (\d+), column (\d+)|end of document)\)", re.DOTALL)


@final
@dataclass(frozen=True)
class TomlFileSource(FileSource):
    """A TOML file."""

    kind: ClassVar[str] = "toml"
    max_bytes: ClassVar[int | None] = 16 * 2**20

    def parse(self, text: str) -> Parsed:
        """Return what is in *text*."""
        try:
            root = tomllib.loads(text, parse_float=str)
        except ValueError as error:  # a TOMLDecodeError, or a number with too many digits
            reason, place = _taken_apart(str(error), text)
        else:
            arrays: list[str] = []
            pairs = list(flatten(root, arrays=arrays))
            keys = [key for key, _ in pairs]
            return Parsed(keys, [value for _, value in pairs], dict, frozenset(map(fold, arrays)))
        raise FormatError(f"{reason[:1].lower()}{reason[1:]}.", place)


def _taken_apart(message: str, text: str) -> tuple[str, Place]:
    """Return the reason and the place that the parser's message tells."""
    match = _PLACE.fullmatch(message)
    if match is None:
        return message, Place()
    reason, line, column = match.groups()
    return reason, place_at(text, len(text)) if line is None else Place(int(line), int(column))
