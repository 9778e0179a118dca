"""A traceback's text in frames, so that a library's can be folded away and the application's stay open. Pure."""

import re
from dataclasses import dataclass
from typing import Final, final

_PLACE: Final = re.compile(r'^\s*(?:\|\s*)*File "(?P<file>[^"]+)", line (?P<line>\d+)(?:, in (?P<function>.+))?$')
_LIBRARY: Final = re.compile(r"(site-packages|dist-packages|lib/python\d|[\\/]corner_host[\\/]|^<)")


@final
@dataclass(frozen=True, slots=True)
class Frame:
    """A part of a traceback: lines of one frame, or (without a file) what stands between and after frames."""

    text: str
    file: str = ""
    line: int = 0
    function: str = ""
    is_library: bool = False


def frames_of(traceback: str) -> list[Frame]:
    r"""Return the parts of a traceback, in order.

    Example:
        >>> text = 'Traceback (most recent call last):\n  File "shop.py", line 3, in sell\n    pay()\nValueError: no money'
        >>> [(frame.function, frame.is_library, frame.text.strip()) for frame in frames_of(text)]
        [('', False, 'Traceback (most recent call last):'), ('sell', False, 'pay()'), ('', False, 'ValueError: no money')]
    """
    found: list[Frame] = []
    lines: list[str] = []
    place: re.Match[str] | None = None

    def close() -> None:
        if place is not None:
            file = place["file"]
            is_library = _LIBRARY.search(file) is not None
            found.append(Frame("\n".join(lines), file, int(place["line"]), place["function"] or "", is_library))
        elif any(line.strip() for line in lines):
            found.append(Frame("\n".join(lines)))

    for each in traceback.splitlines():
        match = _PLACE.match(each)
        if match is not None or (place is not None and not each.startswith((" ", "\t"))):
            close()
            lines, place = [], match
        if match is None:
            lines.append(each)
    close()
    return found
