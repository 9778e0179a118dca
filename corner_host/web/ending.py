"""Ends connections when the host stops: those that would never end by themselves, and, in the end, those that have not.

A request that will be answered is left to its answer, for as long as the graceful time-out; then its handler is cancelled, and
the client is told 503 if it was told nothing yet. Every server has the same end, since this does not leave it to them:
uvicorn would drop the connection, and hypercorn, from Python 3.12 on, waits for all connections before it looks at its own
time-out, because ``asyncio.Server.wait_closed`` does.

A stream of server-sent events ends as if it were complete: its
handler is cancelled, and the client, which reconnects by itself, gets a clean end. A WebSocket handler is told that its
peer is gone ("service restart", 1012) and cancelled if it has not returned soon after. One that lets what it was told
pass as an exception, as Starlette's ``WebSocketDisconnect`` is, has ended as well as one that catches it.
"""

from math import inf
from typing import Final, final

import anyio

from corner_host.primitives import CancellationToken, LoopHandle

from .asgi import AsgiApp, Message, Receive, Scope, Send

_SERVICE_RESTART: Final = 1012
_REASON: Final = "the server stops"
_GRACE_SECONDS: Final = 1.0
_EVENT_STREAM: Final = b"text/event-stream"
_PLAIN: Final = [(b"content-type", b"text/plain; charset=utf-8")]
_CLOSE: Final = [(b"connection", b"close")]


@final
class EndOnStopMiddleware:
    """Ends open event streams and WebSockets when *stopping* is cancelled, and requests *graceful* seconds after that.

    Args:
        app: What answers.
        stopping: When the end begins.
        graceful: How long requests may take then; None for as long as they like.

    Attributes:
        cut: How many requests were cancelled at the end of that.
    """

    def __init__(self, app: AsgiApp, stopping: CancellationToken, graceful: float | None) -> None:
        self._app = app
        self._stopping = stopping
        self._graceful = inf if graceful is None else graceful
        self.cut = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the call on."""
        match scope["type"]:
            case "http":
                await self._http(scope, receive, send)
            case "websocket":
                await self._websocket(scope, receive, send)
            case _:
                await self._app(scope, receive, send)

    async def _http(self, scope: Scope, receive: Receive, send: Send) -> None:
        is_begun = is_stream = is_complete = False
        loop = LoopHandle.current()

        with anyio.CancelScope() as handler:

            async def watch(message: Message) -> None:
                nonlocal is_begun, is_stream, is_complete
                if message["type"] == "http.response.start":
                    is_begun = True
                    is_stream = any(
                        name.lower() == b"content-type" and value.startswith(_EVENT_STREAM)
                        for name, value in message.get("headers", ())
                    )
                elif message["type"] == "http.response.body":
                    is_complete = not message.get("more_body", False)
                await send(message)
                if is_stream and self._stopping.is_cancellation_requested:
                    handler.cancel()

            def end_in_time() -> None:
                handler.deadline = -inf if is_stream else min(handler.deadline, anyio.current_time() + self._graceful)

            with self._stopping.register(lambda: loop.post(end_in_time)):
                await self._app(scope, receive, watch)
        if not handler.cancelled_caught or is_complete:
            return
        if is_stream:
            await send({"type": "http.response.body", "body": b"", "more_body": False})
            return
        self.cut += 1
        if not is_begun:
            headers = _PLAIN + _CLOSE if scope["http_version"].startswith("1") else _PLAIN  # HTTP/2 and 3 forbid it
            await send({"type": "http.response.start", "status": 503, "headers": headers})
            await send({"type": "http.response.body", "body": _REASON.encode(), "more_body": False})

    async def _websocket(self, scope: Scope, receive: Receive, send: Send) -> None:
        loop = LoopHandle.current()
        is_closed = False

        with anyio.CancelScope() as handler:

            async def receive_until_stop() -> Message:
                nonlocal is_closed
                message: Message = {"type": "websocket.disconnect", "code": _SERVICE_RESTART, "reason": _REASON}
                if not self._stopping.is_cancellation_requested:
                    with self._stopping.cancel_scope():
                        message = await receive()
                        is_closed = is_closed or message["type"] == "websocket.disconnect"
                return message

            async def watch(message: Message) -> None:
                nonlocal is_closed
                is_closed = is_closed or message["type"] == "websocket.close"
                await send(message)

            def end_soon() -> None:
                handler.deadline = min(handler.deadline, anyio.current_time() + _GRACE_SECONDS)

            with self._stopping.register(lambda: loop.post(end_soon)):
                try:
                    await self._app(scope, receive_until_stop, watch)
                except Exception as error:
                    is_ours = self._stopping.is_cancellation_requested and not is_closed
                    if not is_ours or getattr(error, "code", None) != _SERVICE_RESTART:
                        raise
        if self._stopping.is_cancellation_requested and not is_closed:
            with anyio.move_on_after(_GRACE_SECONDS, shield=True):
                await send({"type": "websocket.close", "code": _SERVICE_RESTART, "reason": _REASON})
