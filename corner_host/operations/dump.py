"""All tasks and threads with their stacks.

Works alike on asyncio and trio: a suspended coroutine knows what it awaits. A few tasks at a time are looked at, so that
the event loop goes on meanwhile.
"""

import sys
import threading
from collections.abc import Iterator
from types import FrameType
from typing import Any, Final

import anyio.lowlevel
import anyio.to_thread

from .contracts import CodePlace, TaskStack, ThreadStack
from .places import code_place, stack_of

_AT_ONCE: Final = 50
_MOST_TASKS: Final = 10_000
_MOST_FRAMES: Final = 100
_Raw = tuple[str, list[tuple[str, int, str]]]


async def task_stacks(content_root: str) -> tuple[TaskStack, ...]:
    """Return the tasks of this event loop."""
    found: list[_Raw] = []
    for index, (name, work) in enumerate(_tasks()):
        if index >= _MOST_TASKS:
            break
        if index % _AT_ONCE == _AT_ONCE - 1:
            await anyio.lowlevel.checkpoint()
        frames = [(each.f_code.co_filename, each.f_lineno or 0, each.f_code.co_qualname) for each in frames_of(work)]
        found.append((name, frames))
    return await anyio.to_thread.run_sync(lambda: tuple(_task(name, frames, content_root) for name, frames in found))


def thread_stacks(content_root: str) -> tuple[ThreadStack, ...]:
    """Return the threads of the process; to be called in a thread of its own, which is left out."""
    known = {each.ident: each for each in threading.enumerate()}
    frames_by_thread = sys._current_frames()  # pyright: ignore[reportPrivateUsage] - documented
    found: list[ThreadStack] = []
    for ident, frame in frames_by_thread.items():
        if ident == threading.get_ident():
            continue
        thread = known.get(ident)
        frames = [(each.f_code.co_filename, each.f_lineno or 0, each.f_code.co_qualname) for each in stack_of(frame)]
        found.append(
            ThreadStack(
                name=f"thread {ident}" if thread is None else thread.name,
                ident=ident,
                is_daemon=thread is not None and thread.daemon,
                frames=tuple(code_place(*each, content_root) for each in reversed(frames[:_MOST_FRAMES])),
            )
        )
    return tuple(sorted(found, key=lambda each: each.name))


def as_text(tasks: tuple[TaskStack, ...], threads: tuple[ThreadStack, ...]) -> str:
    """Return the stacks for people."""
    lines = [f"{len(tasks)} tasks, {len(threads)} threads", ""]
    for task in tasks:
        lines.append(f"Task {task.name}")
        lines += [f"  {_line(place)}" for place in task.frames]
        lines.append("")
    for thread in threads:
        lines.append(f"Thread {thread.name} ({thread.ident}{', daemon' if thread.is_daemon else ''})")
        lines += [f"  {_line(place)}" for place in thread.frames]
        lines.append("")
    return "\n".join(lines)


def frames_of(work: Any) -> Iterator[FrameType]:
    """Yield the frames from *work* to what it finally waits for, the outermost first."""
    for _ in range(_MOST_FRAMES):
        for kind in ("cr", "gi", "ag"):
            frame = getattr(work, f"{kind}_frame", None)
            if frame is not None:
                yield frame
                work = getattr(work, "gi_yieldfrom" if kind == "gi" else f"{kind}_await", None)
                break
        else:
            return


def _tasks() -> Iterator[tuple[str, Any]]:
    for task in anyio.get_running_tasks():
        yield task.name or f"task {task.id}", task.coro


def _task(name: str, frames: list[tuple[str, int, str]], content_root: str) -> TaskStack:
    places = tuple(code_place(*each, content_root) for each in frames)
    own = [each for each in places if each.is_application]
    return TaskStack(name=name, frames=places, waiting_at=own[-1] if own else places[-1] if places else None)


def _line(place: CodePlace) -> str:
    return f"{place}  {place.function}  {place.code}".rstrip()
