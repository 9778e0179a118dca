"""Where in the application a call came from."""

import sys
from pathlib import Path

_PACKAGE = str(Path(__file__).resolve().parent.parent)


def calling_line() -> str | None:
    """Return ``file:line`` of the nearest caller outside of this package."""
    frame = sys._getframe(1)
    while frame is not None and frame.f_code.co_filename.startswith(_PACKAGE):
        frame = frame.f_back  # type: ignore[assignment]
    return None if frame is None else f"{frame.f_code.co_filename}:{frame.f_lineno}"
