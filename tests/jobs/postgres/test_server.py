"""A server that is down, comes back, or says no."""

import logging
import subprocess
import sys
from collections.abc import AsyncGenerator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import anyio
import asyncpg
import pytest
from anyio import to_thread

from corner_host.jobs import JobEngineError, JobRegistrationError, JobState
from corner_host.jobs.engines.postgres import PostgresEngine
from corner_host.testing.job_bench import JobBench
from tests.jobs.hosted import handler, jobs, put
from tests.postgres import PostgresServer, running_postgres


@pytest.fixture(scope="module")
def own_server() -> Iterator[PostgresServer]:
    """A server that tests here stop and start."""
    with running_postgres() as server:
        yield server


@pytest.fixture(scope="module")
def own_url(own_server: PostgresServer) -> str:
    """A database on it."""
    return own_server.new_database().replace("+asyncpg", "")


@asynccontextmanager
async def down(server: PostgresServer) -> AsyncGenerator[None]:
    """While inside, there is no server."""
    await to_thread.run_sync(server.stop)
    try:
        yield
    finally:
        with anyio.CancelScope(shield=True):
            await to_thread.run_sync(server.start)


async def test_a_host_starts_without_its_server_and_works_when_it_comes(
    own_server: PostgresServer, own_url: str, schema: str, caplog: pytest.LogCaptureFixture
) -> None:
    """It says what it waits for; a job cannot be put meanwhile, and the error says why."""
    ran = anyio.Event()

    async def work() -> None:
        ran.set()

    arguments = (f"--Jobs:ConnectionString={own_url}", f"--Jobs:PostgresSchema={schema}")
    async with down(own_server):
        context = jobs(handler(work), "--Jobs:Engine=postgres", *arguments, "--Logging:LogLevel:Default=Warning")
        client = await context.__aenter__()
        with pytest.raises(JobEngineError):
            await put(client)
    async with anyio.create_task_group() as group:

        async def until_stored() -> None:
            while True:
                try:
                    await put(client)
                except JobEngineError:
                    await anyio.sleep(0.1)
                else:
                    break

        group.start_soon(until_stored)
        with anyio.fail_after(30):
            await ran.wait()
    await context.__aexit__(None, None, None)

    assert "until then the host is not ready" in caplog.text


async def test_a_worker_waits_for_a_server_that_went_away_and_asks_seldom(
    own_server: PostgresServer, own_url: str, schema: str, caplog: pytest.LogCaptureFixture
) -> None:
    """What ran meanwhile is told afterwards, and counts; nothing runs twice."""
    release = anyio.Event()
    engine = PostgresEngine(own_url, schema=schema, lease=30.0)
    async with engine.opened():
        bench = JobBench(engine)
        running, waiting = await bench.put("held"), await bench.put("next")
        with caplog.at_level(logging.WARNING, logger="corner_host.jobs.postgres"):
            async with bench.worker(slots=1, hold=lambda each: release if each.name == "held" else None):
                await bench.until_delivered()
                async with down(own_server):
                    release.set()
                    await anyio.sleep(1.2)
                    tries = len(caplog.records)
                with anyio.fail_after(40):
                    while not (await _state(bench, waiting)):
                        await anyio.sleep(0.05)

        states = [await bench.state(each) for each in (running, waiting)]
    assert states == [JobState.SUCCEEDED, JobState.SUCCEEDED]
    assert [delivery.attempt for delivery in bench.delivered] == [1, 1]
    assert 1 <= tries <= 8


async def _state(bench: JobBench, job_id: str) -> bool:
    try:
        return (await bench.state(job_id)).has_ended
    except JobEngineError:
        return False


