"""Behind a prefix, with and without a proxy that cuts it off, and as a part of the user's application."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx2
import pytest
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Mount, Route

from corner_host import Host
from corner_host.hosting import HostedService
from corner_host.logging import LogBuffer
from corner_host.web import WebAppService
from corner_host.web.dashboard import mounted_dashboard
from corner_host.web.dashboard.keyring import Keyring

from .conftest import OpenDashboard


async def test_a_prefix_that_the_proxy_keeps_is_cut_off_here(dashboard: OpenDashboard) -> None:
    """P45: with and without it, the same pages."""
    async with dashboard("Dashboard:PathBase=/ops") as site:
        await site.sign_in()
        kept = await site.client.get("jobs")
        without_slash = await site.client.get(site.url.rstrip("/"))
        cut_off = await site.client.get(
            site.url.replace("/ops/", "/jobs"), headers={"cookie": kept.request.headers["cookie"]}
        )

    assert site.url.endswith("/ops/")
    assert [kept.status_code, cut_off.status_code] == [200, 200]
    assert without_slash.headers["location"] == "ops/"


async def test_no_link_of_a_page_begins_at_the_root(dashboard: OpenDashboard) -> None:
    """P45: whatever the prefix is."""
    async with dashboard() as site:
        sign_in = (await site.client.get("login")).text
        await site.sign_in()
        texts = [sign_in, (await site.client.get("")).text, (await site.client.get("jobs")).text]

    assert [text for text in texts if 'href="/' in text or 'src="/' in text or 'action="/' in text] == []


async def test_without_a_known_prefix_the_browser_binds_the_cookie_to_the_folder(dashboard: OpenDashboard) -> None:
    """A proxy that cuts the prefix off does not tell it; the browser knows it."""
    async with dashboard() as site:
        answer = await site.client.post("login", data={"token": site.token})

    assert "path=" not in answer.headers["set-cookie"].lower()


@asynccontextmanager
async def application(
    anyio_backend: str, folder: Path, *settings: str
) -> AsyncGenerator[tuple[httpx2.AsyncClient, Host]]:
    """Serve an application with the dashboard below ``/ops`` and a route that catches all else."""

    async def everything(request: object) -> PlainTextResponse:
        return PlainTextResponse("the application's own")

    app = Starlette(routes=[Mount("/ops", mounted_dashboard), Route("/{path:path}", everything)])
    server = "uvicorn" if anyio_backend == "asyncio" else "hypercorn"
    own = [
        f"--Server:Kind={server}",
        "--Server:Port=0",
        "--Dashboard:OwnServer=false",
        "--Logging:LogLevel:Default=None",
    ]
    builder = Host.create_builder([*own, f"--Operations:StateDirectory={folder}", *(f"--{each}" for each in settings)])
    builder.use_environment("Development")
    builder.add_asgi(app).add_dashboard()
    async with builder.build() as host:
        (service,) = [each for each in host.services.get_services(HostedService) if isinstance(each, WebAppService)]
        (url,) = service.addresses()
        headers = {"origin": url, "sec-fetch-site": "same-origin"}
        async with httpx2.AsyncClient(base_url=url, timeout=20, headers=headers) as client:
            yield client, host


async def test_it_can_be_a_part_of_the_application(anyio_backend: str, tmp_path: Path) -> None:
    """Mounted below a path, before a route that catches everything."""
    async with application(anyio_backend, tmp_path) as (client, host):
        token = host.services.get_required_service(Keyring).token
        before = await client.get("/ops/jobs")
        signed_in = await client.post("/ops/login", data={"token": token})
        client.headers["cookie"] = signed_in.headers["set-cookie"].partition(";")[0]
        answers = [
            await client.get(path) for path in ("/ops/", "/ops/jobs", "/ops/static/dashboard.css", "/ops/api/v1/status")
        ]

    assert (before.status_code, before.headers["location"]) == (303, "login?next=jobs")
    assert [each.status_code for each in answers] == [200] * 4


async def test_a_mounted_one_tells_how_to_enter(
    anyio_backend: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """In Development, as one with a server of its own does; and not where the log is read on a page."""
    async with application(anyio_backend, tmp_path, "Logging:LogLevel:Default=Information") as (_, host):
        token = host.services.get_required_service(Keyring).token
        kept = [each.message for each in host.services.get_required_service(LogBuffer).records()]

    assert f"Dashboard: login?t={token}  below the path where it is mounted" in capsys.readouterr().out
    assert not any(token in each for each in kept)


async def test_a_mounted_one_that_is_off_is_not_there(anyio_backend: str, tmp_path: Path) -> None:
    """P39: as in Production without configuration."""
    async with application(anyio_backend, tmp_path, "Dashboard:Enabled=false") as (client, _):
        answers = [
            (await client.get(path)).status_code for path in ("/ops/", "/ops/login", "/ops/static/dashboard.css")
        ]

    assert answers == [404, 404, 404]
