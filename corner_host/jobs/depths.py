"""How long the queues are, for who asks from a thread of its own, as a reader of metrics does.

The store is asked only when somebody wants to know, and not again within a few seconds.
"""

import threading
from collections.abc import Sequence
from time import monotonic
from typing import Final, final

import anyio

from corner_host.primitives import LoopHandle

from .contracts import JobEngine
from .errors import JobEngineError
from .info import QueueDepth

_FRESH_SECONDS: Final = 5.0
_PATIENCE_SECONDS: Final = 2.0


@final
class QueueDepths:
    """Asks the store in the host's loop, while `answer` runs, and keeps what it said.

    Args:
        engine: The store.
        queues: Which queues.
    """

    def __init__(self, engine: JobEngine, queues: Sequence[str]) -> None:
        self._engine = engine
        self._queues = queues
        self._loop: LoopHandle | None = None
        self._thread = 0
        self._asked = anyio.Event()
        self._answered = threading.Condition()
        self._found: Sequence[QueueDepth] = ()
        self._until = 0.0

    def read(self) -> Sequence[QueueDepth]:
        """Return the depths, from any thread; none while the store does not answer.

        In the loop's own thread, which must not wait, they are those of the time before.
        """
        loop = self._loop
        if loop is None or monotonic() < self._until:
            return self._found
        if threading.get_ident() == self._thread:
            self._asked.set()
            return self._found
        with self._answered:
            if loop.post(self._want):
                self._answered.wait(_PATIENCE_SECONDS)
        return self._found

    def _want(self) -> None:
        self._asked.set()

    async def answer(self) -> None:
        """Ask the store when somebody wants to know, until this is cancelled."""
        self._loop, self._thread = LoopHandle.current(), threading.get_ident()
        try:
            while True:
                await self._asked.wait()
                self._asked = anyio.Event()
                self._tell(await self._ask())
        finally:
            self._loop = None
            self._tell(())

    async def _ask(self) -> Sequence[QueueDepth]:
        with anyio.move_on_after(_PATIENCE_SECONDS):
            try:
                return [await self._engine.queues.depth(queue) for queue in self._queues]
            except JobEngineError:
                return ()  # the health check says why
        return ()

    def _tell(self, found: Sequence[QueueDepth]) -> None:
        with self._answered:
            self._found, self._until = found, monotonic() + _FRESH_SECONDS
            self._answered.notify_all()
