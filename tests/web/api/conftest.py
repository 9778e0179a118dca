"""Hosts that are asked over their Unix socket, as the command line does."""

import http.client
import json
import socket
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import anyio.to_thread
import pytest

from corner_host import Host, HostBuilder


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def data(self) -> Any:
        """The body as JSON data."""
        return json.loads(self.body)


class UnixConnection(http.client.HTTPConnection):
    """HTTP over a Unix socket."""

    def __init__(self, path: Path) -> None:
        super().__init__("localhost", timeout=15)
        self._path = path

    def connect(self) -> None:
        """Connect to the socket."""
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(15)
        self.sock.connect(str(self._path))


def ask(path: Path, method: str, target: str, body: Any = None, headers: Mapping[str, str] | None = None) -> Answer:
    """Ask once; blocks."""
    connection = UnixConnection(path)
    try:
        data = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
        given = {"content-type": "application/json", **(headers or {})} if data is not None else dict(headers or {})
        connection.request(method, target, data, given)
        response = connection.getresponse()
        return Answer(response.status, {name.lower(): value for name, value in response.getheaders()}, response.read())
    finally:
        connection.close()


@dataclass(frozen=True)
class Asked:
    """A host, and the way to ask it."""

    host: Host
    path: Path

    async def get(self, target: str, **headers: str) -> Answer:
        """Ask below ``/api/v1``."""
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        return await anyio.to_thread.run_sync(lambda: ask(self.path, "GET", f"/api/v1{target}", None, given))

    async def post(self, target: str, body: Any, **headers: str) -> Answer:
        """Do something."""
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        return await anyio.to_thread.run_sync(lambda: ask(self.path, "POST", f"/api/v1{target}", body, given))


@pytest.fixture(params=["asyncio", "trio"])
def anyio_backend(request: pytest.FixtureRequest) -> str:
    """The back end: uvicorn answers on asyncio, hypercorn on trio."""
    return str(request.param)


class AskedHost(Protocol):
    """The way to run a host that is asked, inside an ``async with``."""

    def __call__(
        self, configure: Callable[[HostBuilder], object] = ..., *arguments: str
    ) -> AbstractAsyncContextManager[Asked]: ...


@pytest.fixture
def asked(tmp_path: Path) -> AskedHost:
    """A host with its socket in a folder of the test."""

    @asynccontextmanager
    async def run(
        configure: Callable[[HostBuilder], object] = lambda _: None, *arguments: str
    ) -> AsyncGenerator[Asked]:
        path = tmp_path / "h.sock"
        builder = Host.create_empty_builder()
        builder.configuration.add_in_memory_collection(
            {
                "Operations:StateDirectory": str(tmp_path / "state"),
                "Operations:Socket:Path": str(path),
                "Jobs:Engine": "memory",
            }
        )
        builder.configuration.add_command_line(arguments)
        builder.use_content_root(tmp_path)
        configure(builder)
        builder.services.add_operations(builder.configuration)
        async with builder.build() as host:
            yield Asked(host, path)

    return run
