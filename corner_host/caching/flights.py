"""One creation for all who want the same value at the same time.

The first caller creates; the others wait, in whatever event loop they run. If the first is cancelled, nothing was made,
and the next takes its place; if it fails, all fail with it.
"""

from typing import Any, final

import anyio

from corner_host.primitives import LoopHandle


@final
class Flight:
    """A creation under way. The cache holds its lock around `join` and the three ends; ``wait`` goes without.

    Attributes:
        value: What was made.
        error: Why it was not made.
        abandoned: Whether its creator was cancelled.
    """

    __slots__ = ("_waiting", "abandoned", "error", "value")

    def __init__(self) -> None:
        self.value: Any = None
        self.error: Exception | None = None
        self.abandoned = False
        self._waiting: list[tuple[LoopHandle, anyio.Event]] = []

    def join(self) -> anyio.Event:
        """Return what is set, in the caller's loop, when the creation has ended."""
        event = anyio.Event()
        self._waiting.append((LoopHandle.current(), event))
        return event

    def land(self, value: Any) -> None:
        """Everybody gets *value*."""
        self.value = value
        self._wake()

    def crash(self, error: Exception) -> None:
        """Everybody gets *error*."""
        self.error = error
        self._wake()

    def abandon(self) -> None:
        """Somebody else has to do it."""
        self.abandoned = True
        self._wake()

    def _wake(self) -> None:
        for loop, event in self._waiting:
            loop.post(event.set)
