"""Stands in front of everything the dashboard answers, and decides who gets through.

Order of the checks:
    1. only HTTP: no WebSockets
    2. the ``Host`` header names this machine, or a name that was allowed (DNS rebinding)
    3. no other site loads this as a part of its page
    4. a request that may change something comes from our own page, or carries a token itself
    5. somebody is signed in, but for signing in and the files of the pages' looks
    6. a request that may change something is of somebody with a permission; which one, the page or the API asks

Whatever the answer is, it says that it must not be framed, stored, guessed at, or read by other sites.
"""

from http import HTTPStatus
from typing import Final, final
from urllib.parse import quote

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response

from corner_host.primitives import Clock
from corner_host.web.asgi import AsgiApp, Message, Receive, Scope, Send

from .access import SESSION_KEY
from .attempts import Attempts
from .keyring import Keyring, Session
from .origins import is_allowed_host, is_foreign_load, is_own_post
from .settings import DashboardSettings

STATIC: Final = "/static/"
SIGN_IN: Final = "/login"
_SAFE_METHODS: Final = frozenset({"GET", "HEAD"})
_API: Final = "/api/"
_LONGEST_NAME: Final = 100
HEADERS: Final = {
    "content-security-policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
    ),
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
    "referrer-policy": "same-origin",  # not none: a browser would then hide the origin of our own forms, too
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
}
"""Of every answer."""


@final
class Guard:
    """Passes on what may pass."""

    def __init__(
        self, app: AsgiApp, *, settings: DashboardSettings, keys: Keyring, attempts: Attempts, clock: Clock
    ) -> None:
        self._app = app
        self._settings = settings
        self._keys = keys
        self._attempts = attempts
        self._clock = clock

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer or pass on."""
        if scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008, "reason": "no WebSockets here"})
        if scope["type"] != "http":
            return
        respond = _with_headers(send, keep=str(scope["path"]).startswith(STATIC))
        refusal = self._refuse(Request(scope))
        await (refusal or self._app)(scope, receive, respond)

    def _refuse(self, request: Request) -> Response | None:
        headers, path = request.headers, str(request.scope["path"])
        is_safe = request.method in _SAFE_METHODS
        if not is_allowed_host(headers.get("host", ""), self._settings.allowed_hosts):
            return _refusal(request, HTTPStatus.MISDIRECTED_REQUEST, "Not this host. See Dashboard:AllowedHosts.")
        if is_foreign_load(headers):
            return _refusal(request, HTTPStatus.FORBIDDEN, "Not for the pages of another site.")
        bearer = self._bearer(request)
        if isinstance(bearer, Response):
            return bearer
        is_by_script = bearer is not None and not self._is_proxy(request)
        if not is_safe and not is_by_script and not is_own_post(headers):
            return _refusal(request, HTTPStatus.FORBIDDEN, "This did not come from the dashboard's own page.")
        if path == SIGN_IN or path.startswith(STATIC):
            return None
        session = bearer or self._cookie_holder(request)
        if session is None:
            return self._ask_to_sign_in(request, path)
        if not is_safe and path != "/logout" and self._settings.may_only_look(session.user):
            return _refusal(
                request,
                HTTPStatus.FORBIDDEN,
                "You may look, and change nothing. See Dashboard:ReadOnly and Dashboard:Permissions.",
            )
        request.scope[SESSION_KEY] = session
        return None

    def _bearer(self, request: Request) -> Session | Response | None:
        """Return who sends a token along, as scripts and proxies do; None where nobody tries."""
        token = _bearer_token(request)
        if token is None:
            return None
        expires = self._clock.now().timestamp() + self._keys.lifetime
        if self._is_proxy(request):
            user = request.headers.get(self._settings.user_header, "").strip()[:_LONGEST_NAME]
            if not user.isprintable() or not user:
                told = f"The proxy does not say who comes (Dashboard:UserHeader is {self._settings.user_header})."
                return _refusal(request, HTTPStatus.UNAUTHORIZED, told)
            return Session("proxy", expires, user)
        found, wait = self._attempts.user_of(token, self._keys, client_of(request), now=self._clock.monotonic())
        if wait:
            if self._cookie_holder(request) is not None:
                return None  # who has signed in is not kept out by others who guess from the same address
            return _refusal(request, HTTPStatus.TOO_MANY_REQUESTS, f"Too many attempts; wait {wait:.0f} s.")
        if found is None:
            return _refusal(request, HTTPStatus.UNAUTHORIZED, "This is not the token.")
        return Session("token", expires, found)

    def _is_proxy(self, request: Request) -> bool:
        """Tell whether the proxy that signs people in sends this: what a browser sends, it sends on with its own token."""
        given = _bearer_token(request)
        return given is not None and self._keys.is_proxy(given)

    def _cookie_holder(self, request: Request) -> Session | None:
        return self._keys.session_of(request.cookies.get(self._keys.cookie_name, ""))

    def _ask_to_sign_in(self, request: Request, path: str) -> Response:
        is_page = request.method == "GET" and request.headers.get("sec-fetch-mode", "navigate") == "navigate"
        if not is_page or path.startswith((_API, "/live")):
            return _refusal(request, HTTPStatus.UNAUTHORIZED, "Sign in first.")
        query = f"?{request.url.query}" if request.url.query else ""
        wanted = path.removeprefix("/") + query
        return RedirectResponse("login" + (f"?next={quote(wanted, safe='')}" if wanted else ""), HTTPStatus.SEE_OTHER)


def _bearer_token(request: Request) -> str | None:
    kind, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip() if kind.lower() == "bearer" else None


def client_of(request: Request) -> str:
    """Return where a request comes from, as far as it is known."""
    return request.client.host if request.client else "local"


def _refusal(request: Request, status: HTTPStatus, message: str) -> Response:
    if str(request.scope["path"]).startswith(_API):
        problem = {"type": "about:blank", "title": status.phrase, "status": int(status), "detail": message}
        return JSONResponse(problem, status, media_type="application/problem+json")
    return PlainTextResponse(message, status)


def _with_headers(send: Send, *, keep: bool) -> Send:
    async def respond(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            headers.update(HEADERS)
            if not keep:
                headers["cache-control"] = "no-store"
        await send(message)

    return respond
