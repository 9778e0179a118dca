"""Whose code a file is: the application's, a library's, ours."""

import os
from types import TracebackType
from typing import Final

_PACKAGE: Final = os.path.dirname(os.path.dirname(__file__)) + os.sep
_LOOPS: Final = ("anyio", "asyncio", "trio", "outcome")
_STANDARD: Final = os.path.dirname(os.__file__) + os.sep  # asking ``sysconfig`` would take a millisecond
_INSTALLED: Final = tuple(f"{os.sep}{name}{os.sep}" for name in ("site-packages", "dist-packages"))


def is_application(file: str) -> bool:
    """Tell whether *file* belongs to the application: it is neither ours, nor a library's, nor none at all."""
    return not file.startswith((_PACKAGE, _STANDARD, "<")) and not any(folder in file for folder in _INSTALLED)


def is_machinery(file: str) -> bool:
    """Tell whether *file* is what runs applications: ours, or of an event loop."""
    if file.startswith(_PACKAGE):
        return True
    return any(f"{folder}{name}{os.sep}" in file for folder in (_STANDARD, *_INSTALLED) for name in _LOOPS)


def below_ours(trace: TracebackType | None) -> TracebackType | None:
    """Return *trace* from the first line that is not ours on; all of it where there is none."""
    below = trace
    while below is not None and below.tb_frame.f_code.co_filename.startswith(_PACKAGE):
        below = below.tb_next
    return trace if below is None else below
