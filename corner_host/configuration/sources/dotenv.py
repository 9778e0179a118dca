r"""Files of environment variables (``.env``).

    # a comment
    Payment__ApiKey=abc           # a comment needs a blank before it
    export Queue__Capacity=100
    Greeting='as it is, also \n'
    Letter="two\nlines, with \" and \\"

Two underscores stand for ``:``, as in the environment. Quoted values may span lines. Variables are not put into the
process, and ``$NAME`` in a value stays as it is.
"""

import re
from dataclasses import dataclass
from typing import ClassVar, Final, final

from corner_host.configuration.files import FileSource, Parsed
from corner_host.configuration.keys import fold
from corner_host.configuration.text import FormatError, Place, place_at

from .environment import translate

_SKIPPED: Final = re.compile(r"(?>(?:\s++|#[^\r\n]*+)*)")
_NAME: Final = re.compile(r"(?:export[ \t]++)?([^\s=#'\"]++)[ \t]*+=[ \t]*+")
_SINGLE: Final = re.compile(r"'([^']*+)'")
_DOUBLE: Final = re.compile(r'"((?>(?:[^"\\]++|\\.)*))"', re.DOTALL)
_PLAIN: Final = re.compile(r"[^\r\n]*+")
_COMMENT: Final = re.compile(r"(?:^|[ \t])#.*")
_REST: Final = re.compile(r"[ \t]*+(?:#[^\r\n]*+)?(?=[\r\n]|\Z)")
_ESCAPE: Final = re.compile(r'\\([nrt"\\$])')
_ESCAPES: Final = {"n": "\n", "r": "\r", "t": "\t"}


@final
@dataclass(frozen=True)
class DotenvFileSource(FileSource):
    """A file of environment variables."""

    kind: ClassVar[str] = "dotenv"

    def parse(self, text: str) -> Parsed:
        """Return what is in *text*."""
        keys: list[str] = []
        values: list[str | None] = []
        starts: dict[str, int] = {}
        position = _skip(text, 0)
        while position < len(text):
            name = _NAME.match(text, position)
            if name is None:
                raise FormatError("expected NAME=value or # comment.", place_at(text, position))
            key = translate(name[1])
            starts[fold(key)] = name.end()
            value, position = _value(text, name.end())
            keys.append(key)
            values.append(value)
            position = _skip(text, position)
        return Parsed(keys, values, lambda: _places(text, starts))


def _skip(text: str, position: int) -> int:
    match = _SKIPPED.match(text, position)
    return position if match is None else match.end()


def _value(text: str, position: int) -> tuple[str, int]:
    """Return the value that begins at *position*, and where it ends."""
    quote = text[position : position + 1]
    if quote not in {"'", '"'}:
        plain = _PLAIN.match(text, position)
        line = "" if plain is None else plain[0]
        return _COMMENT.sub("", line, count=1).strip(), position + len(line)
    match = (_SINGLE if quote == "'" else _DOUBLE).match(text, position)
    if match is None:
        raise FormatError(f"the quote {quote} is not closed.", place_at(text, position))
    rest = _REST.match(text, match.end())
    if rest is None:
        raise FormatError("there is text behind the closing quote.", place_at(text, match.end()))
    value = match[1]
    if quote == '"':
        value = _ESCAPE.sub(lambda escape: _ESCAPES.get(escape[1], escape[1]), value)
    return value, rest.end()


def _places(text: str, starts: dict[str, int]) -> dict[str, Place]:
    places: dict[str, Place] = {}
    line, line_start, seen = 1, 0, 0
    for folded, start in sorted(starts.items(), key=lambda item: item[1]):
        line += text.count("\n", seen, start)
        line_start = text.rfind("\n", 0, start) + 1
        places[folded] = Place(line, start - line_start + 1)
        seen = start
    return places
