"""The web application as a hosted service: it listens when the host starts, and is quiet when the host stops.

Order of the start:
    1. the address is bound; what is wrong with it fails the start of the host
    2. the server runs the application's own start (lifespan), and then accepts

Order of the stop:
    1. readiness fails (the lifecycle check, when the application begins to stop)
    2. no new connections; event streams and WebSockets end; running requests are answered
    3. what is left at the end of the graceful time-out is cut: it is told 503, and counted in one log line
    4. the application's own stop (lifespan)
"""

import logging
import socket
import time
from collections.abc import Sequence
from typing import Any, Final, Protocol, final

import anyio

import corner_host.hosting
from corner_host.di import ServiceProvider
from corner_host.diagnostics import HealthCheckService
from corner_host.hosting import BackgroundService, HostApplicationLifetime, HostOptions
from corner_host.options import Options
from corner_host.primitives import CancellationToken, seconds

from .access import AccessLogMiddleware
from .app_lifespan import lifespan_of
from .asgi import AsgiApp, Receive, Scope, Send
from .ending import EndOnStopMiddleware
from .errors import ServerStartError
from .health import HealthMiddleware
from .routes import refuse_missing_services
from .scopes import ServiceScopeMiddleware
from .settings import ServerKind, ServerSettings
from .sockets import listen, urls

_MARGIN_SECONDS: Final = 2.0
_log = logging.getLogger("corner_host.web")


class Server(Protocol):
    """A web server, as the host runs one."""

    async def serve(
        self, sockets: Sequence[socket.socket], stopping: CancellationToken, accepting: anyio.Event
    ) -> None:
        """Run the application's start, set *accepting*, serve until *stopping*, then end within the graceful time-out.

        Raises:
            ServerStartError: The application's own start failed.
        """
        ...


@final
class WebAppService(BackgroundService):
    """Serves an ASGI application."""

    def __init__(
        self,
        app: AsgiApp,
        settings: ServerSettings,
        section: str,
        provider: ServiceProvider,
        lifetime: HostApplicationLifetime,
        options: Options[HostOptions],
        health: HealthCheckService,
    ) -> None:
        self._settings = settings
        self._section = section
        refuse_missing_services(provider, app)
        self._inner = app
        self._lifespan_state: dict[str, Any] = {}
        self._requests: dict[int, tuple[Scope, float]] = {}
        served: AsgiApp = ServiceScopeMiddleware(app, provider)
        if settings.access_log:
            served = AccessLogMiddleware(served)
        if settings.metrics_endpoint:
            from .metrics import MetricsMiddleware  # noqa: PLC0415 - an extra

            served = MetricsMiddleware(served)
        if settings.health_endpoints:
            served = HealthMiddleware(served, health, settings.health_aliases)
        self._graceful = settings.graceful_timeout_seconds
        if self._graceful is None and options.value.shutdown_timeout is not None:
            self._graceful = max(0.0, seconds(options.value.shutdown_timeout, "shutdown_timeout") - _MARGIN_SECONDS)
        self._app = EndOnStopMiddleware(served, lifetime.application_stopping, self._graceful)
        self._sockets: Sequence[socket.socket] = ()
        self._accepting = anyio.Event()
        self._start_error: BaseException | None = None

    async def start(self) -> None:
        """Return when the server accepts connections, and say where."""
        await self.listen()
        _log.info("Listening at %s", ", ".join(self.addresses()))

    async def listen(self) -> None:
        """Return when the server accepts connections."""
        self._sockets = listen(self._settings, self._section)
        self._accepting = anyio.Event()
        try:
            await super().start()
        except BaseException:
            self._close_sockets()  # execute() never begins
            raise
        await self._accepting.wait()  # execute() closes the sockets, whatever happens
        if self._start_error is not None:
            raise self._start_error

    async def execute(self, stopping: CancellationToken) -> None:
        """Serve until *stopping*."""
        try:
            async with lifespan_of(self._inner) as state:
                self._lifespan_state = state
                await self._server().serve(self._sockets, stopping, self._accepting)
            if self._app.cut:
                _log.warning("Requests cut %g s after the stop began: %d", self._graceful, self._app.cut)
        except ServerStartError as error:
            if self._accepting.is_set():
                raise
            self._start_error = error  # raised by start()
        finally:
            self._close_sockets()
            self._accepting.set()

    @property
    def status_text(self) -> str:
        """What an operator reads of it: where it listens, and how many requests it has not answered."""
        busy = f"   in flight {len(self._requests):,}" if self._requests else ""
        return ", ".join(self.addresses()) + busy

    def work_in_flight(self) -> "Sequence[corner_host.hosting.WorkInFlight]":
        """Return the requests that have not been answered."""
        now = time.perf_counter()
        return [
            corner_host.hosting.WorkInFlight("request", f"{scope.get('method', 'WS')} {scope['path']}", "", now - began)
            for scope, began in self._requests.values()
        ]

    def addresses(self) -> list[str]:
        """Return where the server listens, as URLs; nothing once it does not."""
        return urls(self._sockets)

    def _server(self) -> Server:
        if self._settings.kind is ServerKind.HYPERCORN:
            from .hypercorn_server import HypercornServer  # noqa: PLC0415 - an extra

            return HypercornServer(self._with_state, self._settings, self._graceful)
        from .uvicorn_server import UvicornServer  # noqa: PLC0415 - an extra

        return UvicornServer(self._with_state, self._settings, self._graceful)

    async def _with_state(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Give each request what the application's start has kept; answer the server's own lifespan in its place."""
        if scope["type"] == "lifespan":
            await _say_yes(receive, send)
            return
        scope["state"] = {**self._lifespan_state}
        self._requests[id(scope)] = scope, time.perf_counter()
        try:
            await self._app(scope, receive, send)
        finally:
            del self._requests[id(scope)]

    def _close_sockets(self) -> None:
        sockets, self._sockets = self._sockets, ()
        for each in sockets:
            each.close()


async def _say_yes(receive: Receive, send: Send) -> None:
    while True:
        message = await receive()
        await send({"type": f"{message['type']}.complete"})
        if message["type"] == "lifespan.shutdown":
            return
