"""A page that is open is kept up to date: its changing part is rendered anew and sent when it differs.

One stream of server-sent events a page. It ends when the host stops, and says so with how many jobs are left, and with
the sign-in of who watches; a browser that is slow or gone holds up nobody, and there is a limit to how many are served.
"""

import hashlib
from collections.abc import Awaitable, Callable
from typing import Final, final

import anyio

from corner_host.primitives import CancellationToken
from corner_host.web.asgi import Receive, Scope, Send

_SILENCE: Final = 15.0
"""After so many seconds without a change a comment is sent, so that proxies keep the connection."""
_GOODBYE_SECONDS: Final = 1.0

Render = Callable[[], Awaitable[str]]


@final
class LiveStream:
    """The answer to one open page.

    Args:
        render: Renders the changing part.
        farewell: Says what is left to do, when the host stops.
        stopping: The host's.
        period: Seconds between two looks.
        lifetime: Seconds until the sign-in ends that it was asked for with; then it does, too.
    """

    def __init__(
        self,
        render: Render,
        *,
        farewell: Callable[[], Awaitable[str]],
        stopping: CancellationToken,
        period: float,
        lifetime: float,
    ) -> None:
        self._render = render
        self._farewell = farewell
        self._stopping = stopping
        self._period = period
        self._lifetime = lifetime

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002 - of ASGI
        """Answer until the browser goes or the host stops."""
        headers = [(b"content-type", b"text/event-stream; charset=utf-8"), (b"x-accel-buffering", b"no")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        try:
            async with anyio.create_task_group() as group:

                async def leave_with_browser() -> None:
                    while (await receive())["type"] != "http.disconnect":
                        pass
                    group.cancel_scope.cancel()

                group.start_soon(leave_with_browser)
                with anyio.move_on_after(self._lifetime) as signed_in, self._stopping.cancel_scope():
                    await self._send_changes(send)
                if signed_in.cancelled_caught:
                    await send({"type": "http.response.body", "body": b"", "more_body": False})
                group.cancel_scope.cancel()
        finally:
            if self._stopping.is_cancellation_requested:
                with anyio.move_on_after(_GOODBYE_SECONDS, shield=True):
                    text = event(await self._farewell(), name="stopping")
                    await send({"type": "http.response.body", "body": text, "more_body": False})

    async def _send_changes(self, send: Send) -> None:
        await send({"type": "http.response.body", "body": b"retry: 1000\n\n", "more_body": True})
        last, quiet = b"", 0.0
        while True:
            text = await self._render()
            digest = hashlib.blake2b(text.encode(), digest_size=16).digest()
            if digest != last:
                await send({"type": "http.response.body", "body": event(text), "more_body": True})
                last, quiet = digest, 0.0
            elif quiet >= _SILENCE:
                await send({"type": "http.response.body", "body": b": still here\n\n", "more_body": True})
                quiet = 0.0
            await anyio.sleep(self._period)
            quiet += self._period


def event(data: str, *, name: str = "") -> bytes:
    r"""Return a server-sent event.

    Example:
        >>> event("a\nb", name="stopping")
        b'event: stopping\ndata: a\ndata: b\n\n'
    """
    head = f"event: {name}\n" if name else ""
    lines = data.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return (head + "".join(f"data: {each}\n" for each in lines) + "\n").encode()
