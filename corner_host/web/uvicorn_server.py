"""uvicorn, with the host in charge of signals, sockets, logging and the end. Extra ``web``; asyncio only."""

import contextlib
import logging
import socket
from asyncio import CancelledError
from collections.abc import Generator, Sequence
from typing import final

import anyio

from corner_host.primitives import CancellationToken, LoopHandle

from .asgi import AsgiApp
from .errors import ServerStartError
from .settings import ServerSettings

try:
    import uvicorn
except ImportError as error:
    raise ServerStartError("Serving with uvicorn needs a package.\nTo fix: pip install 'corner-host[web]'.") from error


@final
class UvicornServer:
    """Serves an application with uvicorn."""

    def __init__(self, app: AsgiApp, settings: ServerSettings, graceful: float | None) -> None:
        self._app = app
        self._settings = settings
        self._graceful = graceful

    async def serve(
        self, sockets: Sequence[socket.socket], stopping: CancellationToken, accepting: anyio.Event
    ) -> None:
        """Serve until *stopping*, then end."""
        if not LoopHandle.current().is_asyncio:
            raise ServerStartError(
                "uvicorn runs on asyncio only.\n"
                "To fix: set Server:Kind to hypercorn (pip install 'corner-host[hypercorn]'), or run the host on asyncio."
            )
        config = uvicorn.Config(
            self._app,
            interface="asgi3",
            log_config=None,
            access_log=False,
            lifespan="off",
            root_path=self._settings.root_path,
            forwarded_allow_ips=self._settings.forwarded_allow_ips,
            limit_concurrency=self._settings.max_connections,
            timeout_keep_alive=max(1, round(self._settings.keep_alive_seconds)),
            timeout_graceful_shutdown=None if self._graceful is None else max(1, round(self._graceful + 1)),
        )
        logging.getLogger("uvicorn.error").addFilter(_is_no_cut)
        await _Embedded(config, stopping, accepting).serve([*sockets])


def _is_no_cut(record: logging.LogRecord) -> bool:
    """Tell whether *record* is not that a request was cut when its time was up: uvicorn has said so, and how many were."""
    return not (record.exc_info and isinstance(record.exc_info[1], CancelledError))


@final
class _Embedded(uvicorn.Server):
    """uvicorn's server without signals, waiting for a token instead of looking ten times a second."""

    def __init__(self, config: uvicorn.Config, stopping: CancellationToken, accepting: anyio.Event) -> None:
        super().__init__(config)
        self._stopping = stopping
        self._accepting = accepting

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None]:
        """Leave signals to the host."""
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Accept connections."""
        await super().startup(sockets)
        self._accepting.set()

    async def main_loop(self) -> None:
        """Keep the date header right until the host stops."""
        await self.on_tick(0)
        async for _ in self._stopping.every(1.0):
            await self.on_tick(0)
