"""An exception as it is kept with a job: what, where in the user's code, and the traceback without the way to the handler."""

import sysconfig
import traceback
from pathlib import Path
from types import TracebackType

from corner_host.hosting.places import below_ours

from .contracts import Failure
from .text import storable

_OURS = str(Path(__file__).resolve().parents[1])
_LIBRARIES = tuple(sysconfig.get_path(name) for name in ("stdlib", "platstdlib", "purelib", "platlib"))
_MOST_CHARACTERS = 20_000
_MOST_MESSAGE = 2_000


def failure_of(error: BaseException) -> Failure:
    """Return *error* as data, with the innermost place in code that is neither ours nor a library's."""
    text = "".join(traceback.format_exception(type(error), error, below_ours(error.__traceback__)))
    return Failure(
        kind=storable(type(error).__qualname__),
        message=_message(error),
        place=storable(_place(error.__traceback__)),
        traceback=storable(text if len(text) <= _MOST_CHARACTERS else "...\n" + text[-_MOST_CHARACTERS:]),
    )


def _message(error: BaseException) -> str:
    try:
        text = str(error)
    except Exception as second:  # noqa: BLE001 - an exception of any kind may fail to say what it is
        return f"(its message cannot be read: {type(second).__name__})"
    return storable(text if len(text) <= _MOST_MESSAGE else text[:_MOST_MESSAGE] + "...")


def _place(trace: TracebackType | None) -> str:
    place = ""
    while trace is not None:
        file = trace.tb_frame.f_code.co_filename
        if not file.startswith((_OURS, *_LIBRARIES, "<")):
            place = f"{_relative(file)}:{trace.tb_lineno}"
        trace = trace.tb_next
    return place


def _relative(file: str) -> str:
    path = Path(file)
    return str(path.relative_to(Path.cwd())) if path.is_relative_to(Path.cwd()) else file
