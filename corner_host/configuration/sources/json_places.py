"""Where in a JSON text every value is, and where the text is wrong. Pure.

One pass over the tokens, with a stack in place of recursion, so that no depth and no length is too much for it. It accepts
JSON with ``//`` and ``/* */`` comments and with trailing commas.
"""

import json
import re
from bisect import bisect_right
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from corner_host.configuration.files import FormatError, Place
from corner_host.configuration.keys import DELIMITER, fold

# possessive quantifiers (*+) keep every failing match linear
_TOKEN: Final = re.compile(
    r"""
    (?P<blank> (?: [ \t\r\n]++ | //[^\r\n]*+ | /\*(?:[^*]++|\*(?!/))*+\*/ )++ )
  | (?P<mark> [{}\[\]:,] )
  | (?P<text> "(?: [^"\\\x00-\x1f]++ | \\["\\/bfnrt] | \\u[0-9a-fA-F]{4} )*+" )
  | (?P<plain> (?: -?(?:0|[1-9][0-9]*+)(?:\.[0-9]++)?(?:[eE][+-]?[0-9]++)? | true | false | null ) (?![\w.+-]) )
    """,
    re.VERBOSE,
)


@dataclass(frozen=True, slots=True)
class Places:
    """Where the values are.

    Attributes:
        root: Where the root value begins.
        places: Place of each value by folded key; of the last one, if a key is there twice.
    """

    root: Place
    places: Mapping[str, Place]


def locate(text: str) -> Places:
    r"""Return the places of all values in *text*.

    Raises:
        FormatError: The text is wrong; the place tells where.

    Example:
        >>> locate('{"Queue": { // settings\n  "Capacity": 100, }}').places["QUEUE:CAPACITY"]
        Place(line=2, column=15)
    """
    place = _line_counter(text)
    root: Place | None = None
    places: dict[str, Place] = {}
    # one entry for each open bracket: the prefix of the keys in it, and the next index (None for an object)
    stack: list[tuple[str, int | None]] = []
    name: str | None = None
    expected = "value"
    position = 0
    while position < len(text):
        match = _TOKEN.match(text, position)
        if match is None:
            raise FormatError(_unreadable(text, position), place(position))
        kind, piece = match.lastgroup, match.group()
        start, position = position, match.end()
        if kind == "blank":
            continue
        if expected in {"value", "value or ]"} and (kind in {"text", "plain"} or piece in {"{", "["}):
            path = _path(stack, name)
            if root is None:
                root = place(start)
            else:
                places[path] = place(start)
            if piece in {"{", "["}:
                prefix = f"{path}{DELIMITER}" if stack else ""
                stack.append((prefix, None if piece == "{" else 0))
                expected = "name or }" if piece == "{" else "value or ]"
            else:
                expected = _after_value(stack)
        elif expected in {"name", "name or }"} and kind == "text":
            name, expected = json.loads(piece), ":"
        elif expected == ":" and piece == ":":
            expected = "value"
        elif expected in {", or }", ", or ]"} and piece == ",":
            prefix, index = stack[-1]
            stack[-1] = (prefix, None if index is None else index + 1)
            expected = "name or }" if index is None else "value or ]"
        elif piece in {"}", "]"} and expected.endswith(f"or {piece}"):
            stack.pop()
            expected = _after_value(stack)
        else:
            raise FormatError(f"expected {expected} here.", place(start))
    if root is None:
        raise FormatError("it is empty; at least {} is needed.", Place(1, 1))
    if stack or expected != "end":
        raise FormatError(f"it ends too early: expected {expected}.", place(len(text)))
    return Places(root, places)


def _path(stack: list[tuple[str, int | None]], name: str | None) -> str:
    if not stack:
        return ""
    prefix, index = stack[-1]
    return prefix + (fold(name or "") if index is None else str(index))


def _after_value(stack: list[tuple[str, int | None]]) -> str:
    if not stack:
        return "end"
    return ", or }" if stack[-1][1] is None else ", or ]"


def _unreadable(text: str, position: int) -> str:
    if text[position] == '"':
        return "this text does not end on its line, or holds a control character or an unknown escape."
    if text.startswith("/*", position):
        return "this comment does not end."
    if text[position] == "'":
        return "texts are quoted with \" in JSON, not with '."
    return "this is not JSON."


def _line_counter(text: str) -> Callable[[int], Place]:
    breaks = [match.start() for match in re.finditer("\n", text)]

    def place(position: int) -> Place:
        line = bisect_right(breaks, position - 1) if position else 0
        start = breaks[line - 1] + 1 if line else 0
        return Place(line + 1, position - start + 1)

    return place
