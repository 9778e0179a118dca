"""The traceback of an application's bug as a person needs it: without the frames of the event loop and the host."""

import os
import sys
import traceback

from .places import is_machinery


def show(error: BaseException) -> None:
    """Write the traceback of *error* to stderr, with those of its causes and members; ours and the event loop's are left out.

    A traceback that has no other frames stays as it is.
    """
    shown = traceback.TracebackException.from_exception(error)
    left_out = _trim(shown)
    for text in shown.format():
        sys.stderr.write(text)
    if left_out:
        sys.stderr.write(
            f"  ({left_out} frames of the host and the event loop left out; CORNER_TRACEBACK=1 shows them)\n"
        )


def _trim(shown: traceback.TracebackException) -> int:
    """Take the machinery out; returns how many frames that were."""
    left_out = 0
    pending = [shown]
    while pending:
        one = pending.pop()
        kept = [frame for frame in one.stack if not is_machinery(os.path.realpath(frame.filename))]
        if kept:
            left_out += len(one.stack) - len(kept)
            one.stack = traceback.StackSummary.from_list(kept)
        pending += [each for each in (one.__cause__, one.__context__, *(one.exceptions or ())) if each is not None]
    return left_out
