"""The time of a running event loop, made to stand still and to be moved: one way in for asyncio, one for trio.

`VirtualClock` decides when time moves; here is only how a loop is made to follow. Both do it to the loop that runs
already, so that it does not matter who started the loop, and give it back as it was.
"""

from asyncio import AbstractEventLoop
from typing import cast

from anyio.lowlevel import current_token

from .contracts import LoopTime, NoVirtualTimeError


def time_of_this_loop() -> LoopTime:
    """Return the way into the event loop that runs the calling task.

    Raises:
        NoVirtualTimeError: The loop cannot be made to follow (uvloop's has its time in C).
    """
    native = current_token().native_token
    if hasattr(native, "call_soon_threadsafe"):
        from .asyncio_time import AsyncioTime  # noqa: PLC0415 - the other back end may be missing

        return AsyncioTime(cast("AbstractEventLoop", native))
    from .trio_time import TrioTime  # noqa: PLC0415 - the same

    return TrioTime()


__all__ = ["LoopTime", "NoVirtualTimeError", "time_of_this_loop"]
