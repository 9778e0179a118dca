"""The NATS engine in a host, chosen by settings."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import anyio
import pytest
from anyio import to_thread

from corner_host import Host, HostBuilder, JobClient
from corner_host.diagnostics import HealthCheckService, HealthStatus
from corner_host.jobs import JobRegistrationError
from corner_host.testing import LogCollector
from tests.jobs.hosted import Receipt, handler, jobs, put
from tests.jobs.nats.server import NatsServer


async def double(job: Receipt) -> int:
    return job.order * 2


def _on(server: NatsServer, *arguments: str) -> list[str]:
    stream = f"--Jobs:Nats:Stream=hosted{server.port}"
    return ["--Jobs:Engine=nats", f"--Jobs:ConnectionString={server.url}", stream, *arguments]


async def test_a_host_runs_jobs_on_nats(shared_server: NatsServer) -> None:
    """The handler knows nothing of it."""
    async with jobs(handler(double), *_on(shared_server)) as client:
        assert await client.result(await put(client, 21)) == 42


async def test_a_job_joins_the_applications_transaction_through_the_outbox(
    shared_server: NatsServer, tmp_path: Path
) -> None:
    """``enqueue(..., transaction=connection)`` just works."""
    shop = tmp_path / "shop.db"
    async with jobs(handler(double), *_on(shared_server, f"--Jobs:Outbox={shop}")) as client:
        with closing(sqlite3.connect(shop)) as connection:
            undone = await client.enqueue(Receipt(order=1), transaction=connection)
            connection.rollback()
            done = await client.enqueue(Receipt(order=21), transaction=connection)
            connection.commit()

        assert await client.result(done.id) == 42
        assert await client.get(undone.id) is None


@pytest.mark.parametrize(
    ("configure", "arguments", "message"),
    [
        (handler(double, max_concurrency=2), [], "the engine nats cannot limit how many of a kind run at once"),
        (handler(double), ["--Jobs:ConnectionString=jobs.db"], "is no URL of a NATS server"),
        (handler(double), ["--Jobs:Engine=sqlite", "--Jobs:ConnectionString=a.db", "--Jobs:Outbox=b.db"], "needs none"),
    ],
)
async def test_what_cannot_be_is_refused_when_the_host_is_built(
    configure: Callable[[HostBuilder], object], arguments: list[str], message: str
) -> None:
    """Not at run time."""
    settings = ["--Jobs:Engine=nats", "--Jobs:ConnectionString=nats://127.0.0.1:4222", *arguments]

    with pytest.raises(JobRegistrationError, match=message):
        async with jobs(configure, *settings):
            pass


async def test_a_host_starts_without_the_server_and_is_ready_once_it_is_there(server: NatsServer) -> None:
    """It says so, keeps its password to itself, and does not ask without pause."""
    server.stop()
    arguments = _on(server)
    arguments[1] = arguments[1].replace("nats://", "nats://shop:hunter2@")
    builder = Host.create_builder([*arguments, "--Logging:LogLevel:Default=Warning"])
    builder.services.add_jobs(builder.configuration).add_job_handler(Receipt, double)
    log = LogCollector()
    builder.logging.add_handler(log)
    async with builder.build() as host:
        health = host.services.get_required_service(HealthCheckService)
        before = await health.check()
        await to_thread.run_sync(server.start)
        with anyio.fail_after(60):
            while (await health.check()).status is not HealthStatus.HEALTHY:
                await anyio.sleep(0.05)
            client = host.services.get_required_service(JobClient)
            result = await client.result(await put(client, 21))

    assert before.status is HealthStatus.UNHEALTHY
    assert "cannot be reached" in str(before.entries["jobs"].description)
    assert 0 < sum(line.logger == "corner_host.jobs" for line in log.lines) < 10
    assert "hunter2" not in str(before) + "".join(map(str, log.lines))
    assert result == 42
