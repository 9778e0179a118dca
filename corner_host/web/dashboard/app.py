"""The dashboard as an ASGI application: what is answered where.

Pages lie in one folder, so that every link is relative and needs no prefix: ``jobs``, ``job?id=...``, ``live/jobs``,
``static/dashboard.css``. Wherever it is mounted, the path is cut to that first.
"""

import json
import logging
from collections.abc import Awaitable, Callable, Mapping
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final, final
from urllib.parse import unquote

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route, Router
from starlette.staticfiles import StaticFiles

from corner_host.hosting import HostApplicationLifetime
from corner_host.operations import Operations, OperationsError
from corner_host.operations.errors import store_told
from corner_host.primitives import Clock
from corner_host.web.api import operations_api
from corner_host.web.asgi import AsgiApp, Receive, Scope, Send

from .access import SESSION_KEY, DashboardAccess
from .attempts import Attempts
from .confirmation import Confirmation
from .exports import EXPORTS, UNMASKED
from .guard import Guard
from .keyring import Keyring, Session
from .live import LiveStream
from .login import Login
from .pages import NAVIGATION, SCREENS, Screen
from .refusals import status_of
from .rendering import Renderer
from .settings import DashboardSettings
from .texts import LANGUAGES
from .visit import LANGUAGE_COOKIE, Visit

_FOLDER: Final = Path(__file__).parent
_log: Final = logging.getLogger("corner_host.dashboard")
_YEAR: Final = 365 * 86_400
_Handler = Callable[[Request], Awaitable[AsgiApp]]


