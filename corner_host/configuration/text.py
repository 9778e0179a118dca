"""Text that comes from outside: reading it, decoding it, and places in it."""

import stat
from pathlib import Path
from typing import NamedTuple


class Place(NamedTuple):
    """A place in a file, both numbers from 1; None where the parser does not tell."""

    line: int | None = None
    column: int | None = None


class FormatError(Exception):
    """A parser does not understand the text. The reason shows nothing of a value."""

    def __init__(self, reason: str, place: Place = Place()) -> None:  # noqa: B008 - immutable
        super().__init__(reason)
        self.reason = reason
        self.place = place


def read_file(path: Path, max_bytes: int | None = None) -> bytes:
    """Return the content of a regular file.

    Raises:
        OSError: It cannot be read, is something else than a regular file, or is larger than *max_bytes*.
    """
    status = path.stat()
    if not stat.S_ISREG(status.st_mode):
        raise OSError("it is a directory" if stat.S_ISDIR(status.st_mode) else "it is not a regular file")
    if max_bytes is not None and status.st_size > max_bytes:
        raise OSError(f"it has {status.st_size:,} bytes, and this format is read up to {max_bytes:,}")
    return path.read_bytes()


def decode(content: bytes) -> str:
    """Return the text of UTF-8 *content* without its byte order mark.

    Raises:
        FormatError: It is not UTF-8, or holds a NUL character.
    """
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise FormatError("it is encoded as UTF-16. To fix: save it as UTF-8.")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = content[: error.start]
        column = len(before[before.rfind(b"\n") + 1 :].decode("utf-8", "replace")) + 1
        place = Place(before.count(b"\n") + 1, column)
    else:
        position = text.find("\0")
        if position < 0:
            return text
        raise FormatError("it holds a NUL character; is it a text file?", place_at(text, position))
    raise FormatError("it is not valid UTF-8. To fix: save it as UTF-8.", place)


def place_at(text: str, position: int) -> Place:
    """Return line and column of a position in *text*."""
    return Place(text.count("\n", 0, position) + 1, position - text.rfind("\n", 0, position))
