"""Where the servers are, and the connection to them, which comes back by itself as long as it is open."""

import logging
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any, final
from urllib.parse import urlsplit

import anyio
from nats.aio.client import Client
from nats.errors import Error as NatsError

from corner_host.jobs.errors import JobEngineError, JobEngineUnavailableError

_log = logging.getLogger("corner_host.jobs.nats")


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """Where the servers are, and as whom one comes. Shown without secrets.

    Args:
        servers: URLs such as ``nats://user:password@host:4222``.
        credentials: A file with the user's JWT and seed, or None.
    """

    servers: Sequence[str]
    credentials: str | None = None

    def __str__(self) -> str:
        return ", ".join(_shown(server) for server in self.servers)

    def __repr__(self) -> str:
        return f"Address({self})"

    @asynccontextmanager
    async def connected(self, name: str, changed: Callable[[], None] | None = None) -> AsyncGenerator[Client]:
        """Connect; the connection comes back by itself as long as it is open.

        When it went or came, *changed* is called and the log told; where there is none, somebody else does that.

        Raises:
            JobEngineUnavailableError: No server can be reached.
            JobEngineError: The server does not let us in.
        """
        troubles: list[Exception] = []
        try:
            client = await self._connect(name, changed, troubles)
        except (NatsError, OSError, TimeoutError) as error:
            reason = reason_of(troubles[-1] if troubles else error)
            refused = [reason_of(each) for each in (*troubles, error) if "authorization" in reason_of(each).lower()]
            if refused:  # the server then closes the connection, of which one may hear first or last
                reason = refused[0]
                raise JobEngineError(
                    f"The NATS server at {self} does not let this application in ({reason}).\n"
                    "To fix: set user and password in Jobs:ConnectionString, or Jobs:Nats:Credentials to a file with them."
                ) from error
            raise JobEngineUnavailableError(f"The NATS server at {self} cannot be reached ({reason}).") from error
        try:
            yield client
        finally:
            with anyio.move_on_after(5, shield=True):
                await _close(client)

    async def _connect(self, name: str, changed: Callable[[], None] | None, troubles: list[Exception]) -> Client:
        async def lost() -> None:
            if changed is not None and not client.is_closed:
                _log.warning("The NATS server at %s is gone; jobs wait for it.", self)
                changed()

        async def back() -> None:
            if changed is not None:
                _log.info("The NATS server at %s is back.", self)
                changed()

        async def trouble(error: Exception) -> None:
            troubles[:] = [*troubles[-9:], error]
            _log.debug("NATS: %s", reason_of(error))

        client = Client()
        options: dict[str, Any] = {} if self.credentials is None else {"user_credentials": self.credentials}
        try:
            await client.connect(
                servers=list(self.servers),
                name=name,
                allow_reconnect=False,  # so that a failure is told, and not tried again in silence
                max_reconnect_attempts=1,
                reconnect_time_wait=0.5,  # type: ignore[arg-type]  # a float will do
                connect_timeout=3,
                disconnected_cb=lost,
                reconnected_cb=back,
                error_cb=trouble,
                ping_interval=20,
                **options,
            )
        except BaseException:
            with anyio.move_on_after(1, shield=True):
                await _close(client)
            raise
        client.options.update(allow_reconnect=True, max_reconnect_attempts=-1)
        return client


async def _close(client: Client) -> None:
    if not client.is_connected:  # what was to be sent is lost, and trying to send it would break off the closing
        client._pending.clear()  # pyright: ignore[reportPrivateUsage] - nats-py has no other way
        client._pending_data_size = 0  # pyright: ignore[reportPrivateUsage] - the same
    with suppress(NatsError, OSError):
        await client.close()


def _shown(server: str) -> str:
    parts = urlsplit(server if "://" in server else f"nats://{server}")
    return f"{parts.hostname or '?'}:{parts.port or 4222}"


def reason_of(error: BaseException) -> str:
    """Return what went wrong, in words."""
    return str(error) or ("no answer in time" if isinstance(error, TimeoutError) else type(error).__name__)
