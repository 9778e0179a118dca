"""What happens to orders, told to everybody who watches."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import anyio
from anyio.streams.memory import MemoryObjectReceiveStream, MemoryObjectSendStream

from .schemas import OrderOut

_KEPT = 100


class OrderEvents:
    """A board on which every change of an order is put up."""

    def __init__(self) -> None:
        self._watchers: set[MemoryObjectSendStream[OrderOut]] = set()

    def tell(self, order: OrderOut) -> None:
        """Tell all watchers that *order* is now as it is; the watching of one that is too slow ends."""
        for watcher in [*self._watchers]:
            try:
                watcher.send_nowait(order)
            except anyio.WouldBlock:
                self._watchers.discard(watcher)
                watcher.close()  # its page connects again, and reads the list then
            except anyio.BrokenResourceError:
                self._watchers.discard(watcher)  # it is just leaving

    @asynccontextmanager
    async def watch(self) -> AsyncGenerator[MemoryObjectReceiveStream[OrderOut]]:
        """Give a stream of changes while inside."""
        send, receive = anyio.create_memory_object_stream[OrderOut](_KEPT)
        self._watchers.add(send)
        try:
            with send, receive:
                yield receive
        finally:
            self._watchers.discard(send)
