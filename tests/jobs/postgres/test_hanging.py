"""A server that hangs: it takes connections and answers nothing, as behind a network that lets nothing through."""

import os
import signal
import subprocess
from collections.abc import Generator
from contextlib import contextmanager

import anyio
import pytest

from tests.jobs.hosted import Receipt, handler, jobs, put
from tests.postgres import PostgresServer, running_postgres


@contextmanager
def hanging(server: PostgresServer) -> Generator[None]:
    """While inside, all of the server's processes stand still."""
    main = (server.folder / "data" / "postmaster.pid").read_text(encoding="utf-8").split()[0]
    listed = subprocess.run(["ps", "-o", "pid=", "--ppid", main], capture_output=True, text=True, check=True).stdout
    processes = [int(pid) for pid in (main, *listed.split())]
    for process in processes:
        os.kill(process, signal.SIGSTOP)
    try:
        yield
    finally:
        for process in processes:
            os.kill(process, signal.SIGCONT)


@pytest.mark.once
async def test_a_host_stops_in_time_though_its_server_hangs(caplog: pytest.LogCaptureFixture) -> None:
    """It says what the server has not been told, and leaves it to the leases."""
    begun, release = anyio.Event(), anyio.Event()

    async def work(job: Receipt) -> None:
        begun.set()
        await release.wait()

    with running_postgres() as server:
        url = server.new_database().replace("+asyncpg", "")
        arguments = ("--Jobs:Engine=postgres", f"--Jobs:ConnectionString={url}", "--Jobs:GraceSeconds=0.2")
        context = jobs(handler(work), *arguments, "--Logging:LogLevel:Default=Warning")
        client = await context.__aenter__()
        await put(client)
        await begun.wait()
        with hanging(server):
            release.set()
            await context.__aexit__(None, None, None)  # which has thirty seconds, and raises where they do not suffice

    assert "does not answer. What still ran, and 1 jobs that have ended, are given to others" in caplog.text
    assert "did not end within" not in caplog.text
