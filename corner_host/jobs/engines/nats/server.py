"""What is asked of the servers, and the stream on them.

What is asked while a server is away fails after a while with a `JobEngineError` that names it without its secrets.
"""

import base64
import json
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any, Final, final

import anyio
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.errors import Error as NatsError
from nats.errors import MaxPayloadError, NoRespondersError

from corner_host.jobs.errors import JobEngineError, JobEngineUnavailableError, JobPayloadError

from .address import Address, reason_of

_ANSWER_SECONDS: Final = 5.0
_LOOK_SECONDS: Final = 0.05
NOT_FOUND: Final = frozenset({10014, 10037})  # no such consumer, no such message
_NO_STREAM: Final = 10059
_NEEDED: Final = (2, 12)
_CONFLICT: Final = 10071


@final
class RefusedError(JobEngineError):
    """The server said no.

    Attributes:
        code: The server's number for the reason.
    """

    def __init__(self, text: str, code: int) -> None:
        super().__init__(text)
        self.code = code


@final
class NoStreamError(JobEngineUnavailableError):
    """The stream is not there: somebody has deleted it, or the server is not ready yet."""


@final
@dataclass(frozen=True, slots=True)
class Stored:
    """A message in the stream."""

    subject: str
    sequence: int
    data: bytes


@final
class Server:
    """An open connection and the stream that holds the jobs.

    Args:
        client: The connection.
        address: Where it leads, for messages.
        stream: The stream's name.
    """

    def __init__(self, client: Client, address: Address, stream: str) -> None:
        self.client = client
        self.stream = stream
        self._address = address

    @property
    def is_connected(self) -> bool:
        """Whether the server is there."""
        return self.client.is_connected

    @property
    def most_bytes(self) -> int:
        """The largest message that the server takes."""
        return self.client.max_payload

    def too_large(self, size: int) -> JobPayloadError:
        """Return the error for a job of *size* bytes."""
        return JobPayloadError(
            f"The job has {size:,} bytes, and the NATS server at {self._address} takes messages of {self.most_bytes:,},"
            " which hold a job's history as well.\nTo fix: raise max_payload in the server's configuration, or store the"
            " data elsewhere, and put its name or id into the job."
        )

    async def prepare(self, replicas: int) -> None:
        """Make the stream if it is missing.

        Raises:
            JobEngineError: The server is too old, has no JetStream, or has a stream of this name that is none of ours.
        """
        version = self.client.connected_server_version
        if (version.major, version.minor) < _NEEDED:
            raise JobEngineError(
                f"The NATS server at {self._address} is of version {version.major}.{version.minor}; jobs need 2.12 or later,"
                " which can store messages all or none and move them at a time.\nTo fix: update the server."
            )
        wanted: dict[str, Any] = {
            "name": self.stream,
            "subjects": [f"{self.stream}.>"],
            "retention": "workqueue",
            "storage": "file",
            "discard": "old",
            "max_msgs_per_subject": 1,
            "num_replicas": replicas,
            "allow_msg_ttl": True,
            "allow_msg_schedules": True,
            "allow_atomic": True,
        }
        try:
            answer = await self.ask(f"STREAM.INFO.{self.stream}")
        except NoStreamError:
            answer = await self.ask(f"STREAM.CREATE.{self.stream}", wanted)
        found = answer["config"]
        different = [name for name in wanted if name != "num_replicas" and found.get(name) != wanted[name]]
        if different:
            raise JobEngineError(
                f"The stream {self.stream} at {self._address} is not one for jobs: {', '.join(different)} differ.\n"
                "To fix: set Jobs:Nats:Stream to a name of its own."
            )
        if found["num_replicas"] != replicas:
            await self.ask(f"STREAM.UPDATE.{self.stream}", {**found, "num_replicas": replicas})

    async def ask(self, what: str, body: Any = None) -> dict[str, Any]:
        """Ask JetStream's API.

        Raises:
            RefusedError: It said no.
            NoStreamError: It has no such stream.
            JobEngineError: It did not answer.
        """
        data = b"" if body is None else json.dumps(body).encode()
        return self._answer(await self.request(f"$JS.API.{what}", data))

    async def request(self, subject: str, data: bytes, headers: dict[str, str] | None = None) -> bytes:
        """Send a message and return what is answered.

        Raises:
            JobPayloadError: It is larger than the server takes.
            JobEngineUnavailableError: Nobody has heard it.
            JobEngineError: Nobody answered in time.
        """
        await self._wait_connected()
        try:
            return (await self.client.request(subject, data, timeout=_ANSWER_SECONDS, headers=headers)).data
        except MaxPayloadError as error:
            raise self.too_large(len(data)) from error
        except NoRespondersError as error:
            if subject.startswith(f"{self.stream}."):
                raise self._no_stream() from error
            raise JobEngineUnavailableError(
                f"The NATS server at {self._address} has no JetStream, or it is not ready yet.\n"
                "To fix: start nats-server with -js and a folder for its store (-sd)."
            ) from error
        except (NatsError, OSError, TimeoutError) as error:
            raise JobEngineError(f"The NATS server at {self._address} does not answer ({reason_of(error)}).") from error

    async def _wait_connected(self) -> None:
        """Wait a while for a server that is away: nats-py would keep the message, and send it whenever there is one again."""
        with anyio.move_on_after(_ANSWER_SECONDS):
            while not self.client.is_connected:  # noqa: ASYNC110 - the connection comes and goes
                await anyio.sleep(_LOOK_SECONDS)
            return
        raise JobEngineUnavailableError(f"The NATS server at {self._address} cannot be reached now.")

    def _no_stream(self) -> NoStreamError:
        return NoStreamError(
            f"The NATS server at {self._address} has no stream {self.stream}: it was deleted, or is not ready yet.\n"
            "To fix: restore it, or restart this application, which makes an empty one."
        )

    async def publish(self, subject: str, data: bytes, headers: dict[str, str] | None = None, reply: str = "") -> None:
        """Send a message without waiting for an answer.

        Raises:
            JobEngineError: It cannot be sent.
        """
        try:
            await self.client.publish(subject, data, reply, headers)
        except MaxPayloadError as error:
            raise self.too_large(len(data)) from error
        except (NatsError, OSError) as error:
            raise JobEngineError(
                f"The NATS server at {self._address} cannot be reached ({reason_of(error)})."
            ) from error

    @asynccontextmanager
    async def listening(self, subject: str, heard: Callable[[Msg], Awaitable[None]]) -> AsyncGenerator[None]:
        """Have *heard* called with each message of *subject*, while inside."""
        try:
            subscription = await self.client.subscribe(  # pyright: ignore[reportUnknownMemberType] - of nats-py
                subject, cb=heard, pending_msgs_limit=-1, pending_bytes_limit=-1
            )
        except (NatsError, OSError) as error:
            raise JobEngineError(
                f"The NATS server at {self._address} cannot be reached ({reason_of(error)})."
            ) from error
        try:
            yield
        finally:
            with anyio.move_on_after(2, shield=True), suppress(NatsError, OSError):
                await subscription.unsubscribe()

    async def store(self, subject: str, data: bytes, headers: dict[str, str] | None = None) -> bool:
        """Store a message in the stream; False when its condition does not hold.

        Raises:
            RefusedError: It was not stored for another reason.
            JobEngineError: It is not known whether it was.
        """
        return self.is_stored(await self.request(subject, data, headers))

    def is_stored(self, answer: bytes | None) -> bool:
        """Read the answer to a message that was to be stored; False when its condition did not hold.

        Raises:
            RefusedError: It was not stored for another reason.
            JobEngineError: There is no answer.
        """
        if not answer:  # an empty one is JetStream's absence
            raise JobEngineError(f"The NATS server at {self._address} does not answer.")
        if b'"error"' not in answer:
            return True
        try:
            self._answer(answer)
        except RefusedError as error:
            if error.code == _CONFLICT:
                return False
            raise
        return True

    async def last(self, subject: str) -> Stored | None:
        """Return the newest message whose subject matches, or None."""
        try:
            answer = await self.ask(f"STREAM.MSG.GET.{self.stream}", {"last_by_subj": subject})
        except RefusedError as error:
            if error.code in NOT_FOUND:
                return None
            raise
        message = answer["message"]
        return Stored(message["subject"], message["seq"], base64.b64decode(message.get("data", "")))

    async def delete(self, sequence: int) -> bool:
        """Delete a message; False when it is gone already."""
        try:
            await self.ask(f"STREAM.MSG.DELETE.{self.stream}", {"seq": sequence, "no_erase": True})
        except RefusedError:
            return False
        return True

    async def subjects(self, pattern: str) -> list[str]:
        """Return the subjects that have a message and match."""
        found: dict[str, int] = {}
        while True:
            answer = await self.ask(f"STREAM.INFO.{self.stream}", {"subjects_filter": pattern, "offset": len(found)})
            page: dict[str, int] = answer["state"].get("subjects") or {}
            found |= page
            if not page or len(found) >= answer.get("total", 0):
                return list(found)

    def _answer(self, data: bytes) -> dict[str, Any]:
        try:
            answer: dict[str, Any] = json.loads(data)
        except ValueError as error:
            raise JobEngineError(f"The NATS server at {self._address} answered what is no answer.") from error
        refused = answer.get("error")
        if refused is not None:
            if refused.get("err_code") == _NO_STREAM:
                raise self._no_stream()
            raise RefusedError(
                f"The NATS server at {self._address} refused: {refused.get('description', refused)}.",
                int(refused.get("err_code", 0)),
            )
        return answer
