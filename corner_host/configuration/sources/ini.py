"""INI files.

    ; or # or / begins a comment line
    [Section:Sub]
    Key = value
    Quoted = " one pair of double quotes around is removed "

There is no comment behind a value, no interpolation and no continuation line. Every value is text.
"""

import re
from dataclasses import dataclass
from typing import ClassVar, Final, final

from corner_host.configuration.files import FileSource, Parsed
from corner_host.configuration.keys import DELIMITER, fold
from corner_host.configuration.text import FormatError, Place

LINE_END: Final = re.compile(r"\r\n|\r|\n")


@final
@dataclass(frozen=True)
class IniFileSource(FileSource):
    """An INI file."""

    kind: ClassVar[str] = "ini"

    def parse(self, text: str) -> Parsed:
        """Return what is in *text*."""
        keys: list[str] = []
        values: list[str | None] = []
        places: dict[str, Place] = {}
        prefix = ""
        for number, raw in enumerate(LINE_END.split(text), 1):
            line = raw.strip()
            if not line or line[0] in ";#/":
                continue
            if line[0] == "[" and line[-1] == "]":
                prefix = line[1:-1].strip() + DELIMITER
                continue
            name, equals, value = line.partition("=")
            if not equals:
                wanted = (
                    "the header of a section needs a ']'"
                    if line[0] == "["
                    else "expected Key=Value, [Section] or ; comment"
                )
                raise FormatError(f"{wanted}.", Place(number, raw.index(line[0]) + 1))
            key = prefix + name.strip()
            keys.append(key)
            values.append(_unquoted(value.strip()))
            places[fold(key)] = Place(number, raw.index("=") + 2 + len(value) - len(value.lstrip()))
        return Parsed(keys, values, lambda: places)


def _unquoted(value: str) -> str:
    return value[1:-1] if len(value) > 1 and value[0] == value[-1] == '"' else value
