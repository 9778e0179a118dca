"""TOML files, read by the standard library.

Tables become paths, arrays numbered children. Scalars become the text that JSON would show: ``true``, ISO 8601 dates; a
float stays as it is written. The parser tells no lines, except of errors.
"""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, time
from typing import Any, ClassVar, Final, final

from corner_host.configuration.files import FileSource, Parsed
from corner_host.configuration.keys import DELIMITER, fold
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
            keys: list[str] = []
            values: list[str | None] = []
            arrays: list[str] = []
            _flatten(root, "", keys, values, arrays)
            return Parsed(keys, values, dict, frozenset(map(fold, arrays)))
        raise FormatError(f"{reason[:1].lower()}{reason[1:]}.", place)


def _flatten(
    node: Mapping[str, Any], prefix: str, keys: list[str], values: list[str | None], arrays: list[str]
) -> None:
    for name, value in node.items():
        key = prefix + name
        if isinstance(value, list):
            arrays.append(key)
        if members := _members(value):
            _flatten(members, f"{key}{DELIMITER}", keys, values, arrays)
            continue
        keys.append(key)
        values.append(_text(value))


def _taken_apart(message: str, text: str) -> tuple[str, Place]:
    """Return the reason and the place that the parser's message tells."""
    match = _PLACE.fullmatch(message)
    if match is None:
        return message, Place()
    reason, line, column = match.groups()
    return reason, place_at(text, len(text)) if line is None else Place(int(line), int(column))


def _members(value: Any) -> Mapping[str, Any]:
    if value.__class__ is list:
        return {str(index): element for index, element in enumerate(value)}
    return value if value.__class__ is dict else {}


def _text(value: Any) -> str | None:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (date, time)):
        return value.isoformat()
    if isinstance(value, dict):
        return None
    return "" if isinstance(value, list) else str(value)
