"""The host inside a web application's lifespan: ``FastAPI(lifespan=host.lifespan())``."""

import logging
import os
import re
import sys
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import PurePath
from typing import Any, Final

from corner_host.hosting import Host
from corner_host.hosting.lifetime import ApplicationLifetime

from .scopes import ServiceScopeMiddleware

_log = logging.getLogger("corner_host.web")
_SERVERS: Final = re.compile(r"(uvicorn|gunicorn|hypercorn|granian|fastapi)(\.exe)?")
_WORKERS: Final = re.compile(r"(?:--workers[= ]|-w[= ]?)(\S+)")


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
        workers = server_processes(sys.argv, os.environ)
        if workers != "1":
            _log.warning(
                "%s server processes run a host each; work that must be done once needs a lock or a job.", workers
            )
        if isinstance(host.lifetime, ApplicationLifetime):
            host.lifetime.heeds_signals = False  # a server that has lost them to the host would never end
        async with host:
            yield {"host": host}

    return run


def server_processes(arguments: Sequence[str], variables: Mapping[str, str]) -> str:
    """Return how many processes the server of this process runs, by its command line or ``WEB_CONCURRENCY``, as it says it.

    Its children see the command line, too.

    Example:
        >>> server_processes(["/usr/bin/uvicorn", "shop:app", "--workers", "4"], {})
        '4'
        >>> server_processes(["/usr/bin/gunicorn", "-w4", "shop:app"], {"WEB_CONCURRENCY": "2"})
        '4'
        >>> server_processes(["shop.py", "-w", "9"], {"WEB_CONCURRENCY": "2"}), server_processes(["shop.py"], {})
        ('2', '1')
    """
    program = PurePath(arguments[0]) if arguments else PurePath()
    if _SERVERS.fullmatch(program.name) or (program.name == "__main__.py" and _SERVERS.fullmatch(program.parent.name)):
        found = _WORKERS.search(" ".join(arguments[1:]))
        if found is not None:
            return found[1]
    return variables.get("WEB_CONCURRENCY") or "1"
