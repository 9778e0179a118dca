"""Where in a JSON text every value is. Pure.

One pass over the tokens, with a stack in place of recursion. The text is one that a parser has accepted, with ``//`` and
``/* */`` comments and trailing commas at most.
"""

import json
import re
from bisect import bisect_left
from collections.abc import Callable
from typing import Final

from corner_host.configuration.keys import DELIMITER, fold
from corner_host.configuration.text import Place

_TOKEN: Final = re.compile(
    r'//[^\r\n]*+|/\*(?>(?:[^*]++|\*(?!/))*)\*/|"(?>(?:[^"\\]++|\\.)*)"|[{}\[\]:,]|[^\s{}\[\]:,"/]++', re.DOTALL
)


def locate(text: str) -> dict[str, Place]:
    r"""Return the place of every value below the root by folded key; of the last one, if there are several for a key.

    Example:
        >>> locate('{"Queue": { // settings\n  "Capacity": 100, }}')["QUEUE:CAPACITY"]
        Place(line=2, column=15)
    """
    place = line_counter(text)
    places: dict[str, Place] = {}
    # for each open bracket the prefix of the keys in it, and the next index (None for an object)
    stack: list[tuple[str, int | None]] = []
    name: str | None = None
    for match in _TOKEN.finditer(text):
        piece = match[0]
        if piece.startswith("/") or piece == ":":
            continue
        if piece == ",":
            prefix, index = stack[-1]
            stack[-1] = (prefix, None if index is None else index + 1)
            name = None
        elif piece in {"}", "]"}:
            stack.pop()
        elif stack and stack[-1][1] is None and name is None:
            name = json.loads(piece)
        else:
            prefix = ""
            if stack:
                path = _path(*stack[-1], name)
                places[path] = place(match.start())
                prefix = path + DELIMITER
            if piece in {"{", "["}:
                stack.append((prefix, None if piece == "{" else 0))
                name = None
    return places


def line_counter(text: str) -> Callable[[int], Place]:
    """Return a function that gives line and column of a position in *text*, quickly for many positions."""
    breaks = [match.start() for match in re.finditer("\n", text)]

    def place(position: int) -> Place:
        line = bisect_left(breaks, position)
        return Place(line + 1, position - (breaks[line - 1] if line else -1))

    return place


def _path(prefix: str, index: int | None, name: str | None) -> str:
    return prefix + (fold(name or "") if index is None else str(index))
