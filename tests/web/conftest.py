"""A real server on a free port, on every back end that a server knows."""

from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx2
import pytest

from corner_host import Host, HostBuilder
from corner_host.hosting import HostedService
from corner_host.web import WebAppService


@dataclass
class Site:
    """A host that serves, and a client that knows where."""

    host: Host
    client: httpx2.AsyncClient
    url: str


Serve = Callable[..., AbstractAsyncContextManager[Site]]


@pytest.fixture(params=["uvicorn on asyncio", "hypercorn on asyncio", "hypercorn on trio"])
def server(request: pytest.FixtureRequest) -> str:
    """Which server, on which back end."""
    return str(request.param)


@pytest.fixture
def anyio_backend(server: str) -> str:
    """The server's back end."""
    return server.rpartition(" ")[2]


@pytest.fixture
def serve(server: str) -> Serve:
    """The way to serve an app inside an ``async with``."""

    @asynccontextmanager
    async def run(
        app: Any, configure: Callable[[HostBuilder], object] = lambda _: None, *arguments: str
    ) -> AsyncGenerator[Site]:
        kind = server.partition(" ")[0]
        builder = Host.create_builder(
            [f"--Server:Kind={kind}", "--Server:Port=0", "--Logging:LogLevel:Default=None", *arguments]
        )
        builder.use_environment("Development")
        configure(builder)
        builder.add_asgi(app)
        async with builder.build() as host:
            (service,) = [each for each in host.services.get_services(HostedService) if isinstance(each, WebAppService)]
            (url,) = service.addresses()
            async with httpx2.AsyncClient(base_url=url, timeout=10) as client:
                yield Site(host, client, url)

    return run
