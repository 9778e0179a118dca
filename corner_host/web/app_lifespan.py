"""The application's own start and stop, by ASGI's lifespan protocol; run by us, so that its error is the host's error.

An application that does not know the protocol is served without. Source:
https://asgi.readthedocs.io/en/latest/specs/lifespan.html
"""

import logging
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any, Final, final

import anyio

from .asgi import AsgiApp, Message
from .errors import ServerStartError

CLEANUP_SECONDS: Final = 10.0
_log = logging.getLogger("corner_host.web")


@asynccontextmanager
async def lifespan_of(app: AsgiApp) -> AsyncGenerator[dict[str, Any]]:
    """Run the application's start on entering and its stop on leaving; gives the state that it keeps for requests.

    The stop is run also where the host is cut short; it has `CLEANUP_SECONDS` then.

    Raises:
        ServerStartError: The application's start failed; its own exception is the cause.
    """
    life = _Life(app)
    try:
        async with anyio.create_task_group() as group:
            group.start_soon(life.run)
            try:
                await life.start()
                try:
                    yield life.state
                    await life.stop()
                finally:
                    with anyio.move_on_after(CLEANUP_SECONDS, shield=True):
                        await life.stop()
            finally:
                life.end()
    except BaseExceptionGroup as errors:
        first, *others = errors.exceptions
        if others:
            raise
        raise first from first.__cause__


@final
class _Life:
    """One conversation of the lifespan protocol."""

    def __init__(self, app: AsgiApp) -> None:
        self.state: dict[str, Any] = {}
        self._app = app
        self._to_app, self._from_us = anyio.create_memory_object_stream[Message](2)
        self._started = anyio.Event()
        self._stopped = anyio.Event()
        self._has_listened = self._was_asked_to_stop = False
        self._scope = anyio.CancelScope(shield=True)  # what cancels the host must not cut the application's own stop
        self._failure: str | None = None
        self._error: Exception | None = None

    async def run(self) -> None:
        scope = {"type": "lifespan", "asgi": {"version": "3.0", "spec_version": "2.0"}, "state": self.state}
        try:
            with self._scope:
                await self._app(scope, self._receive, self._send)
        except Exception as error:  # noqa: BLE001 - raised by start(), or logged, as the moment has it
            self._error = error
            if self._started.is_set() and not self._stopped.is_set():
                _log.error("The application's own stop failed: %s", error, exc_info=error)
        finally:
            self._started.set()
            self._stopped.set()
            self._to_app.close()
            self._from_us.close()

    async def start(self) -> None:
        # before the application has its first turn, in which one that does not know the protocol ends at once
        self._to_app.send_nowait({"type": "lifespan.startup"})
        await self._started.wait()
        if self._failure is None and (self._error is None or not self._has_listened):
            return  # it has started, or does not know the protocol
        reason = self._error if self._error is not None else self._failure
        raise ServerStartError(
            f"The application's own start (lifespan) failed: {type(reason).__name__ if self._error else ''}"
            f"{': ' if self._error else ''}{reason}".strip()
        ) from self._error

    async def stop(self) -> None:
        """Have the application stop; a second call goes on waiting for the first one's end."""
        if not self._stopped.is_set():
            if not self._was_asked_to_stop:
                self._was_asked_to_stop = True
                self._to_app.send_nowait({"type": "lifespan.shutdown"})
            await self._stopped.wait()

    def end(self) -> None:
        """Cancel what is left of the application."""
        self._scope.cancel()

    async def _receive(self) -> Message:
        self._has_listened = True
        return await self._from_us.receive()

    async def _send(self, message: Message) -> None:
        match message["type"]:
            case "lifespan.startup.complete":
                self._started.set()
            case "lifespan.startup.failed":
                self._failure = str(message.get("message", "")) or "no reason was given"
                self._started.set()
            case "lifespan.shutdown.failed":
                _log.error("The application's own stop failed: %s", message.get("message", ""))
                self._stopped.set()
            case "lifespan.shutdown.complete":
                self._stopped.set()
            case _:
                pass
