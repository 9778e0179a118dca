"""A host with a dashboard on a free port, on both back ends, and a client that is signed in or not."""

from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import anyio
import httpx2
import pytest

from corner_host import Host, HostBuilder
from corner_host.hosting import HostedService
from corner_host.operations import JobQuery, Operations
from corner_host.web.dashboard import DashboardService
from corner_host.web.dashboard.keyring import Keyring
from tests.once import mark_once

from .demo import create_builder

TOKEN = "correct-horse-battery-staple"


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Pages: what they show on one Python they show on all."""
    mark_once(items, Path(__file__).parent)


@pytest.fixture(params=["asyncio", "trio"])
def anyio_backend(request: pytest.FixtureRequest) -> str:
    """The back end: uvicorn on asyncio, hypercorn on trio."""
    return str(request.param)


@dataclass
class Site:
    """A host with a dashboard.

    Attributes:
        host: The host.
        url: Where the dashboard is, with a slash at the end.
        link: The address that signs in.
        client: Sends what a browser sends from the page itself; not signed in.
        cookie: Its name.
        token: What signs in.
    """

    host: Host
    url: str
    link: str
    client: httpx2.AsyncClient
    cookie: str
    token: str

    async def sign_in(self) -> None:
        """Have the client signed in from now on."""
        answer = await self.client.post("login", data={"token": self.token})
        assert answer.status_code == 200, answer.text


OpenDashboard = Callable[..., AbstractAsyncContextManager[Site]]


@asynccontextmanager
async def open_dashboard(
    folder: Path,
    *settings: str,
    environment: str = "Development",
    make: Callable[[list[str]], HostBuilder] = Host.create_builder,
) -> AsyncGenerator[Site]:
    """Start a host with a dashboard; *settings* are arguments without their dashes."""
    own = ["--Logging:LogLevel:Default=None", "--Dashboard:Port=0", f"--Operations:StateDirectory={folder}"]
    builder = make([*own, *(f"--{each}" for each in settings)])
    builder.use_environment(environment)
    builder.add_dashboard()
    async with builder.build() as host:
        (service,) = [each for each in host.services.get_services(HostedService) if isinstance(each, DashboardService)]
        keys = host.services.get_required_service(Keyring)
        origin = service.address.rstrip("/").removesuffix("/ops")
        headers = {"origin": origin, "sec-fetch-site": "same-origin"}
        async with httpx2.AsyncClient(base_url=service.address, timeout=20, headers=headers) as client:
            yield Site(host, service.address, service.link, client, keys.cookie_name, keys.token)


@pytest.fixture
def dashboard(tmp_path: Path) -> OpenDashboard:
    """The way to open a dashboard; takes settings such as ``Dashboard:ReadOnly=false``."""
    return partial(open_dashboard, tmp_path)


@pytest.fixture
def shop(tmp_path: Path) -> OpenDashboard:
    """The way to open the shop of ``demo``: twelve orders, three of which die; entered with the orders worked off."""

    @asynccontextmanager
    async def run(*settings: str) -> AsyncGenerator[Site]:
        few = (
            "Demo:Orders=12",
            "Demo:Seconds=0.01",
            "Payment:TimeoutSeconds=0.02",
            "Logging:LogLevel:Default=Information",
        )
        async with open_dashboard(tmp_path, *few, *settings, make=create_builder) as site:
            await worked_off(site)
            await site.sign_in()
            yield site

    return run


async def worked_off(site: Site) -> None:
    """Return when every order has ended: nine receipts were sent, and three orders died."""
    jobs = site.host.services.get_required_service(Operations).jobs

    async def is_done() -> bool:
        ended = await jobs.search(JobQuery(states=("SUCCEEDED", "DEAD"), limit=200))
        return (
            sum(each.name == "SendReceipt" and each.state == "SUCCEEDED" for each in ended.items) >= 9
            and sum(each.state == "DEAD" for each in ended.items) == 3
        )

    await until(is_done)


async def until(condition: Callable[[], Awaitable[bool]]) -> None:
    """Return when *condition* holds; it is looked at again and again."""
    with anyio.fail_after(30):
        while not await condition():
            await anyio.sleep(0.02)
