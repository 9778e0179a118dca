"""Jobs know by which route they were put, on every server and framework, and never the path that was asked for."""

from collections.abc import Awaitable, Callable
from typing import Any

import anyio
import httpx2
import pytest
from fastapi import APIRouter, BackgroundTasks, FastAPI, WebSocket
from pydantic import BaseModel
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Mount, Route
from starlette.testclient import TestClient

from corner_host import Host, HostBuilder, JobClient
from corner_host.diagnostics.origin import current_origin
from corner_host.jobs import JobControl, JobFilter
from corner_host.web.fastapi import Inject
from corner_host.web.origin import origin_of
from corner_host.web.scopes import services_of

from .conftest import Serve


class Receipt(BaseModel):
    order: int = 0


async def send(job: Receipt) -> None: ...


def with_jobs(builder: HostBuilder) -> None:
    builder.configuration.add_in_memory_collection({"Jobs:Engine": "memory"})
    builder.services.add_jobs(builder.configuration).add_job_handler(Receipt, send)


def shop() -> FastAPI:
    """Routes in routers in routers, mounted applications of both kinds, a task after the answer."""
    orders, api, tenant, app = APIRouter(prefix="/orders"), APIRouter(prefix="/v1"), FastAPI(), FastAPI()

    @orders.post("/{order:int}")
    async def create(order: int, jobs: Inject[JobClient]) -> str:
        return (await jobs.enqueue(Receipt(order=order))).id

    @tenant.post("/in/{token}")
    async def enter(token: str, tasks: BackgroundTasks, jobs: Inject[JobClient]) -> None:
        tasks.add_task(jobs.enqueue, Receipt(), key="after the answer")

    async def plain(request: Request) -> PlainTextResponse:
        jobs = services_of(request.scope).get_required_service(JobClient)
        return PlainTextResponse((await jobs.enqueue(Receipt())).id)

    api.include_router(orders)
    app.include_router(api, prefix="/api")
    app.mount("/of/{tenant}", tenant)
    app.mount("/old", Starlette(routes=[Mount("/m", routes=[Route("/z/{rest:path}", plain, methods=["POST"])])]))
    return app


async def test_a_job_says_by_which_route_it_was_put(serve: Serve) -> None:
    """The whole route with its prefixes, parameters by their names."""
    async with serve(shop(), with_jobs) as site:
        jobs = site.host.services.get_required_service(JobControl)
        by_router = (await site.client.post("/api/v1/orders/7?token=s3cret")).json()
        by_mount = (await site.client.post("/old/m/z/s3cret/x")).text
        await site.client.post("/of/acme/in/s3cret")
        with anyio.fail_after(10):
            while not (after := await jobs.list(JobFilter(key="after the answer"))):
                await anyio.sleep(0.005)
        put = [await jobs.get(by_router), await jobs.get(by_mount), *after]

    assert [each.enqueued_by for each in put if each is not None] == [
        "POST /api/v1/orders/{order}",
        "POST /old/m/z/{rest}",
        "POST /of/{tenant}/in/{token}",
    ]


async def test_an_application_of_no_framework_is_called_by_the_method(serve: Serve) -> None:
    """Its path could hold anything."""
    seen: list[str | None] = []

    async def app(scope: Any, receive: Callable[[], Awaitable[Any]], send: Callable[[Any], Awaitable[None]]) -> None:
        if scope["type"] == "http":
            seen.append(current_origin())
            await send({"type": "http.response.start", "status": 200, "headers": []})
            await send({"type": "http.response.body", "body": b""})

    async with serve(app) as site:
        await site.client.put("/reset/s3cret")

    assert seen == ["PUT"]


@pytest.mark.parametrize("anyio_backend", ["asyncio"])
async def test_a_host_inside_an_application_tells_it_as_well(anyio_backend: str) -> None:
    """The same middleware is there when another server runs the application."""
    seen: list[str | None] = []
    app = FastAPI(lifespan=Host.create_empty_builder().build().lifespan())

    @app.get("/orders/{order}")
    async def read(order: str) -> None:
        seen.append(current_origin())

    async with (
        app.router.lifespan_context(app),
        httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="http://shop") as client,
    ):
        await client.get("/orders/s3cret")

    assert seen == ["GET /orders/{order}"]


def test_a_web_socket_is_called_so() -> None:
    """It has no method."""
    seen: list[str | None] = []
    app = FastAPI(lifespan=Host.create_empty_builder().build().lifespan())

    @app.websocket("/feed/{token}")
    async def feed(socket: WebSocket, token: str) -> None:
        await socket.accept()
        seen.append(current_origin())
        await socket.close()

    with TestClient(app) as client, client.websocket_connect("/feed/s3cret"):
        pass

    assert seen == ["WS /feed/{token}"]


@pytest.mark.parametrize(
    ("path", "values", "name"),
    [
        ("/a/7/b", {"id": 7}, "GET /a/{id}/b"),
        ("/p/a/007/b", {"id": 7}, "GET /a/{id}/b"),
        ("/p/a/7/b", {"id": 7}, "GET /p/a/{id}/b"),
        ("/t/a/7/b", {"id": 7, "tenant": "t"}, "GET /{tenant}/a/{id}/b"),
    ],
)
def test_what_is_before_the_route_is_named_where_it_is_sure(path: str, values: dict[str, Any], name: str) -> None:
    """A value that was converted into another text could hide where the prefix ends; then it is left out."""
    scope = {"type": "http", "method": "GET", "path": path, "path_params": values, "path_template": "/a/{id}/b"}

    assert origin_of(scope) == name
