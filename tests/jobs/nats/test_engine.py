"""The NATS engine on a real server: what every engine promises."""

import itertools
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import ClassVar

import pytest
from anyio import to_thread

from corner_host.jobs import JobEngine
from corner_host.jobs.engines.nats import NatsEngine
from corner_host.testing import JobEngineConformance
from tests.jobs.nats.server import NatsServer


class TestNats(JobEngineConformance):
    """Jobs in a stream."""

    backends = ("asyncio",)
    cancel_outlives_worker = True
    streams: ClassVar["itertools.count[int]"] = itertools.count(1)

    @pytest.fixture(autouse=True)
    def on_a_server(self, tmp_path: Path, shared_server: NatsServer, request: pytest.FixtureRequest) -> Iterator[None]:
        """The server that is shared, but where the test restarts it."""
        if "restart" in request.node.name:
            with NatsServer(tmp_path / "nats") as self.server:
                yield
        else:
            self.server = shared_server
            yield

    def engine_factory(self, *, lease: float) -> Callable[[], JobEngine]:
        return partial(NatsEngine, self.server.url, stream=f"jobs{next(self.streams)}", lease=lease)

    async def restart_server(self) -> None:
        await to_thread.run_sync(self.server.stop)
        await to_thread.run_sync(self.server.start)
