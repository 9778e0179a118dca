"""A client on the web application that a host serves. Needs ``httpx2``."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from importlib import import_module
from typing import Any

from corner_host.hosting import Host, HostedService
from corner_host.primitives import CornerHostError
from corner_host.web import WebAppService


class NoWebClientError(CornerHostError, RuntimeError):
    """There is nothing that a web client could be made with, or for."""


@asynccontextmanager
async def web_client(host: Host) -> AsyncGenerator[Any]:
    """Give an ``httpx2.AsyncClient`` whose base is the first web application of a running *host*.

    Requests go through the real server on its real port, so that what a test sees is what a browser sees.

    Raises:
        NoWebClientError: The host serves nothing, or httpx2 is not installed.
    """
    served = [each for each in host.services.get_services(HostedService) if isinstance(each, WebAppService)]
    if not served:
        raise NoWebClientError("The host serves no web application.\nTo fix: builder.add_asgi(app).")
    try:
        httpx2: Any = import_module("httpx2")
    except ImportError as error:
        raise NoWebClientError("A web client needs httpx2.\nTo fix: pip install httpx2.") from error
    async with httpx2.AsyncClient(base_url=served[0].addresses()[0]) as client:
        yield client
