"""Lines of code, as they are shown: relative to the application, with the text of the line."""

import linecache
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
    """Return *file* as seen from the content root, or from the folder where libraries are."""
    for root in (content_root, *sorted(_LIBRARIES, key=len, reverse=True)):
        if root and file.startswith(root.rstrip("/\\") + ("/" if "/" in file else "\\")):
            return file[len(root.rstrip("/\\")) + 1 :]
    return file


def stack_of(frame: FrameType | None) -> Iterator[FrameType]:
    """Yield the frames of a thread, from where it is outwards."""
    while frame is not None:
        yield frame
        frame = frame.f_back
