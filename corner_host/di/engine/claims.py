"""One makes a shared object, the others wait for it, be they threads or tasks.

Whoever finds an object missing claims its place. Those who come later wait for the claim to end and look again: if the
maker failed or was cancelled, one of them is the next to try. Before waiting it is made sure that the maker does not wait,
through others, for the one who is about to: that would be a cycle through factories of which each thread sees a part.
"""

import threading
from _thread import allocate_lock, get_ident
from collections.abc import Callable
from typing import Self, final

import anyio

from corner_host.primitives import LoopHandle

_lock = threading.Lock()


class Claimant:
    """Someone who makes objects: one walk through a graph."""

    __slots__ = ("nested", "outer", "waits_for")

    def __init__(self, outer: "Claimant | None") -> None:
        self.outer = outer
        self.nested: list[Claimant] = []
        self.waits_for: Claim | None = None

    def __enter__(self) -> Self:
        if self.outer is not None:  # be seen as part of the construction that asked
            self.outer.nested.append(self)
        return self

    def __exit__(self, *_: object) -> None:
        if self.outer is not None:
            self.outer.nested.remove(self)

    def is_inside(self, other: "Claimant") -> bool:
        """Tell whether *other* is waiting for what this one makes."""
        mine: Claimant | None = self
        while mine is not None:
            if mine is other:
                return True
            mine = mine.outer
        return False


@final
class Claim:
    """The right to make one object, held by one claimant."""

    __slots__ = ("_callbacks", "_claims", "_place", "_thread", "claimant", "is_asynchronous")

    def __init__(self, claims: "dict[object, Claim]", place: object, claimant: Claimant, *, asynchronous: bool) -> None:
        self._claims = claims
        self._place = place
        self._callbacks: list[Callable[[], object]] = []
        self.claimant = claimant
        self._thread = get_ident()
        self.is_asynchronous = asynchronous

    def __enter__(self) -> None:
        return None

    def __exit__(self, *_: object) -> None:
        with _lock:
            del self._claims[self._place]
            callbacks, self._callbacks = self._callbacks, []
        for callback in callbacks:
            callback()

    def _notify(self, callback: Callable[[], object]) -> bool:
        with _lock:
            if self._claims.get(self._place) is not self:
                return False
            self._callbacks.append(callback)
            return True

    def block(self, claimant: Claimant) -> None:
        """Keep this thread waiting until the claim has ended."""
        gate = allocate_lock()
        gate.acquire()
        claimant.waits_for = self
        try:
            if self._notify(gate.release):
                gate.acquire()
        finally:
            claimant.waits_for = None

    async def wait(self, claimant: Claimant) -> None:
        """Wait in this task until the claim has ended."""
        ended = anyio.Event()
        loop = LoopHandle.current()
        claimant.waits_for = self
        try:
            if self._notify(lambda: loop.post(ended.set)):
                await ended.wait()
        finally:
            claimant.waits_for = None

    @property
    def is_here(self) -> bool:
        """Whether its holder works in this very thread, which must not be blocked then."""
        return self._thread == get_ident()

    def would_wait_for(self, claimant: Claimant) -> bool:
        """Tell whether the holder itself waits, through others, for something *claimant* is making."""
        if claimant.is_inside(self.claimant):
            return True
        seen: set[int] = set()
        pending: list[Claimant] = [self.claimant]
        while pending:
            holder = pending.pop()
            if id(holder) in seen:
                continue
            seen.add(id(holder))
            pending.extend(tuple(holder.nested))
            awaited = holder.waits_for
            if awaited is not None:
                if claimant.is_inside(awaited.claimant):
                    return True
                pending.append(awaited.claimant)
        return False


def claim(claims: dict[object, Claim], place: object, claimant: Claimant, *, asynchronous: bool) -> tuple[Claim, bool]:
    """Claim *place*. Returns the claim on it, and whether it is the caller's."""
    with _lock:
        found = claims.get(place)
        if found is None:
            found = claims[place] = Claim(claims, place, claimant, asynchronous=asynchronous)
            return found, True
        return found, False
