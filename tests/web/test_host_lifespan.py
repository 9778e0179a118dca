"""The host inside a web application: FastAPI(lifespan=host.lifespan())."""

import signal
from pathlib import Path

import httpx2
import pytest
from fastapi import FastAPI

from corner_host import BackgroundService, CancellationToken, Host
from corner_host.testing import HostProcess
from corner_host.web import NoServiceScopeError
from corner_host.web.fastapi import Inject


@pytest.fixture(params=["asyncio", "trio"])
def anyio_backend(request: pytest.FixtureRequest) -> str:
    """No server is involved."""
    return str(request.param)


class Session: ...


class Worker(BackgroundService):
    async def execute(self, stopping: CancellationToken) -> None:
        await stopping.wait()


async def test_the_host_lives_as_long_as_the_application() -> None:
    """The worker runs while the application does, and routes get services."""
    builder = Host.create_empty_builder()
    builder.services.add_scoped(Session)
    host = builder.add_hosted_service(Worker).build()
    app = FastAPI(lifespan=host.lifespan())

    @app.get("/")
    async def read(session: Inject[Session]) -> str:
        return type(session).__name__

    async with app.router.lifespan_context(app):
        running = host.lifetime.application_started.is_cancellation_requested
        transport = httpx2.ASGITransport(app)
        async with httpx2.AsyncClient(transport=transport, base_url="http://shop") as client:
            answer = (await client.get("/")).json()

    assert running
    assert answer == "Session"
    assert host.lifetime.application_stopped.is_cancellation_requested


async def test_without_a_host_the_error_says_what_to_do() -> None:
    """A route that is called past the host is told so, not given an AttributeError."""
    app = FastAPI()

    @app.get("/")
    async def read(session: Inject[Session]) -> None: ...

    try:
        async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="http://shop") as client:
            await client.get("/")
    except NoServiceScopeError as error:
        message = str(error)

    assert "add_asgi" in message


SERVED = """
from fastapi import FastAPI
from corner_host import Host

class Worker:
    async def start(self):
        print("worker started", flush=True)

    async def stop(self):
        print("worker stopped", flush=True)

builder = Host.create_builder([])
builder.add_hosted_service(Worker)
app = FastAPI(lifespan=builder.build().lifespan())
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("server", [["uvicorn", "--port", "0"], ["hypercorn", "--bind", "127.0.0.1:0"]])
def test_the_server_keeps_the_signals(server: list[str], number: signal.Signals, tmp_path: Path) -> None:
    """A server that is started by hand ends when it is told to, and the host's services have stopped by then."""
    (tmp_path / "served.py").write_text(SERVED)
    name, *options = server

    with HostProcess(
        ["-m", name, "served:app", *options], cwd=tmp_path, env={"PYTHONPATH": str(Path.cwd())}
    ) as process:
        process.wait_for("running on" if name == "uvicorn" else "Running on")
        process.send(number)
        result = process.wait()

    assert "worker stopped" in result.output, result.output
    assert result.status in {0, -number}
