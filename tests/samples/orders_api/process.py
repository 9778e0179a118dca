"""The shop in a process of its own, and a post office in this one."""

import logging
import os
import signal
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from email import message_from_bytes
from pathlib import Path
from typing import Any

import anyio
import anyio.abc
import httpx2
from anyio.streams.buffered import BufferedByteReceiveStream

from samples.orders_api.mail import Mailbox, MailServer
from samples.orders_api.settings import MailSettings

from .shop import LIMIT

ROOT = Path(__file__).resolve().parents[3]


class PostOffice(Mailbox):
    """A mail server that outlives the shop; while it rests, nothing that is handed in is accepted."""

    def __init__(self) -> None:
        super().__init__()
        self.handed_in = anyio.Event()
        self.opens = anyio.Event()
        self.opens.set()
        self.unknown = ""

    async def handle_RCPT(self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any) -> str:
        """Refuse those who are unknown, for good."""
        if self.unknown and address.startswith(self.unknown):
            return "550 No such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        """Take a message in, once the office is open."""
        self.handed_in.set()
        await self.opens.wait()
        return await super().handle_DATA(server, session, envelope)

    @property
    def ids(self) -> list[str]:
        """The Message-IDs of all that was accepted, in order."""
        return [str(message_from_bytes(each)["Message-ID"]) for each in self.messages]


@asynccontextmanager
async def post_office() -> AsyncGenerator[tuple[PostOffice, list[str]]]:
    """Open a post office; gives the settings by which the shop finds it."""
    office = PostOffice()
    server = MailServer(MailSettings(), office, logging.getLogger("post office"))
    await server.start()
    try:
        yield office, ["--Mail:Embedded=false", f"--Mail:Port={server.port}", "--Mail:TimeoutSeconds=30"]
    finally:
        office.opens.set()
        await server.stop()


@dataclass
class ShopProcess:
    """A shop of its own process."""

    process: anyio.abc.Process
    client: httpx2.AsyncClient
    said: list[str]

    async def end(self, sent: signal.Signals) -> int:
        """Send a signal, and return the status."""
        self.process.send_signal(sent)
        with anyio.fail_after(LIMIT):
            return await self.process.wait()

    async def until_all_are_told(self, office: PostOffice, count: int) -> list[dict[str, Any]]:
        """Wait until the post office has *count* messages and the books say so; returns all orders."""
        with anyio.fail_after(150):
            while len(office.messages) < count:
                await anyio.sleep(0.1)
            orders = await self.orders()
            while not all(each["notified_at"] for each in orders):
                await anyio.sleep(0.1)
                orders = await self.orders()
        return orders

    async def orders(self) -> list[dict[str, Any]]:
        """All orders, page by page."""
        found: list[dict[str, Any]] = []
        while True:
            before = {"before": found[-1]["id"]} if found else {}
            page = (await self.client.get("/orders", params={"limit": 200, **before})).json()
            found += page
            if len(page) < 200:
                return found


@asynccontextmanager
async def start_shop(*settings: str) -> AsyncGenerator[ShopProcess]:
    """Start the shop as a user starts it; kills it at the end if it still runs."""
    inherited = {key: value for key, value in os.environ.items() if not key.startswith(("DOTNET_", "CORNER_"))}
    command = [sys.executable, "-m", "samples.orders_api", *settings]
    said: list[str] = []
    async with (
        await anyio.open_process(command, cwd=ROOT, env={**inherited, "PYTHONUNBUFFERED": "1"}, stderr=None) as process,
        anyio.create_task_group() as readers,
    ):
        assert process.stdout is not None
        output = BufferedByteReceiveStream(process.stdout)
        listens = anyio.Event()

        async def read() -> None:
            try:
                while True:
                    said.append((await output.receive_until(b"\n", 65_536)).decode())
                    if "Listening at" in said[-1]:
                        listens.set()
            except (anyio.IncompleteRead, anyio.ClosedResourceError):
                listens.set()

        readers.start_soon(read)
        try:
            with anyio.fail_after(LIMIT):
                await listens.wait()
            (url,) = [line.rpartition("Listening at ")[2].strip() for line in said if "Listening at" in line]
            limits = httpx2.Limits(max_connections=100, max_keepalive_connections=100)
            async with httpx2.AsyncClient(base_url=url, timeout=LIMIT, limits=limits) as client:
                yield ShopProcess(process, client, said)
        finally:
            if process.returncode is None:
                process.kill()
            with anyio.CancelScope(shield=True):
                await process.wait()
