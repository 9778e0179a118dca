"""The application's own start and stop, when the host is cut short around them."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import anyio
import anyio.lowlevel
import pytest
from starlette.applications import Starlette

from corner_host.web import app_lifespan
from corner_host.web.app_lifespan import lifespan_of


@pytest.fixture(params=["asyncio", "trio"])
def anyio_backend(request: pytest.FixtureRequest) -> str:
    """No server is needed."""
    return str(request.param)


async def test_a_cancelled_host_still_lets_the_application_stop() -> None:
    """A second signal or a spent budget cancels the serving; what the application opened is closed all the same."""
    journal: list[str] = []

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncGenerator[None]:
        journal.append("opened")
        yield
        await anyio.lowlevel.checkpoint()
        journal.append("closed")

    with anyio.fail_after(10), anyio.CancelScope() as host:
        async with lifespan_of(Starlette(lifespan=lifespan)):
            host.cancel()
            await anyio.sleep_forever()

    assert journal == ["opened", "closed"]


async def test_an_application_that_hangs_in_its_stop_is_cancelled_in_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """The clean-up of a cancelled host has a limit."""
    monkeypatch.setattr(app_lifespan, "CLEANUP_SECONDS", 0.05)

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncGenerator[None]:
        yield
        await anyio.sleep_forever()

    with anyio.fail_after(10), anyio.CancelScope() as host:
        async with lifespan_of(Starlette(lifespan=lifespan)):
            host.cancel()
            await anyio.sleep_forever()

    assert host.cancelled_caught


async def test_a_cancelled_start_ends() -> None:
    """An application that never gets up does not keep the host."""

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncGenerator[None]:
        await anyio.sleep_forever()
        yield

    with anyio.fail_after(10), anyio.move_on_after(0.05) as host:
        async with lifespan_of(Starlette(lifespan=lifespan)):
            raise AssertionError("it never starts")

    assert host.cancelled_caught
