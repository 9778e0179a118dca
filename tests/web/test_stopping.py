"""What becomes of open connections when the host stops: nothing hangs, nothing that was promised is cut."""

from collections.abc import AsyncIterator
from pathlib import Path

import anyio
import anyio.lowlevel
import httpx2
import pytest
import websockets.asyncio.client
from fastapi import FastAPI, WebSocket, WebSocketDisconnect
from starlette.applications import Starlette
from starlette.responses import StreamingResponse
from websockets.exceptions import ConnectionClosed

from corner_host import Host, HostBuilder
from corner_host.hosting import HostedService
from corner_host.operations import HostStatus, Operations
from corner_host.web import WebAppService

from .conftest import Serve


async def test_an_event_stream_ends_cleanly_when_the_host_stops(serve: Serve) -> None:
    """A client that listens for ever gets a complete answer, and the stop does not wait for it."""
    app = FastAPI()

    @app.get("/events")
    async def events() -> StreamingResponse:
        async def endless() -> AsyncIterator[str]:
            yield "data: hello\n\n"
            await anyio.sleep_forever()

        return StreamingResponse(endless(), media_type="text/event-stream")

    with anyio.fail_after(15):
        async with serve(app) as site, site.client.stream("GET", "/events") as response:
            chunks = response.aiter_text()
            first = await anext(chunks)
            async with anyio.create_task_group() as group:
                group.start_soon(site.host.stop)
                rest = [chunk async for chunk in chunks]

    assert (first, rest) == ("data: hello\n\n", [])


async def test_requests_that_run_are_in_flight(serve: Serve) -> None:
    """A stop counts them, and names those that it has to cut."""
    app = FastAPI()
    running, release = anyio.Event(), anyio.Event()

    @app.get("/slow/{number}")
    async def slow(number: int) -> str:
        running.set()
        await release.wait()
        return "done"

    with anyio.fail_after(15):
        async with serve(app) as site, anyio.create_task_group() as group:
            services = site.host.services.get_services(HostedService)
            (service,) = [each for each in services if isinstance(each, WebAppService)]
            group.start_soon(site.client.get, "/slow/7")
            await running.wait()
            busy, text = list(service.work_in_flight()), service.status_text
            release.set()
            while service.work_in_flight():
                await anyio.lowlevel.checkpoint()

    assert [(each.kind, each.name) for each in busy] == [("request", "GET /slow/7")]
    assert (busy[0].seconds or -1) >= 0
    assert text == f"{site.url}   in flight 1"


async def test_a_request_that_takes_too_long_is_cut_in_few_words(
    serve: Serve, server: str, caplog: pytest.LogCaptureFixture
) -> None:
    """The client is told 503; the log, which one it was, and how many; no traceback through the server and the framework."""
    app = FastAPI()
    running = anyio.Event()
    answers: list[httpx2.Response] = []

    @app.get("/slow")
    async def slow() -> None:
        running.set()
        await anyio.sleep_forever()

    async def ask(client: httpx2.AsyncClient) -> None:
        answers.append(await client.get("/slow"))

    caplog.set_level("WARNING")
    with anyio.fail_after(15):
        async with (
            serve(
                app, lambda _: None, "--Server:GracefulTimeoutSeconds=0", "--Logging:LogLevel:Default=Warning"
            ) as site,
            anyio.create_task_group() as group,
        ):
            group.start_soon(ask, site.client)
            await running.wait()
            await site.host.stop()

    told = [record for record in caplog.records if record.name.startswith(("corner_host.web", "uvicorn"))]
    assert any(record.getMessage().startswith("GET /slow got no answer") for record in told)
    assert [record.getMessage() for record in told if record.name == "corner_host.web"] == [
        "Requests cut 0 s after the stop began: 1"
    ]
    assert not any(record.exc_info for record in told), server
    assert [(answer.status_code, answer.text) for answer in answers] == [(503, "the server stops")]


async def test_an_answer_that_was_begun_is_cut_off(serve: Serve, caplog: pytest.LogCaptureFixture) -> None:
    """Nobody can take it for a whole one."""
    app = FastAPI()
    begun = anyio.Event()

    @app.get("/file")
    async def file() -> StreamingResponse:
        async def half() -> AsyncIterator[str]:
            yield "half"
            begun.set()
            await anyio.sleep_forever()

        return StreamingResponse(half(), media_type="text/plain")

    async def ask(client: httpx2.AsyncClient) -> None:
        with pytest.raises(httpx2.HTTPError):
            await client.get("/file")

    caplog.set_level("WARNING")
    with anyio.fail_after(15):
        async with (
            serve(app, lambda _: None, "--Server:GracefulTimeoutSeconds=0") as site,
            anyio.create_task_group() as group,
        ):
            group.start_soon(ask, site.client)
            await begun.wait()
            await site.host.stop()

    assert not any(record.exc_info for record in caplog.records)