async def test_a_wrong_user_password_or_database_ends_the_start(own_server: PostgresServer, own_url: str) -> None:
    """Waiting would not help; the message names the database and the user, and never the password."""
    connection = await asyncpg.connect(own_url)
    await connection.execute("CREATE ROLE strict LOGIN PASSWORD 'right'")
    rules = Path(own_server.folder, "data", "pg_hba.conf")
    rules.write_text("local all strict scram-sha-256\n" + rules.read_text())
    await connection.execute("SELECT pg_reload_conf()")
    await connection.close()
    where = f"?host={own_server.folder}"
    for url, said in (
        (f"postgresql://nobody-knows@/shop1{where}", "as nobody-knows"),
        (f"postgresql://strict:hunter2@/shop1{where}", "as strict"),
        (f"postgresql://shop@/elsewhere{where}", "elsewhere"),
    ):
        engine = PostgresEngine(url)

        with pytest.raises(JobEngineError, match="refuses") as raised:
            async with engine.opened():
                pass
        assert said in str(raised.value)
        assert "hunter2" not in str(raised.value)


async def test_a_user_needs_no_more_rights_than_are_named(own_url: str, schema: str) -> None:
    """Who may not make tables hears what to do; after that, jobs are put, and run."""
    user = f"poor_{schema}"
    rights = (
        f"GRANT USAGE ON SCHEMA {schema} TO {user}",
        f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA {schema} TO {user}",
        f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA {schema} TO {user}",
    )
    poor = PostgresEngine(own_url.replace("//shop@", f"//{user}@"), schema=schema)
    connection = await asyncpg.connect(own_url)
    try:
        await connection.execute(f"CREATE ROLE {user} LOGIN")
        with pytest.raises(JobEngineError, match="needs USAGE on the schema of the jobs, SELECT,") as raised:
            async with poor.opened():
                pass
        async with PostgresEngine(own_url, schema=schema).opened():
            await connection.execute("; ".join(rights))
    finally:
        await connection.close()
    async with poor.opened():
        bench = JobBench(poor)
        job_id = await bench.put(key="nightly")
        async with bench.worker():
            await bench.ended(job_id)

    assert "python -m corner_host.jobs.engines.postgres" in str(raised.value)


@pytest.mark.parametrize("url", ["jobs.db", "mysql://ana:hunter2@host/shop", "postgresql:ana:hunter2@host", ""])
def test_what_is_no_url_is_refused_and_not_shown(url: str) -> None:
    """A connection string may hold a password."""
    with pytest.raises(JobRegistrationError, match="is no URL") as raised:
        PostgresEngine(url)

    assert "hunter2" not in str(raised.value)


@pytest.mark.parametrize("schema", ["", "Jobs", "jobs; drop", "a" * 60])
def test_a_schema_is_a_plain_name(url: str, schema: str) -> None:
    """It stands in statements."""
    with pytest.raises(JobRegistrationError, match="lower-case name"):
        PostgresEngine(url, schema=schema)


@pytest.mark.parametrize("anyio_backend", ["trio"])
async def test_trio_is_refused_at_the_start(url: str, anyio_backend: str) -> None:
    """With what to do instead."""
    with pytest.raises(JobRegistrationError, match="asyncio alone"):
        async with PostgresEngine(url).opened():
            pass


async def test_tables_can_be_made_by_hand(url: str, schema: str) -> None:
    """CreateTables=false: the error says how to print the statements; after them, the engine works."""
    engine = PostgresEngine(url, schema=schema, create_tables=False)
    with pytest.raises(JobEngineError, match="prints the statements"):
        async with engine.opened():
            pass
    command = [sys.executable, "-m", "corner_host.jobs.engines.postgres", schema]
    printed = await anyio.run_process(command)
    connection = await asyncpg.connect(url)
    await connection.execute(printed.stdout.decode())
    await connection.close()

    async with engine.opened():
        bench = JobBench(engine)
        job_id = await bench.put()
        async with bench.worker():
            await bench.ended(job_id)


def test_a_missing_extra_is_named() -> None:
    """When the host is built, with how to install it."""
    program = (
        "import sys; sys.modules['pgqueuer'] = None\n"
        "from corner_host import Host\n"
        "builder = Host.create_builder(['--Jobs:Engine=postgres', '--Jobs:ConnectionString=postgresql://shop@localhost/shop'])\n"
        "builder.services.add_jobs(builder.configuration)\n"
        "builder.build()\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=False)

    assert "pip install 'corner-host[postgres]'" in done.stderr
