"""PostgreSQL does what every engine promises."""

from collections.abc import Callable
from functools import partial

import pytest
from anyio import to_thread

from corner_host.jobs import JobEngine
from corner_host.jobs.engines.postgres import PostgresEngine
from corner_host.testing import JobEngineConformance
from tests.jobs.postgres.conftest import new_schema
from tests.postgres import PostgresServer


class TestPostgres(JobEngineConformance):
    """On a real server."""

    backends = ("asyncio",)
    cancel_outlives_worker = True

    @pytest.fixture(autouse=True)
    def on_a_server(self, server: PostgresServer, url: str) -> None:
        self.server = server
        self.url = url

    def engine_factory(self, *, lease: float) -> Callable[[], JobEngine]:
        return partial(PostgresEngine, self.url, schema=new_schema(), lease=lease)

    async def restart_server(self) -> None:
        await to_thread.run_sync(self.server.stop)
        await to_thread.run_sync(self.server.start)