@final
class DashboardApp:
    """Pages, their live streams, their levers, and the JSON API, behind one guard."""

    def __init__(
        self,
        settings: DashboardSettings,
        keys: Keyring,
        operations: Operations,
        lifetime: HostApplicationLifetime,
        clock: Clock,
    ) -> None:
        self._settings = settings
        self._operations = operations
        self._lifetime = lifetime
        self._clock = clock
        self._streams = 0
        self._renderer = Renderer()
        self._confirmation = Confirmation(self._renderer)
        attempts = Attempts()
        self._login = Login(keys, attempts, self._renderer, path=settings.path_base)
        self._static = StaticFiles(directory=_FOLDER / "static")
        self._api = None if settings.all_masked else operations_api(operations, DashboardAccess(settings))
        self._router = Router(self._routes())
        self._guard = Guard(self._route, settings=settings, keys=keys, attempts=attempts, clock=clock)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer."""
        if scope["type"] == "http":
            path = self._path(scope)
            if not path:  # the folder itself, without the slash that makes links relative to it
                last = str(scope["path"]).rpartition("/")[2]
                await RedirectResponse(f"{last}/", HTTPStatus.PERMANENT_REDIRECT)(scope, receive, send)
                return
            scope = {**scope, "path": path, "raw_path": path.encode(), "root_path": "", "app_root_path": ""}
        await self._guard(scope, receive, send)

    def _path(self, scope: Scope) -> str:
        """Return the path within the dashboard."""
        path = str(scope["path"])
        for prefix in (str(scope.get("root_path", "")).rstrip("/"), self._settings.path_base):
            if prefix and (path == prefix or path.startswith(prefix + "/")):
                path = path.removeprefix(prefix)
        return path

    async def _route(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = str(scope["path"])
        try:
            if path.startswith("/static/"):
                await self._static({**scope, "path": path.removeprefix("/static")}, receive, send)
            elif path.startswith("/api/") and self._api is not None:
                await self._api(scope, receive, send)
            else:
                await self._router(scope, receive, send)
        except HTTPException as error:
            await PlainTextResponse(error.detail, error.status_code, error.headers)(scope, receive, send)

    def _routes(self) -> list[Route]:
        async def show_login(request: Request) -> Response:
            return await self._login.show(self._visit(request), monotonic=self._clock.monotonic())

        async def sign_in(request: Request) -> Response:
            return await self._login.sign_in(self._visit(request), monotonic=self._clock.monotonic())

        async def sign_out(request: Request) -> Response:  # noqa: ARG001 - of every route
            return self._login.sign_out()

        async def confirm(request: Request) -> Response:
            return await self._confirmation.ask(self._visit(request))

        async def act(request: Request) -> Response:
            return await self._confirmation.act(self._visit(request))

        async def export(request: Request) -> Response:
            try:
                with store_told():
                    return await EXPORTS[request.url.path.removeprefix("/")](self._visit(request))
            except OperationsError as error:
                return PlainTextResponse(str(error), status_of(error))

        return [
            Route("/login", show_login),
            Route("/login", sign_in, methods=["POST"]),
            Route("/logout", sign_out, methods=["POST"]),
            Route("/language", self._choose_language),
            Route("/confirm", confirm),
            Route("/act", act, methods=["POST"]),
            *(Route(f"/{name}", export) for name in EXPORTS if name not in UNMASKED or not self._settings.all_masked),
            *(Route(f"/{screen.name}", self._page(screen)) for screen in SCREENS),
            *(Route(f"/live/{screen.name}", self._stream(screen)) for screen in SCREENS if screen.is_live),
        ]

    def _visit(self, request: Request) -> Visit:
        return Visit.of(request, self._operations, self._settings, self._clock.now())

    def _page(self, screen: Screen) -> Callable[[Request], Awaitable[Response]]:
        async def answer(request: Request) -> Response:
            visit = self._visit(request)
            try:
                values = await self._values(screen, visit)
            except OperationsError as error:
                values = await self._wrong(screen, visit, error)
                return HTMLResponse(await self._renderer.page("missing.html", visit, values), status_of(error))
            return HTMLResponse(await self._renderer.page(screen.template, visit, values))

        return answer

    def _stream(self, screen: Screen) -> Callable[[Request], Awaitable[Any]]:
        async def answer(request: Request) -> Any:
            if request.method == "HEAD":
                return Response(media_type="text/event-stream")
            if self._streams >= self._settings.max_streams:
                return PlainTextResponse("Too many open pages.", HTTPStatus.SERVICE_UNAVAILABLE)

            async def render() -> str:
                visit = self._visit(request)
                try:
                    values, template, block = await self._values(screen, visit), screen.template, "live"
                except OperationsError as error:  # what was looked at is gone
                    values, template, block = await self._wrong(screen, visit, error), "missing.html", "content"
                return await self._renderer.blocks(template, (block, "beside"), visit, values)

            session: Session = request.scope[SESSION_KEY]
            stream = LiveStream(
                render,
                farewell=self._farewell,
                stopping=self._lifetime.application_stopping,
                period=self._settings.refresh_seconds,
                lifetime=session.expires - self._clock.now().timestamp(),
            )
            return self._counted(stream)

        return answer

    def _counted(self, stream: AsgiApp) -> AsgiApp:
        async def run(scope: Scope, receive: Receive, send: Send) -> None:
            self._streams += 1
            try:
                await stream(scope, receive, send)
            finally:
                self._streams -= 1

        return run

    async def _farewell(self) -> str:
        """Return how many work items and jobs are still running, and how many wait in memory; null if nobody can tell."""
        try:
            queues = await self._operations.queues.list()
        except Exception as error:  # noqa: BLE001 - the store may have stopped before; a goodbye is said all the same
            _log.debug("What is left to finish is not known: %s", error)
            return json.dumps({"left": None})
        return json.dumps({"left": sum(each.running + (each.depth if each.kind == "memory" else 0) for each in queues)})

    async def _values(self, screen: Screen, visit: Visit) -> Mapping[str, Any]:
        with store_told():
            return {**await self._frame(screen, visit), **await screen.load(visit)}

    async def _wrong(self, screen: Screen, visit: Visit, error: OperationsError) -> Mapping[str, Any]:
        return {**await self._frame(screen, visit), "error": str(error), "status": status_of(error)}

    async def _frame(self, screen: Screen, visit: Visit) -> dict[str, Any]:
        return {
            "host": await self._operations.host.status(),
            "screen": screen,
            "navigation": NAVIGATION,
            "read_only": not visit.can_act,
        }

    async def _choose_language(self, request: Request) -> Response:
        """Remember a language in the browser; nothing changes here."""
        wanted = unquote(request.query_params.get("next", ""))
        answer = RedirectResponse("./" + wanted, HTTPStatus.SEE_OTHER)
        if (language := request.query_params.get("set", "")) in LANGUAGES:
            answer.set_cookie(
                LANGUAGE_COOKIE, language, max_age=_YEAR, path=self._settings.path_base or None, samesite="strict"
            )
        return answer
