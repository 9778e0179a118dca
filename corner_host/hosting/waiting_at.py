"""At which line of whose code a piece of work waits.

A suspended coroutine knows what it awaits, and that knows what it awaits: the chain ends at the event loop. Named is the
innermost line that belongs to an application, not to the machinery below it. Where the work waits for tasks of its own,
the first of them is followed. Works alike on asyncio and trio; nothing is traced or stored while all is well.
"""

import gc
import linecache
import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from traceback import walk_tb
from types import CodeType, FrameType
from typing import Any, Final, final

import anyio

from .call import Call
from .execution import Execution
from .member import Member
from .places import is_application

_MACHINERY: Final = frozenset({"anyio", "asyncio", "trio", "outcome", "contextlib"})


@final
@dataclass(frozen=True, slots=True)
class Place:
    """A line of code; without a file where none is known."""

    file: str = ""
    line: int = 0
    function: str = ""

    @property
    def text(self) -> str:
        """The source of the line, without indentation; empty where it is not known."""
        return linecache.getline(self.file, self.line).strip() if self.file else ""

    @property
    def near(self) -> str:
        """The place as a person looks it up: ``orders/payment.py:41``, from the working directory; empty if unknown."""
        if not self.file:
            return ""
        try:
            here = os.getcwd() + os.sep
        except OSError:  # somebody has removed it
            here = ""
        return f"{self.file.removeprefix(here)}:{self.line}"

    def __str__(self) -> str:
        return f" at {self.file}:{self.line} in {self.function}" if self.file else ""


@final
class TaskTree:
    """The tasks that run in this event loop now, and which began which; to be made in its thread."""

    def __init__(self) -> None:
        self._work: dict[int, Any] = {}
        self._child: dict[int, int] = {}
        self._running: dict[int, int] = {}
        for task in anyio.get_running_tasks():
            self._work[task.id] = task.coro
            if task.parent_id is not None:
                self._child.setdefault(task.parent_id, task.id)
            for frame in _frames(task.coro):
                self._running[id(frame)] = task.id

    def below(self, work: Any) -> Iterator[Any]:
        """Yield the work of the first task that the one of *work* began, of the first that this one began, and so on."""
        task = self._running.get(id(getattr(work, "cr_frame", None)))
        while task is not None and (task := self._child.get(task)) is not None:
            yield self._work[task]


def place_of(call: Call, tasks: TaskTree | None = None) -> Place:
    """Return where *call* waits: for a background service that is asked to stop, where its ``execute`` does."""
    member = call.member
    execution = member.execution if isinstance(member, Member) else member
    onward = execution.work if isinstance(execution, Execution) else None
    return waiting_at(call.work, tasks=tasks, through=Execution.ended.__code__, onward=onward)


def waiting_at(
    work: Any, *, tasks: TaskTree | None = None, through: CodeType | None = None, onward: Any = None
) -> Place:
    """Return where *work*, a coroutine that is suspended in some task, waits.

    Args:
        work: The coroutine.
        tasks: The tasks, for one who asks more than once.
        through: The code of a function that only waits for *onward*: if *work* is inside it, *onward* is looked at.
        onward: Another coroutine.
    """
    frames = list(_frames(work))
    if through is not None and onward is not None and any(frame.f_code is through for frame in frames):
        return waiting_at(onward, tasks=tasks)
    for child in (tasks or TaskTree()).below(work):
        below = list(_frames(child))
        if any(_is_application(frame) for frame in below):
            frames += below
    return _innermost(frames)


def raised_at(error: BaseException) -> Place:
    """Return the innermost line of an application that *error* went through; of anything else if there is none."""
    steps = list(walk_tb(error.__traceback__))
    for own in (_is_application, _is_no_machinery):
        for frame, line in reversed(steps):
            if own(frame):
                return Place(frame.f_code.co_filename, line, frame.f_code.co_qualname)
    return Place()


def _innermost(frames: list[FrameType]) -> Place:
    for own in (_is_application, _is_no_machinery):
        if chosen := [frame for frame in frames if own(frame)]:
            return _place(chosen[-1])
    return _place(frames[-1]) if frames else Place()


def _place(frame: FrameType) -> Place:
    return Place(frame.f_code.co_filename, frame.f_lineno or 0, frame.f_code.co_qualname)


def _frames(work: Any) -> Iterator[FrameType]:
    """Yield the frames from *work* to what it finally waits for, the outermost first."""
    seen = 0
    while work is not None and seen < 1000:
        seen += 1
        for kind in ("cr", "gi", "ag"):
            if hasattr(work, f"{kind}_frame"):
                frame = getattr(work, f"{kind}_frame")
                if frame is not None:
                    yield frame
                work = getattr(work, "gi_yieldfrom" if kind == "gi" else f"{kind}_await", None)
                break
        else:
            # the awaitable of an async generator's step hides the generator
            work = _generator_behind(work)


def _generator_behind(awaitable: Any) -> Any:
    if type(awaitable).__name__ not in {"async_generator_asend", "async_generator_athrow", "coroutine_wrapper"}:
        return None
    # the only way to see through these, and only taken for a report
    return next(
        (thing for thing in gc.get_referents(awaitable) if hasattr(thing, "ag_frame") or hasattr(thing, "cr_frame")),
        None,
    )


def _is_application(frame: FrameType) -> bool:
    return is_application(frame.f_code.co_filename)


def _is_no_machinery(frame: FrameType) -> bool:
    return str(frame.f_globals.get("__name__", "")).partition(".")[0] not in _MACHINERY


def thread_at(ident: int) -> Place:
    """Return the line that another thread is at, such as the one whose event loop is blocked."""
    frames_of = sys._current_frames()  # pyright: ignore[reportPrivateUsage] - documented
    frame = frames_of.get(ident)
    frames: list[FrameType] = []
    while frame is not None:
        frames.append(frame)
        frame = frame.f_back
    return _innermost(frames[::-1])
