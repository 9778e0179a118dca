"""hypercorn, with the host in charge. Extra ``hypercorn``; asyncio and trio, HTTP/1 and HTTP/2."""

import os
import socket
from collections.abc import Sequence
from importlib import import_module
from typing import Any, final

import anyio

from corner_host.primitives import CancellationToken, LoopHandle

from .asgi import AsgiApp
from .errors import ServerStartError
from .settings import ServerSettings

try:
    from hypercorn.config import Config
except ImportError as error:
    raise ServerStartError(
        "Serving with hypercorn needs a package.\nTo fix: pip install 'corner-host[hypercorn]'."
    ) from error


@final
class HypercornServer:
    """Serves an application with hypercorn."""

    def __init__(self, app: AsgiApp, settings: ServerSettings, graceful: float | None) -> None:
        self._app = app
        self._settings = settings
        self._graceful = graceful

    async def serve(
        self, sockets: Sequence[socket.socket], stopping: CancellationToken, accepting: anyio.Event
    ) -> None:
        """Serve until *stopping*, then end."""
        config = Config()
        config.bind = [f"fd://{os.dup(each.fileno())}" for each in sockets]  # hypercorn closes what it is given
        config.root_path = self._settings.root_path
        config.keep_alive_timeout = self._settings.keep_alive_seconds
        config.graceful_timeout = 3600.0 if self._graceful is None else self._graceful + 1
        config.accesslog = None
        config.errorlog = None
        accepting.set()  # the sockets listen already; what connects now is served in a moment
        await _serve_function()(self._app, config, shutdown_trigger=stopping.wait)


def _serve_function() -> Any:
    return import_module("hypercorn.asyncio" if LoopHandle.current().is_asyncio else "hypercorn.trio").serve
