"""A client on the web application of a host in a test; uvicorn is asyncio's."""

from typing import Any

import pytest

from corner_host import Host, HostBuilder
from corner_host.testing import HostFactory

pytestmark = pytest.mark.parametrize("anyio_backend", ["asyncio"])


async def app(scope: Any, receive: Any, send: Any) -> None:
    """Say which path was asked for."""
    assert scope["type"] == "http"
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/plain")]})
    await send({"type": "http.response.body", "body": scope["path"].encode()})


def create_builder(args: list[str]) -> HostBuilder:
    return Host.create_builder(args).add_asgi(app)


async def test_a_client_talks_to_the_application_on_a_free_port(host_factory: HostFactory) -> None:
    """Requests go through the real server; two hosts at a time do not get in each other's way."""
    async with (
        host_factory(create_builder) as one,
        host_factory(create_builder) as other,
        one.web_client() as client,
        other.web_client() as another,
    ):
        answers = [await client.get("/orders"), await another.get("/health")]

    assert [(each.status_code, each.text) for each in answers] == [(200, "/orders"), (200, "Healthy")]
