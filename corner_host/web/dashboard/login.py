"""Signing in with the token, and out again.

The link in the log carries the token; its page sets the cookie and goes on by itself to a page without it. It is a page
and not a redirect: a browser that came from elsewhere would not send a *strict* cookie along with a redirect.
"""

from datetime import timedelta
from http import HTTPStatus
from typing import Final, final

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from .attempts import Attempts
from .forms import form_of
from .guard import client_of
from .keyring import Keyring
from .rendering import Renderer
from .visit import Visit

_LONGEST: Final = 1024


@final
class Login:
    """Answers ``/login`` and ``/logout``."""

    def __init__(self, keys: Keyring, attempts: Attempts, renderer: Renderer, *, path: str) -> None:
        self._keys = keys
        self._attempts = attempts
        self._renderer = renderer
        self._path = path

    async def show(self, visit: Visit, *, monotonic: float) -> Response:
        """Return the form; with a token in the address, try that."""
        token = visit.get("t")
        if token:
            return await self._try(visit, token, visit.get("next"), monotonic)
        return await self._form(visit, visit.get("next"))

    async def sign_in(self, visit: Visit, *, monotonic: float) -> Response:
        """Try the token of the form."""
        form = await form_of(visit.request)
        return await self._try(visit, form.get("token", "").strip(), form.get("next", ""), monotonic)

    def sign_out(self) -> Response:
        """Forget the cookie."""
        answer = RedirectResponse("login", HTTPStatus.SEE_OTHER)
        answer.set_cookie(
            self._keys.cookie_name, "", max_age=0, path=self._path or None, httponly=True, samesite="strict"
        )
        return answer

    async def _try(self, visit: Visit, token: str, wanted: str, monotonic: float) -> Response:
        user, wait = self._attempts.user_of(token[: _LONGEST + 1], self._keys, client_of(visit.request), now=monotonic)
        if wait:
            if self._keys.session_of(visit.request.cookies.get(self._keys.cookie_name, "")) is not None:
                return await self._go_on(visit, wanted)  # who guesses from the same address does not keep them out
            return await self._form(visit, wanted, wait=wait)
        if user is None:
            return await self._form(visit, wanted, wrong=True)
        answer = await self._go_on(visit, wanted)
        self._remember(answer, visit, user)
        return answer

    async def _go_on(self, visit: Visit, wanted: str) -> Response:
        return HTMLResponse(await self._renderer.page("signed_in.html", visit, {"target": target(wanted)}))

    def _remember(self, answer: Response, visit: Visit, user: str) -> None:
        answer.set_cookie(
            self._keys.cookie_name,
            self._keys.issue(user),
            max_age=int(self._keys.lifetime),
            expires=visit.now + timedelta(seconds=self._keys.lifetime),
            path=self._path or None,  # none: the browser takes the folder of this very page, whatever a proxy cuts off
            secure=is_encrypted(visit.request),
            httponly=True,
            samesite="strict",
        )

    async def _form(self, visit: Visit, wanted: str, *, wrong: bool = False, wait: float = 0.0) -> Response:
        values = {"wanted": wanted, "wrong": wrong, "wait": wait}
        status = HTTPStatus.TOO_MANY_REQUESTS if wait else HTTPStatus.FORBIDDEN if wrong else HTTPStatus.OK
        return HTMLResponse(await self._renderer.page("login.html", visit, values), status)


def target(wanted: str) -> str:
    """Return a link to a page of ours, whatever *wanted* is.

    Example:
        >>> target("jobs?state=DEAD"), target("https://evil.test"), target("//evil.test")
        ('./jobs?state=DEAD', './https://evil.test', './//evil.test')
    """
    return "./" + wanted


def is_encrypted(request: Request) -> bool:
    """Tell whether the browser's connection is encrypted: by what the server knows, or by the page that the form is on."""
    return request.scope.get("scheme") == "https" or request.headers.get("origin", "").startswith("https://")
