"""Lines of code, as they are shown: relative to the application, with the text of the line."""

import linecache
import os
import sysconfig
from collections.abc import Iterator
from pathlib import Path
from types import FrameType
from typing import Final

from .contracts import CodePlace

_PACKAGE: Final = str(Path(__file__).parents[1])
_LIBRARIES: Final = tuple(sysconfig.get_paths()[name] for name in ("stdlib", "platstdlib", "purelib", "platlib"))


def code_place(file: str, line: int, function: str, content_root: str) -> CodePlace:
    """Return the place for people; its text is read from the file."""
    return CodePlace(
        file=relative(file, content_root),
        line=line,
        function=function,
        code=linecache.getline(file, line).strip(),
        is_application=is_application(file),
    )


def of_frame(frame: FrameType, content_root: str) -> CodePlace:
    """Return the place of a frame."""
    code = frame.f_code
    return code_place(code.co_filename, frame.f_lineno or 0, code.co_qualname, content_root)


def is_application(file: str) -> bool:
    """Tell whether a file is neither a library's nor ours."""
    return not file.startswith((_PACKAGE, *_LIBRARIES, "<"))


def relative(file: str, content_root: str) -> str:
    """Return *file* as seen from where libraries are, from the working directory, as the log has it, or from the content root."""
    for root in (*sorted(_LIBRARIES, key=len, reverse=True), _working_directory(), content_root):
        folder = root.rstrip("/\\")
        if folder and file.startswith(folder + ("/" if "/" in file else "\\")):
            return file[len(folder) + 1 :]
    return file


def _working_directory() -> str:
    try:
        return os.getcwd()  # noqa: PTH109 - many times a page, and only a text
    except OSError:  # it is gone
        return ""


def stack_of(frame: FrameType | None) -> Iterator[FrameType]:
    """Yield the frames of a thread, from where it is outwards."""
    while frame is not None:
        yield frame
        frame = frame.f_back