async def test_a_running_request_is_answered_although_the_host_stops(serve: Serve) -> None:
    """What was accepted is answered, within the budget."""
    app = FastAPI()
    running, release = anyio.Event(), anyio.Event()

    @app.get("/slow")
    async def slow() -> str:
        running.set()
        await release.wait()
        return "done"

    answers: list[str] = []
    with anyio.fail_after(15):
        async with serve(app) as site, anyio.create_task_group() as group:

            async def ask() -> None:
                answers.append((await site.client.get("/slow")).json())

            group.start_soon(ask)
            await running.wait()
            group.start_soon(site.host.stop)
            await site.host.lifetime.application_stopping.wait()
            release.set()

    assert answers == ["done"]


async def test_a_websocket_is_told_that_the_server_restarts(serve: Serve, anyio_backend: str) -> None:
    """The handler sees a disconnect, the client the code 1012, and the stop does not wait for either."""
    if anyio_backend != "asyncio":
        pytest.skip("the client of this test needs asyncio")
    app = FastAPI()
    seen: list[int] = []

    @app.websocket("/chat")
    async def chat(socket: WebSocket) -> None:
        await socket.accept()
        try:
            while True:
                await socket.send_text((await socket.receive_text()).upper())
        except WebSocketDisconnect as gone:
            seen.append(gone.code)

    with anyio.fail_after(15):
        async with serve(app) as site:  # noqa: SIM117 - the second needs the first
            async with websockets.asyncio.client.connect(site.url.replace("http", "ws") + "/chat") as client:
                await client.send("hi")
                answer = await client.recv()
                async with anyio.create_task_group() as group:
                    group.start_soon(site.host.stop)
                    with pytest.raises(ConnectionClosed) as closed:
                        await client.recv()

    assert (answer, seen) == ("HI", [1012])
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 1012


async def test_a_websocket_handler_need_not_catch_the_disconnect(
    serve: Serve, anyio_backend: str, caplog: pytest.LogCaptureFixture
) -> None:
    """The usual loop that only receives ends as quietly, and its client is told the same."""
    if anyio_backend != "asyncio":
        pytest.skip("the client of this test needs asyncio")
    app = FastAPI()

    @app.websocket("/chat")
    async def chat(socket: WebSocket) -> None:
        await socket.accept()
        while True:
            await socket.send_text(await socket.receive_text())

    caplog.set_level("WARNING")
    with anyio.fail_after(15):
        async with serve(app, lambda _: None, "--Logging:LogLevel:Default=Warning") as site:  # noqa: SIM117 - the second needs the first
            async with websockets.asyncio.client.connect(site.url.replace("http", "ws") + "/chat") as client:
                await client.send("hi")
                await client.recv()
                async with anyio.create_task_group() as group:
                    group.start_soon(site.host.stop)
                    with pytest.raises(ConnectionClosed) as closed:
                        await client.recv()

    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 1012
    assert [record.getMessage() for record in caplog.records if record.exc_info] == []


async def test_a_start_that_is_called_off_leaves_the_sockets_to_the_server(
    server: str, caplog: pytest.LogCaptureFixture
) -> None:
    """A service that fails while the server begins to listen is the only failure there is."""

    async def fail() -> None:
        raise ValueError("no table")

    builder = Host.create_builder([f"--Server:Kind={server.partition(' ')[0]}", "--Server:Port=0"])
    builder.add_hosted_service(fail).add_asgi(Starlette())

    with pytest.raises(ValueError, match="no table"):
        await builder.build().run_async()

    assert "Bad file descriptor" not in caplog.text


async def test_the_host_can_be_looked_at_when_it_listens_no_more(serve: Serve, tmp_path: Path) -> None:
    """While the rest of it stops, its status has no address, and the service is in flight with nothing."""
    seen: list[HostStatus] = []

    class StopsLater:
        def __init__(self, operations: Operations) -> None:
            self._operations = operations

        async def start(self) -> None: ...

        async def stop(self) -> None:
            seen.append(await self._operations.host.status())

    def configure(builder: HostBuilder) -> None:
        builder.configuration["Operations:StateDirectory"] = str(tmp_path)
        builder.services.add_operations(builder.configuration)
        builder.add_hosted_service(StopsLater)

    async with serve(FastAPI(), configure) as site:
        before = await site.host.services.get_required_service(Operations).host.status()

    (after,) = seen
    assert before.addresses == (site.url,)
    assert (after.addresses, after.phase) == ((), "stopping")
    assert {each.name.rpartition(".")[2]: each.state for each in after.services}["WebAppService"] == "stopped"
