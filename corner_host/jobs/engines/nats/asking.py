"""Asking the server for jobs: for how many, from which queue, and for how long.

One queue is asked for as many jobs as there are free slots, and the server answers when it has some. With several, each is
asked for what it has now, one after the other, so that one that is full can take all slots; when all are empty, each is
asked to answer later, for its share, for a second.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, final

import anyio

from .server import Server
from .subjects import Subjects

_WAIT_SECONDS: Final = 20.0
_SHARED_WAIT_SECONDS: Final = 1.0
_MOST: Final = 256
_TROUBLE_SECONDS: Final = 0.5
_GRACE_SECONDS: Final = 2.0
"""After which an answer that did not come is not waited for: the server was restarted, say."""


@final
@dataclass(slots=True)
class _Ask:
    number: int
    left: int
    until: float
    waits: bool


@final
class Asking:
    """What has been asked for and not yet come.

    Args:
        server: The connection.
        subjects: The stream's.
        queues: Which queues.
        inbox: Where answers that are no jobs come to, followed by the number of the ask.
        lease: The server's patience with a silent worker, in seconds. What a worker asked for that then stood still has
            run out before the server gives its jobs to others; it would give them to that one again.
    """

    def __init__(self, server: Server, subjects: Subjects, queues: Sequence[str], inbox: str, lease: float) -> None:
        self._server = server
        self._subjects = subjects
        self._inbox = inbox
        self._wait = min(_WAIT_SECONDS, lease / 2)
        self._queues = list(queues)
        self._asks: dict[str, _Ask] = {}
        self._empty: set[str] = set()
        self._not_before: dict[str, float] = {}
        self._number = 0

    async def ask(self, free: int) -> float:
        """Ask for what *free* slots can take; returns when to look again, in seconds.

        Raises:
            JobEngineError: It could not be asked.
        """
        now = anyio.current_time()
        for queue in [queue for queue, ask in self._asks.items() if ask.until < now]:
            del self._asks[queue]
        free -= sum(ask.left for ask in self._asks.values())
        alone = len(self._queues) == 1
        for queue in list(self._queues):
            if free <= 0:
                break
            if queue in self._asks or self._not_before.get(queue, 0.0) > now:
                continue
            if alone:
                await self._send(queue, min(free, _MOST), now, self._wait)
            elif len(self._empty) < len(self._queues):
                if queue in self._empty:
                    continue
                await self._send(queue, min(free, _MOST), now, 0.0)
                self._queues.append(self._queues.pop(self._queues.index(queue)))
                return self._until_next(now)  # the others after this one has answered: it may take all slots
            else:
                share = max(1, free // (len(self._queues) - len(self._asks)))
                await self._send(queue, share, now, min(_SHARED_WAIT_SECONDS, self._wait))
                free -= share
        return self._until_next(now)

    def came(self, queue: str) -> None:
        """Note that a job of *queue* has come."""
        self._empty.discard(queue)
        ask = self._asks.get(queue)
        if ask is not None:
            ask.left -= 1
            if ask.left <= 0:
                del self._asks[queue]

    def answered(self, number: int, status: str) -> str | None:
        """Note that no more comes on an ask; returns its queue where the reason was none of the usual ones."""
        for queue, ask in list(self._asks.items()):
            if ask.number == number:
                del self._asks[queue]
                if status == "404":
                    self._empty.add(queue)
                elif ask.waits:
                    self._empty.discard(queue)
                if status not in {"404", "408"}:
                    self._not_before[queue] = anyio.current_time() + _TROUBLE_SECONDS
                    return queue
        return None

    def forget(self) -> None:
        """Forget all that was asked: the connection was lost."""
        self._asks.clear()
        self._empty.clear()

    async def _send(self, queue: str, count: int, now: float, wait: float) -> None:
        self._number += 1
        body: dict[str, object] = {"batch": count}
        if wait:
            body["expires"] = int(wait * 1e9)
        else:
            body["no_wait"] = True
        where = f"$JS.API.CONSUMER.MSG.NEXT.{self._server.stream}.{self._subjects.consumer(queue)}"
        self._asks[queue] = _Ask(self._number, count, now + wait + _GRACE_SECONDS, bool(wait))
        try:
            await self._server.publish(where, json.dumps(body).encode(), reply=f"{self._inbox}.{self._number}")
        except BaseException:
            del self._asks[queue]
            raise

    def _until_next(self, now: float) -> float:
        times = [ask.until for ask in self._asks.values()] + [each for each in self._not_before.values() if each > now]
        return max(0.01, min(times, default=now + 1.0) - now)
