"""A standby takes over: what was stored is there, and jobs go on by themselves."""

import shutil
import socket
from collections.abc import Iterator

import anyio
import pytest
from anyio import to_thread

from corner_host.jobs import JobEngineUnavailableError, JobState
from corner_host.jobs.engines.postgres import PostgresEngine
from corner_host.testing.job_bench import JobBench
from tests.postgres import PostgresServer, find_programs


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port


class Pair(PostgresServer):
    """A server, and a standby for whose yes it waits at each commit."""

    def __init__(self) -> None:
        super().__init__(find_programs())
        self.ports = (_free_port(), _free_port())
        self._standby = str(self.folder / "standby")

    @property
    def url(self) -> str:
        first, second = (f"127.0.0.1:{port}" for port in self.ports)
        return f"postgresql://shop:hush@{first},{second}/jobs"

    def create(self) -> None:
        super().create()
        first, _ = self.ports
        where = ("-h", "127.0.0.1", "-p", str(first), "-U", "shop")
        self._begin(self._data, first)
        self._run("createdb", *where, "jobs")
        self._run("pg_basebackup", "-R", "-c", "fast", "-X", "stream", "-D", self._standby, *where)
        self._begin(self._standby, self.ports[1])
        self._run("psql", *where, "-c", "ALTER SYSTEM SET synchronous_standby_names = '*'", "jobs")
        self._run("psql", *where, "-c", "SELECT pg_reload_conf()", "jobs")

    def take_over(self) -> None:
        self._run("pg_ctl", "-D", self._standby, "-w", "promote")

    def remove(self) -> None:
        self._run("pg_ctl", "-D", self._standby, "-w", "-m", "immediate", "stop")
        shutil.rmtree(self.folder, ignore_errors=True)

    def _begin(self, data: str, port: int) -> None:
        options = f"-k {self.folder} -c listen_addresses=127.0.0.1 -c port={port} -c fsync=off -c max_connections=60"
        self._run("pg_ctl", "-D", data, "-w", "-o", options, "-l", f"{data}.log", "start")


@pytest.fixture
def pair() -> Iterator[Pair]:
    """Both running."""
    pair = Pair()
    pair.create()
    yield pair
    pair.remove()


@pytest.mark.once
async def test_jobs_go_on_where_a_standby_takes_over(pair: Pair, caplog: pytest.LogCaptureFixture) -> None:
    """What waited, what ran, and what is put then; nothing runs twice. Before it takes over, it is no server for jobs."""
    engine = PostgresEngine(pair.url)
    release = anyio.Event()
    async with engine.opened():
        bench = JobBench(engine)
        running = await bench.put()
        async with bench.worker(slots=1, hold=lambda each: release if each.id == running else None):
            await bench.until_delivered()
            waiting = await bench.put()
            await to_thread.run_sync(pair.stop)
            with pytest.raises(JobEngineUnavailableError):
                await bench.put()
            with pytest.raises(JobEngineUnavailableError, match="it is a standby, or read-only"):
                async with PostgresEngine(f"postgresql://shop@127.0.0.1:{pair.ports[1]}/jobs").opened():
                    raise AssertionError("it must not open")
            release.set()
            await to_thread.run_sync(pair.take_over)
            later = await bench.put()
            await bench.ended(running, waiting, later)
        states = [await bench.state(each) for each in (running, waiting, later)]

    assert states == [JobState.SUCCEEDED] * 3
    assert [each.id for each in bench.delivered] == [running, waiting, later]
    assert f"PostgreSQL jobs at 127.0.0.1:{pair.ports[0]},127.0.0.1:{pair.ports[1]} as shop" in caplog.text
    assert "hush" not in caplog.text
