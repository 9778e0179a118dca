"""Comments and trailing commas, blanked out of a JSON text. Pure.

Every character keeps its place, so that what a parser says of the blanked text holds for the text itself. All that is not
a comment or a trailing comma stays, for the parser to accept or to refuse: ``1/**/2`` is no number, ``[,]`` no list.
"""

import re
from typing import Final

# possessive quantifiers (*+, ++) and atomic groups (?>...) keep every failing match linear; a group gets no possessive
# quantifier of its own, since Python 3.11.2, which is Debian 12's, goes on at a wrong place where a round fails half-way
_COMMENT: Final = r"//[^\r\n]*+|/\*(?>(?:[^*]++|\*(?!/))*)\*/"
_COMMENTS: Final = re.compile(_COMMENT)
_GAP: Final = re.compile(rf"(?>(?:[ \t\r\n]++|{_COMMENT})*)")
_PLAIN: Final = re.compile(r'(?>(?:[^"/,]++|"(?>(?:[^"\\]++|\\.)*)"|,(?![ \t\r\n]*+[/}\]]))*)', re.DOTALL)
_VISIBLE: Final = re.compile(r"[^\r\n]")


def blank(text: str) -> str:
    r"""Return *text* with blanks in place of comments and trailing commas.

    Example:
        >>> blank('{"a": [1, 2,], // "b"\n}')
        '{"a": [1, 2 ]        \n}'
    """
    pieces: list[str] = []
    last = ""  # the last character that is neither blank nor comment
    position = 0
    while True:
        start, position = position, _end(_PLAIN, text, position)
        pieces.append(text[start:position])
        last = text[start:position].rstrip()[-1:] or last
        comment = _COMMENTS.match(text, position)
        if comment is not None:
            pieces.append(_VISIBLE.sub(" ", comment[0]))
            position = comment.end()
        elif text[position : position + 1] == ",":
            after = _end(_GAP, text, position + 1)
            trailing = text[after : after + 1] in {"}", "]"} and last not in {"[", "{", ",", ":"}
            pieces.append(" " if trailing else ",")
            last = "" if trailing else ","
            position += 1
        else:  # the end, or something that no parser will like
            pieces.append(text[position:])
            return "".join(pieces)


def _end(pattern: re.Pattern[str], text: str, position: int) -> int:
    match = pattern.match(text, position)
    return position if match is None else match.end()
