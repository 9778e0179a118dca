"""The server's consumers, one for each queue, and their pauses.

A pause is the server's: it gives out nothing of the queue until then. Beside it lies why.
"""

import json
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Final, final

from corner_host.jobs.info import QueueDepth, QueuePause

from .batches import Message, store_all
from .server import NOT_FOUND, RefusedError, Server, Stored
from .subjects import Subjects

_FAR_AWAY: Final = datetime(9999, 1, 1, tzinfo=UTC)
_EXISTS: Final = frozenset({10013, 10105, 10148})


@final
class NatsQueues:
    """Queues and their pauses."""

    def __init__(self, server: Server, lease: float) -> None:
        self._server = server
        self._subjects = Subjects(server.stream)
        self._lease = lease

    async def prepare(self, queue: str) -> None:
        """Make the consumer of *queue* if it is missing, with this lease."""
        name, stream = self._subjects.consumer(queue), self._server.stream
        config: dict[str, Any] = {
            "name": name,
            "durable_name": name,
            "filter_subject": self._subjects.queue(queue),
            "deliver_policy": "all",
            "ack_policy": "explicit",
            "ack_wait": int(self._lease * 1e9),
            "max_deliver": -1,
            "max_ack_pending": -1,
        }
        where = f"CONSUMER.CREATE.{stream}.{name}.{config['filter_subject']}"
        try:
            await self._server.ask(where, {"stream_name": stream, "action": "create", "config": config})
        except RefusedError as error:
            if error.code not in _EXISTS:
                raise
            found = (await self._server.ask(f"CONSUMER.INFO.{stream}.{name}"))["config"]
            if found["ack_wait"] != config["ack_wait"]:  # keep the rest, a pause above all
                changed = {**found, "ack_wait": config["ack_wait"]}
                await self._server.ask(where, {"stream_name": stream, "action": "update", "config": changed})

    async def pause(self, queue: str, *, until: datetime | None = None, reason: str = "") -> None:
        """Pause a queue, or change the pause that it has."""
        await self.prepare(queue)
        fields = [queue, time.time(), None if until is None else until.timestamp(), reason]
        message = Message(self._subjects.pause(queue), json.dumps(fields).encode())
        await store_all(self._server, [message])
        await self._pause_until(queue, _FAR_AWAY if until is None else until)

    async def resume(self, queue: str) -> bool:
        """End a pause; False when there was none."""
        stored = await self._server.last(self._subjects.pause(queue))
        if stored is None:
            return False
        await self.prepare(queue)
        await self._pause_until(queue, datetime.fromtimestamp(0, UTC))
        await self._server.delete(stored.sequence)
        fields = _fields(stored)
        return fields is not None and not _is_over(fields)

    async def paused(self) -> Sequence[QueuePause]:
        """Return the pauses that hold now."""
        pauses: list[QueuePause] = []
        for subject in await self._server.subjects(self._subjects.all_pauses):
            stored = await self._server.last(subject)
            fields = None if stored is None else _fields(stored)
            if fields is None or _is_over(fields):
                continue
            queue, since, until, reason = fields
            pauses.append(
                QueuePause(
                    queue=queue,
                    since=datetime.fromtimestamp(since, UTC),
                    until=None if until is None else datetime.fromtimestamp(until, UTC),
                    reason=reason,
                )
            )
        return pauses

    async def depth(self, queue: str) -> QueueDepth:
        """Return how many wait and run."""
        where = f"CONSUMER.INFO.{self._server.stream}.{self._subjects.consumer(queue)}"
        try:
            info = await self._server.ask(where)
        except RefusedError as error:
            if error.code not in NOT_FOUND:
                raise
            await self.prepare(queue)  # no worker has asked for it yet
            info = await self._server.ask(where)
        return QueueDepth(queue=queue, waiting=info["num_pending"], running=info["num_ack_pending"])

    async def _pause_until(self, queue: str, until: datetime) -> None:
        name = self._subjects.consumer(queue)
        moment = until.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        await self._server.ask(f"CONSUMER.PAUSE.{self._server.stream}.{name}", {"pause_until": moment})


def _fields(stored: Stored) -> list[Any] | None:
    """Return what is kept of a pause; None where another program has written something else there."""
    try:
        queue, since, until, reason = json.loads(stored.data)
    except (ValueError, TypeError):
        return None
    return [queue, since, until, reason]


def _is_over(fields: list[Any]) -> bool:
    until = fields[2]
    return until is not None and until <= time.time()
