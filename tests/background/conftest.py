"""A queue that is worked off while a test looks on."""

import logging
import re
import sys
from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any, TypeAlias

import anyio
import pytest

from corner_host.background import BackgroundTaskQueue, MetricsService, QueuedHostedService, QueueOptions
from corner_host.di import ServiceCollection
from corner_host.diagnostics.tracing import SDK as TRACING_SDK
from corner_host.primitives import CancellationToken

Working: TypeAlias = Callable[..., AbstractAsyncContextManager[QueuedHostedService]]
"""Works a queue off inside; see `at_work`."""


class Gate:
    """Work that waits until it is let go, and notes what becomes of it."""

    def __init__(self) -> None:
        self.started: list[str] = []
        self.finished: list[str] = []
        self.cancelled: list[str] = []
        self.token_was_cancelled: list[bool] = []
        self._open = anyio.Event()

    async def __call__(self, name: str, token: CancellationToken) -> None:
        self.started.append(name)
        try:
            await self._open.wait()
        except BaseException:
            self.cancelled.append(name)
            self.token_was_cancelled.append(token.is_cancellation_requested)
            raise
        self.finished.append(name)

    def open(self) -> None:
        self._open.set()


def without_ids(text: str) -> str:
    """Return *text* without the ids that stand behind names."""
    return re.sub(r" \([0-9a-f]{22}\)", "", text)


@asynccontextmanager
async def at_work(
    queue: BackgroundTaskQueue, services: ServiceCollection | None = None, **options: Any
) -> AsyncGenerator[QueuedHostedService]:
    """Work *queue* off inside; stop in the ordinary way at the end."""
    async with (services or ServiceCollection()).build_service_provider() as provider:
        service = QueuedHostedService(queue, provider, QueueOptions(**options))
        await service.start()
        try:
            yield service
        finally:
            await service.stop()


@pytest.fixture(autouse=True)
def no_tracing(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have the queue find no tracing SDK, which another test may have imported, and which makes it take each item in detail."""
    if "tracer" not in request.fixturenames:
        monkeypatch.delitem(sys.modules, TRACING_SDK, raising=False)


@pytest.fixture
def queue() -> BackgroundTaskQueue:
    return BackgroundTaskQueue()


@pytest.fixture
def metrics(queue: BackgroundTaskQueue) -> MetricsService:
    return MetricsService(queue)


@pytest.fixture
def working() -> Working:
    return at_work


@pytest.fixture
def log(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    caplog.set_level(logging.INFO, "corner_host.background")
    return caplog
