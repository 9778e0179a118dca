"""Messages that are stored all or none, and many that are stored each by itself without waiting for one another.

A batch costs the server some milliseconds, whatever it holds: it is for putting many jobs, and for jobs with keys.

Source: NATS ADR-50, atomic batch publishing (server 2.12).
"""

import secrets
from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final, Self, final

import anyio
from nats.aio.msg import Msg

from .server import RefusedError, Server

MOST_MESSAGES: Final = 1000
"""The server's limit."""
_EXPECTED: Final = "Nats-Expected-Last-Subject-Sequence"
_EXPECTED_OF: Final = f"{_EXPECTED}-Subject"
_TRY_AGAIN: Final = frozenset({10176, 10210})  # a part of the batch got lost; too many batches under way
_PAUSES: Final = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 1.0, 1.0)
_ANSWER_SECONDS: Final = 5.0
_LONGEST_SECONDS: Final = 9_000_000_000.0


@final
@dataclass(slots=True)
class Message:
    """A message to be stored, with its conditions; each method adds one, and returns the message."""

    subject: str
    data: bytes = b""
    headers: dict[str, str] = field(default_factory=dict[str, str])

    def if_last_is(self, sequence: int, subject: str | None = None) -> Self:
        """Only where the newest message of *subject* (its own by default) has this number; 0 for none."""
        self.headers[_EXPECTED] = str(sequence)
        if subject is not None:
            self.headers[_EXPECTED_OF] = subject
        return self

    def kept_for(self, seconds: float) -> Self:
        """The server forgets it after so many seconds, at least one."""
        self.headers["Nats-TTL"] = f"{max(1, round(min(seconds, _LONGEST_SECONDS)))}s"
        return self

    def moved_to(self, subject: str, at: float) -> Self:
        """The server moves it to *subject* at this time, in seconds since the epoch."""
        moment = datetime.fromtimestamp(min(at, _LONGEST_SECONDS), UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        self.headers["Nats-Schedule"] = f"@at {moment}"
        self.headers["Nats-Schedule-Target"] = subject
        return self


@final
class Pipeline:
    """Stores many messages, each on its own condition, in one go.

    Args:
        server: The connection.
        inbox: Where the server's answers come to, while inside ``opened``.
    """

    def __init__(self, server: Server, inbox: str) -> None:
        self._server = server
        self._inbox = inbox
        self._rounds = 0
        self._answers: dict[str, bytes] = {}
        self._wanted = 0
        self._complete = anyio.Event()

    def opened(self) -> AbstractAsyncContextManager[None]:
        """Listen for answers while inside."""
        return self._server.listening(f"{self._inbox}.*.*", self._answered)

    async def store_each(self, messages: Sequence[Message]) -> list[bool]:
        """Return of each message whether its condition held, so that it was stored. One caller at a time.

        Raises:
            RefusedError: The server refused one for another reason.
            JobEngineError: Of some it is not known whether they were stored.
        """
        self._rounds += 1
        self._answers, self._wanted, self._complete = {}, len(messages), anyio.Event()
        prefix = f"{self._inbox}.{self._rounds}"
        for number, message in enumerate(messages):
            await self._server.publish(message.subject, message.data, message.headers or None, f"{prefix}.{number}")
        if messages:
            with anyio.move_on_after(_ANSWER_SECONDS):
                await self._complete.wait()
        answers = [self._answers.get(f"{prefix}.{number}") for number in range(len(messages))]
        return [self._server.is_stored(answer) for answer in answers]

    def give_up(self) -> None:
        """Wait no more: what has not been answered was lost with the connection."""
        self._complete.set()

    async def _answered(self, message: Msg) -> None:
        self._answers[message.subject] = message.data
        if len(self._answers) >= self._wanted:
            self._complete.set()


async def store_all(server: Server, messages: Sequence[Message]) -> bool:
    """Store all of the messages, or none; False when a condition does not hold.

    Raises:
        RefusedError: The server refused for another reason.
        JobEngineError: It is not known whether they were stored.
    """
    pauses = iter(_PAUSES)
    while True:
        try:
            return await _store(server, messages)
        except RefusedError as error:
            pause = next(pauses, None)
            if error.code not in _TRY_AGAIN or pause is None:
                raise
            await anyio.sleep(pause)


async def _store(server: Server, messages: Sequence[Message]) -> bool:
    *first, last = messages
    if not first:
        return await server.store(last.subject, last.data, last.headers or None)
    batch = secrets.token_hex(8)
    for number, message in enumerate(first, 1):
        headers = {**message.headers, "Nats-Batch-Id": batch, "Nats-Batch-Sequence": str(number)}
        await server.publish(message.subject, message.data, headers)
    headers = {
        **last.headers,
        "Nats-Batch-Id": batch,
        "Nats-Batch-Sequence": str(len(messages)),
        "Nats-Batch-Commit": "1",
    }
    return await server.store(last.subject, last.data, headers)
