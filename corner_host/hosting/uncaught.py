"""What a person reads when a program ends on a mistake in its settings or its wiring: the message, not our frames.

A program whose last line is ``host.run()`` has nobody to catch a `CornerHostError`; Python would print twenty frames of
this package and put the one sentence that helps below them. Errors that were not raised on purpose keep their traceback,
and so does everything when ``CORNER_TRACEBACK`` is set or when somebody (a test runner, an editor, an error reporter)
has brought a hook of their own.
"""

import os
import sys
from collections.abc import Iterator
from types import TracebackType
from typing import cast

import corner_host.hosting as door
from corner_host.primitives import CornerHostError

from .errors import is_told


def explain_uncaught_errors() -> None:
    """Have an uncaught `CornerHostError` written as its message; Python's exit status, 1, stays.

    Does nothing where ``sys.excepthook`` is not Python's own. A group of which every member is such an error is written
    member by member.
    """
    if sys.excepthook is sys.__excepthook__:
        sys.excepthook = _explain


def _explain(kind: type[BaseException], error: BaseException, traceback: TracebackType | None) -> None:
    mistakes = list(_mistakes(error))
    if os.environ.get("CORNER_TRACEBACK"):
        sys.__excepthook__(kind, error, traceback)
        return
    if is_told(error) or sys.stderr is None:  # a process may begin without one
        return
    if not mistakes:
        door.tracebacks.show(error)
        return
    for mistake in mistakes:
        print(f"error: {mistake}", file=sys.stderr)  # noqa: T201 - the place where Python prints tracebacks
    place = _last_place_outside(traceback)
    if place:
        print(f"  at {place}", file=sys.stderr)  # noqa: T201
    print("  (CORNER_TRACEBACK=1 shows the traceback)", file=sys.stderr)  # noqa: T201


def _mistakes(error: BaseException) -> Iterator[CornerHostError]:
    """Yield the errors to write; nothing at all if one of them was not raised on purpose."""
    if isinstance(error, CornerHostError):
        yield error
    elif isinstance(error, BaseExceptionGroup):
        members: list[CornerHostError] = []
        for member in cast("BaseExceptionGroup[BaseException]", error).exceptions:
            found = list(_mistakes(member))
            if not found:
                return
            members += found
        yield from members


def _last_place_outside(traceback: TracebackType | None) -> str:
    """Return file and line of the last frame that is the application's own.

    Not ours, not a library's, and in a file that is there: compiled modules name files of the machine they were made on.
    """
    place = ""
    while traceback is not None:
        file = traceback.tb_frame.f_code.co_filename
        if door.places.is_application(file) and os.path.isfile(file):
            place = f"{file}:{traceback.tb_lineno}"
        traceback = traceback.tb_next
    return place
