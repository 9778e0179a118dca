"""The host inside a web application's lifespan: ``FastAPI(lifespan=host.lifespan())``."""

import logging
import os
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

from corner_host.hosting import Host
from corner_host.hosting.lifetime import ApplicationLifetime

from .scopes import ServiceScopeMiddleware

_log = logging.getLogger("corner_host.web")


def lifespan(host: Host) -> Callable[[Any], AbstractAsyncContextManager[Mapping[str, Any]]]:
    """Return a lifespan that starts *host* with the application and stops it with it.

    The server keeps the signals. With several server processes there are as many hosts; a line in the log says so.

    Example:
        ``app = FastAPI(lifespan=host.lifespan())``, where ``host = builder.build()``.
    """

    @asynccontextmanager
    async def run(app: Any) -> AsyncGenerator[Mapping[str, Any]]:
        if hasattr(app, "add_middleware"):
            # too late for Starlette's own list: its stack is built, so the services go around it
            app.middleware_stack = ServiceScopeMiddleware(
                app.middleware_stack or app.build_middleware_stack(), host.services
            )
        workers = os.environ.get("WEB_CONCURRENCY", "1")
        if workers not in {"", "1"}:
            _log.warning(
                "%s server processes run a host each; work that must be done once needs a lock or a job.", workers
            )
        if isinstance(host.lifetime, ApplicationLifetime):
            host.lifetime.heeds_signals = False  # a server that has lost them to the host would never end
        async with host:
            yield {"host": host}

    return run
