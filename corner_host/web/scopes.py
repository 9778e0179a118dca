"""A service scope for each request and each WebSocket connection; jobs that it puts know the route.

A pure ASGI middleware: the scope lives until the application has returned, streaming and background tasks included, and
what it made is then closed, also where the client went away.
"""

from typing import Any, Final, final

from corner_host.di import ServiceProvider
from corner_host.diagnostics.origin import originating

from .asgi import AsgiApp, Receive, Scope, Send
from .errors import NoServiceScopeError
from .origin import origin_of

KEY: Final = "corner_host.services"


@final
class ServiceScopeMiddleware:
    """Opens a scope around each request and WebSocket connection, and leaves it in the ASGI scope."""

    def __init__(self, app: AsgiApp, provider: ServiceProvider) -> None:
        self._app = app
        self._provider = provider

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the call on."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        async with self._provider.create_scope() as services:
            scope[KEY] = services.service_provider
            state: dict[str, Any] = scope.setdefault("state", {})
            state["services"] = services.service_provider  # Starlette shows it as request.state.services
            with originating(lambda: origin_of(scope)):
                await self._app(scope, receive, send)


def services_of(scope: Scope) -> ServiceProvider:
    """Return the services of the request or connection that *scope* belongs to.

    Raises:
        NoServiceScopeError: It did not come through the host's middleware.
    """
    provider = scope.get(KEY)
    if not isinstance(provider, ServiceProvider):
        raise NoServiceScopeError(
            "This request has no services: it did not come through the host.\n"
            "To fix: serve the app with builder.add_asgi(app), or give it lifespan=host.lifespan() and run that host."
        )
    return provider
