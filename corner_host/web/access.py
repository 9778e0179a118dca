"""One log line a request: what was asked, what was answered, how long it took."""

import logging
import time
from typing import Final, final

from .asgi import AsgiApp, Message, Receive, Scope, Send

_log: Final = logging.getLogger("corner_host.web.access")


@final
class AccessLogMiddleware:
    """Logs each answered request at INFO, and each that got no answer at WARNING."""

    def __init__(self, app: AsgiApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the call on."""
        if scope["type"] != "http" or not _log.isEnabledFor(logging.WARNING):
            await self._app(scope, receive, send)
            return
        began = time.perf_counter()
        status = 0

        async def watch(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = int(message["status"])
            await send(message)

        try:
            await self._app(scope, receive, watch)
        finally:
            _log.log(
                logging.INFO if status else logging.WARNING,
                "%s %s %s in %.1f ms",
                scope["method"],
                scope["path"],
                status or "got no answer",
                (time.perf_counter() - began) * 1000,
            )
