"""The server is away: longer than a lease, and while the host stops."""

import anyio
import pytest
from anyio import to_thread

from corner_host.jobs import JobEngineUnavailableError, JobState
from corner_host.jobs.engines.nats import NatsEngine
from corner_host.testing.job_bench import JobBench
from tests.jobs.hosted import Receipt, handler, jobs, put
from tests.jobs.nats.server import NatsServer


@pytest.mark.once
async def test_what_ends_while_the_server_is_away_does_not_run_again(server: NatsServer) -> None:
    """Though its lease runs out meanwhile. What is asked of the server then is not sent later, and certainly not done."""
    engine = NatsEngine(server.url, lease=1.0)
    release = anyio.Event()
    async with engine.opened():
        bench = JobBench(engine)
        async with bench.worker(hold=lambda _: release):
            job_id = await bench.put()
            await bench.until_delivered()
            await to_thread.run_sync(server.stop)
            release.set()
            with pytest.raises(JobEngineUnavailableError, match="cannot be reached now"):
                await engine.records.get(job_id)
            await to_thread.run_sync(server.start)
            await bench.ended(job_id)
        info = await bench.info(job_id)

    assert (info.state, len(bench.delivered)) == (JobState.SUCCEEDED, 1)


async def test_a_host_stops_while_the_server_is_away(server: NatsServer, caplog: pytest.LogCaptureFixture) -> None:
    """Soon, without an error; it names what the server has not been told, which runs again."""
    begun, release = anyio.Event(), anyio.Event()

    async def work(job: Receipt) -> None:
        begun.set()
        await release.wait()

    arguments = ("--Jobs:Engine=nats", f"--Jobs:ConnectionString={server.url}", "--Jobs:GraceSeconds=0.2")
    async with jobs(handler(work), *arguments, "--Logging:LogLevel:Default=Information") as client:
        job_id = await put(client)
        await begun.wait()
        await to_thread.run_sync(server.stop)
        release.set()
        with (
            anyio.CancelScope() as asking
        ):  # begun, so that there is something to be sent when the connection is closed
            asking.deadline = anyio.current_time() + 0.05
            await client.get(job_id)

    assert "default: 0 running, waiting: unknown; policy: persist" in caplog.text
    assert (
        f"has not been told what became of 1 of the jobs, which run again when their leases have run out: {job_id}"
        in caplog.text
    )
    assert f"the rest kept in NATS corner_jobs@127.0.0.1:{server.port}" in caplog.text
    assert not [each for each in caplog.records if each.levelname in {"ERROR", "CRITICAL"}]
