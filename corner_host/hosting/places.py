"""Whose code a file is: the application's, a library's, ours."""

import os
import sysconfig
from types import TracebackType
from typing import Final

_PACKAGE: Final = os.path.dirname(os.path.dirname(__file__))
_LOOPS: Final = ("anyio", "asyncio", "trio", "outcome")
_LIBRARIES: Final = tuple(sysconfig.get_paths()[name] for name in ("stdlib", "platstdlib", "purelib", "platlib"))


def is_application(file: str) -> bool:
    """Tell whether *file* belongs to the application: it is neither ours, nor a library's, nor none at all."""
    return not file.startswith((_PACKAGE, *_LIBRARIES, "<"))


def is_machinery(file: str) -> bool:
    """Tell whether *file* is what runs applications: ours, or of an event loop."""
    if file.startswith(_PACKAGE + os.sep):
        return True
    return any(file.startswith(os.path.join(library, name) + os.sep) for library in _LIBRARIES for name in _LOOPS)


def below_ours(trace: TracebackType | None) -> TracebackType | None:
    """Return *trace* from the first line that is not ours on; all of it where there is none."""
    below = trace
    while below is not None and below.tb_frame.f_code.co_filename.startswith(_PACKAGE + os.sep):
        below = below.tb_next
    return trace if below is None else below
