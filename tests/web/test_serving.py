"""The web inside the host: started and stopped with it, a scope for each request, clear errors."""

import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import anyio
import pytest
from fastapi import APIRouter, BackgroundTasks, FastAPI, HTTPException
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, StreamingResponse
from starlette.routing import Mount, Route

from corner_host import Host, HostBuilder
from corner_host.di import ServiceValidationError
from corner_host.web import ServerStartError
from corner_host.web.fastapi import Inject, injected

from .conftest import Serve


class Session:
    """Something scoped that says when it is closed."""

    closed = 0

    def __init__(self) -> None:
        self.is_open = True

    def close(self) -> None:
        self.is_open = False
        type(self).closed += 1


class Orders:
    def __init__(self, session: Session) -> None:
        self.session = session


class Missing: ...


class Lost: ...


@pytest.fixture(autouse=True)
def nothing_closed() -> None:
    Session.closed = 0


def with_orders(builder: HostBuilder) -> None:
    builder.services.add_scoped(Session).add_scoped(Orders)


async def test_each_request_has_a_scope_of_its_own(serve: Serve) -> None:
    """Services of one request are shared within it, and closed after it."""
    app = FastAPI()
    seen: list[Session] = []

    @app.get("/")
    async def read(orders: Inject[Orders], session: Inject[Session]) -> bool:
        seen.append(session)
        return orders.session is session

    async with serve(app, with_orders) as site:
        answers = [(await site.client.get("/")).json() for _ in range(2)]

    assert answers == [True, True]
    assert seen[0] is not seen[1]
    assert Session.closed == 2


async def test_a_scope_lives_until_background_tasks_and_streams_have_ended(serve: Serve) -> None:
    """What a response still needs is not closed under it, and it is closed although an error was answered."""
    app = FastAPI()
    open_in_task: list[bool] = []

    @app.get("/task")
    async def task(tasks: BackgroundTasks, session: Inject[Session]) -> None:
        tasks.add_task(lambda: open_in_task.append(session.is_open))

    @app.get("/stream")
    async def stream(session: Inject[Session]) -> StreamingResponse:
        async def lines() -> AsyncIterator[str]:
            for _ in range(3):
                yield f"{session.is_open}\n"

        return StreamingResponse(lines())

    @app.get("/error")
    async def error(session: Inject[Session]) -> None:
        raise HTTPException(409)

    async with serve(app, with_orders) as site:
        await site.client.get("/task")
        text = (await site.client.get("/stream")).text
        status = (await site.client.get("/error")).status_code

    assert open_in_task == [True]
    assert text == "True\n" * 3
    assert status == 409
    assert Session.closed == 3


async def test_services_can_be_replaced_in_both_ways(serve: Serve) -> None:
    """FastAPI's dependency_overrides and the container's override."""
    app = FastAPI()

    @app.get("/")
    async def read(session: Inject[Session]) -> str:
        return type(session).__name__

    class Fake(Session): ...

    async with serve(app, with_orders) as site:
        with site.host.services.override(Session, Fake()):
            by_container = (await site.client.get("/")).json()
        app.dependency_overrides[injected(Session)] = Fake
        by_fastapi = (await site.client.get("/")).json()
        app.dependency_overrides.clear()
        real = (await site.client.get("/")).json()

    assert (by_container, by_fastapi, real) == ("Fake", "Fake", "Session")


async def test_services_do_not_show_in_the_openapi_document(serve: Serve) -> None:
    """They are no parameters of the client."""
    app = FastAPI()

    @app.get("/")
    async def read(orders: Inject[Orders]) -> None: ...

    async with serve(app, with_orders) as site:
        document = (await site.client.get("/openapi.json")).json()

    assert "parameters" not in document["paths"]["/"]["get"]
    assert "requestBody" not in document["paths"]["/"]["get"]


