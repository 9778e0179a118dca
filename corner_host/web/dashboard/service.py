"""The dashboard as a hosted service: a server of its own, and the line in the log that says where and how to enter."""

import logging
from typing import Final, final

from corner_host.di import ServiceProvider
from corner_host.diagnostics import HealthCheckService
from corner_host.hosting import HostApplicationLifetime, HostEnvironment, HostOptions
from corner_host.logging import LogBuffer
from corner_host.options import Options
from corner_host.primitives import LoopHandle
from corner_host.web.asgi import Receive, Scope, Send
from corner_host.web.errors import ServerStartError
from corner_host.web.scopes import services_of
from corner_host.web.service import WebAppService
from corner_host.web.settings import ServerKind, ServerSettings

from .app import DashboardApp
from .keyring import Keyring
from .settings import DashboardSettings

SECTION: Final = "Dashboard"
_log = logging.getLogger("corner_host.dashboard")


@final
class DashboardService:
    """Serves the dashboard at its own address while the host runs, unless it is off or mounted elsewhere."""

    is_plumbing = True  # it tells its address by itself

    def __init__(
        self,
        app: DashboardApp,
        settings: DashboardSettings,
        keys: Keyring,
        environment: HostEnvironment,
        provider: ServiceProvider,
        lifetime: HostApplicationLifetime,
        options: Options[HostOptions],
        health: HealthCheckService,
        buffer: LogBuffer,
    ) -> None:
        self._settings = settings
        self._keys = keys
        self._is_wanted = settings.is_wanted(in_development=environment.is_development())
        self._server: WebAppService | None = None
        if settings.token is None:
            buffer.addFilter(is_no_link)  # for the console alone: not for who reads the log on a page or in a diagnosis

        def make(port: int) -> WebAppService:
            native = ServerKind.UVICORN if LoopHandle.current().is_asyncio else ServerKind.HYPERCORN
            server = ServerSettings(
                kind=settings.kind or native,
                host=settings.host,
                port=port,
                forwarded_allow_ips=settings.forwarded_allow_ips,
                access_log=False,  # who watches would fill the log they watch
                health_endpoints=False,
            )
            return WebAppService(app, server, SECTION, provider, lifetime, options, health)

        self._make = make

    async def start(self) -> None:
        """Listen, and say where. If nobody has chosen the port and it is taken, another one will do."""
        if not self._is_wanted:
            return
        if not self._settings.own_server:
            if self._tells_token:
                _log.info("Dashboard: login?t=%s  below the path where it is mounted (this run only)", self._keys.token)
            return
        server = self._make(self._settings.port)
        try:
            await server.listen()
        except ServerStartError:
            if "port" in self._settings.model_fields_set:
                raise
            server = self._make(0)
            await server.listen()
        self._server = server
        if self._tells_token:
            _log.info("Dashboard: %s  (this run only)", self.link)
        else:
            _log.info("Dashboard: %s", self.address)

    async def stop(self) -> None:
        """Say goodbye to open pages, and listen no more."""
        if self._server is not None:
            await self._server.stop()

    @property
    def _tells_token(self) -> bool:
        """Whether the token was made for this run, so that nobody knows it."""
        return self._settings.token is None and bool(self._keys.token)

    @property
    def address(self) -> str:
        """Where it listens; empty if it does not."""
        addresses = [] if self._server is None else self._server.addresses()
        return f"{addresses[0]}{self._settings.path_base}/" if addresses else ""

    @property
    def link(self) -> str:
        """The address that signs in by itself: a secret."""
        return f"{self.address}login?t={self._keys.token}" if self.address else ""


def is_no_link(record: logging.LogRecord) -> bool:
    """Tell whether a log record does not have the link that signs in."""
    return record.name != _log.name or "login?t=" not in record.getMessage()


async def mounted_dashboard(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer as the dashboard of the host that the request came through: ``app.mount("/ops", mounted_dashboard)``.

    For an application that is served by ``builder.add_asgi(app)``. Set ``Dashboard:OwnServer`` false to have no other.
    """
    if scope["type"] == "lifespan":
        return
    services = services_of(scope)
    environment = services.get_required_service(HostEnvironment)
    settings = services.get_required_service(DashboardSettings)
    if settings.is_wanted(in_development=environment.is_development()):
        await services.get_required_service(DashboardApp)(scope, receive, send)
    elif scope["type"] == "http":
        await send({"type": "http.response.start", "status": 404, "headers": [(b"content-type", b"text/plain")]})
        await send({"type": "http.response.body", "body": b"Not Found"})
    else:
        await send({"type": "websocket.close", "code": 1008})
