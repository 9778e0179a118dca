"""Where in the application a call came from."""

import inspect
from os import path
from types import FrameType

_PACKAGE = path.dirname(path.dirname(path.realpath(__file__)))


def calling_line() -> str | None:
    """Return ``file:line`` of the nearest caller outside of this package."""
    frame: FrameType | None = inspect.currentframe()
    while frame is not None:
        if not frame.f_code.co_filename.startswith(_PACKAGE):
            return f"{frame.f_code.co_filename}:{frame.f_lineno}"
        frame = frame.f_back
    return None