async def test_starlette_has_the_services_on_the_request(serve: Serve) -> None:
    """request.state.services, and the lifespan's own state beside it."""

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[dict[str, str]]:
        yield {"greeting": "hello"}

    async def read(request: Request) -> JSONResponse:
        orders = request.state.services.get_required_service(Orders)
        return JSONResponse([type(orders).__name__, request.state.greeting])

    app = Starlette(routes=[Route("/", read)], lifespan=lifespan)
    async with serve(app, with_orders) as site:
        assert (await site.client.get("/")).json() == ["Orders", "hello"]


async def test_a_service_that_a_route_takes_must_be_registered(server: str) -> None:
    """In Development it is found when the host is built, with the others that are missing."""
    app, mounted = FastAPI(), FastAPI()

    @mounted.get("/deep")
    async def deep(missing: Inject[Missing]) -> None: ...

    app.mount("/api", mounted)
    builder = Host.create_builder().use_environment("Development")
    builder.add_asgi(app)

    with pytest.raises(ServiceValidationError, match="Missing"):
        builder.build()


async def test_a_missing_service_of_an_included_router_is_found_as_well(server: str) -> None:
    """FastAPI keeps such a router as a whole, also one within another, and for WebSockets."""
    app, outer, inner = FastAPI(), APIRouter(), APIRouter()

    @inner.get("/deep")
    async def deep(missing: Inject[Missing]) -> None: ...

    @outer.websocket("/chat")
    async def chat(lost: Inject[Lost]) -> None: ...

    outer.include_router(inner, prefix="/inner")
    app.include_router(outer, prefix="/outer")
    builder = Host.create_builder(["--Server:Port=0"])
    builder.use_environment("Development").add_asgi(app)

    with pytest.raises(ServiceValidationError) as caught:
        builder.build()

    assert "test_serving.Missing" in str(caught.value)
    assert "test_serving.Lost" in str(caught.value)


async def test_a_missing_service_stops_the_start_in_production_too(server: str) -> None:
    """There the container is not checked when it is built; the routes still are, before the first request."""
    app = FastAPI()

    @app.get("/orders")
    async def read(missing: Inject[Missing]) -> None: ...

    builder = Host.create_builder(["--Server:Port=0"])
    builder.add_asgi(app)
    host = builder.build()

    with pytest.raises(ServerStartError, match=r"/orders takes .*Missing"):
        async with host:
            pass


async def test_a_port_in_use_is_told_with_a_way_out(server: str) -> None:
    """One message: which address, and what to set."""
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        kind = server.partition(" ")[0]
        builder = Host.create_builder([f"--Server:Port={port}", f"--Server:Kind={kind}"])
        builder.add_asgi(FastAPI())
        host = builder.build()

        with pytest.raises(ServerStartError, match=f"127.0.0.1:{port} is in use .*\n.*Server:Port"):
            async with host:
                pass


async def test_a_failed_start_of_the_application_fails_the_start_of_the_host(server: str) -> None:
    """The application's own exception is the cause, and what had started is stopped."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        if app.title:
            raise OSError("no database")
        yield

    kind = server.partition(" ")[0]
    builder = Host.create_builder(["--Server:Port=0", f"--Server:Kind={kind}"])
    builder.add_asgi(FastAPI(lifespan=lifespan))
    host = builder.build()

    with pytest.raises(ServerStartError, match="no database") as caught:
        async with host:
            pass

    assert isinstance(caught.value.__cause__, OSError)


async def test_lifespans_run_in_order(serve: Serve) -> None:
    """The application starts before it is served, and stops after its last request."""
    events: list[str] = []

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        events.append("started")
        yield
        events.append("stopped")

    async def read(_: Request) -> JSONResponse:
        events.append("request")
        await anyio.sleep(0)
        return JSONResponse(None)

    app = Starlette(routes=[Mount("/api", routes=[Route("/", read)])], lifespan=lifespan)
    async with serve(app) as site:
        await site.client.get("/api/")

    assert events == ["started", "request", "stopped"]
