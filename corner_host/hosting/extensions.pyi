from collections.abc import Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager
from typing import Any, Self

class BuilderExtensions:
    def add_asgi(self, app: Callable[[Any, Any, Any], Awaitable[None]], *, section: str = "Server") -> Self:
        """Serve an ASGI application while the host runs. See `corner_host.web`."""

    def add_dashboard(self) -> Self:
        """Serve the dashboard while the host runs, by the section ``Dashboard``. See `corner_host.web.dashboard`."""

class HostExtensions:
    def lifespan(self) -> Callable[[Any], AbstractAsyncContextManager[Mapping[str, Any]]]:
        """Return a lifespan for FastAPI or Starlette that starts and stops this host. See `corner_host.web`."""
