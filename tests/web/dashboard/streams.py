"""Reads a stream of events as it comes, byte by byte: a client that may stop reading when it has seen enough."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from urllib.parse import urlsplit

import anyio
from anyio.abc import ByteReceiveStream

from .conftest import Site


@dataclass
class EventStream:
    """What has come so far, with the head of the answer."""

    connection: ByteReceiveStream
    text: str = ""

    async def until(self, *wanted: str) -> str:
        """Return all that has come once every one of *wanted* has."""
        with anyio.fail_after(20):
            while not all(each in self.text for each in wanted):
                self.text += (await self.connection.receive()).decode()
        return self.text

    async def rest(self) -> str:
        """Return all that comes until the end."""
        with anyio.fail_after(20):
            async for part in self.connection:
                self.text += part.decode()
        return self.text


@asynccontextmanager
async def open_stream(site: Site, path: str) -> AsyncGenerator[EventStream]:
    """Ask for a stream, signed in as the site's client is."""
    url = urlsplit(site.url)
    cookie = f"{site.cookie}={site.client.cookies[site.cookie]}"
    head = f"GET {url.path}{path} HTTP/1.1\r\nHost: {url.netloc}\r\nCookie: {cookie}\r\nConnection: close\r\n\r\n"
    async with await anyio.connect_tcp(url.hostname or "", url.port or 0) as connection:
        await connection.send(head.encode())
        yield EventStream(connection)
