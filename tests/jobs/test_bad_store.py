"""What goes wrong with the file behind the jobs: whoever puts or looks is told, nothing is lost, and nothing is a hot loop."""

import logging
import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any, Final

import anyio
import pytest

from corner_host.jobs import Dead, Done, JobEngineError, JobEngineUnavailableError, JobState
from corner_host.jobs.engines.sqlite import SqliteEngine
from corner_host.jobs.engines.sqlite.writer import Writer
from corner_host.jobs.failure import failure_of
from tests.jobs.harness import JobBench, new_job, shop
from tests.jobs.hosted import Receipt, handler, jobs, put

MEBIBYTE: Final = 1_048_576


def writer_of(bench: JobBench) -> Writer:
    engine: Any = bench.engine
    writer: Writer = engine._open
    return writer


async def limit_pages(bench: JobBench, pages: int) -> None:
    """Let the disk be full, or not any more: SQLite gives the same error."""
    await writer_of(bench).execute(lambda connection: connection.execute(f"PRAGMA max_page_count = {pages}"))


async def test_a_full_disk_refuses_new_jobs_and_loses_none(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Who puts is told; what had run is written down once there is room again, and does not run twice."""
    async with shop(tmp_path / "jobs.db") as bench:
        held = [await bench.put() for _ in range(5)]
        release = anyio.Event()
        async with bench.worker(lambda _: Done(b'"' + b"x" * 100_000 + b'"'), hold=lambda _: release):
            await bench.until_delivered(5)
            await limit_pages(bench, 1)
            with pytest.raises(JobEngineError, match=r"full.*Nothing was stored"):
                await bench.put(payload=b'"' + b"x" * 100_000 + b'"')
            release.set()
            while "It is tried again in 0.5 s; nothing is lost." not in caplog.text:
                await anyio.sleep(0.01)
            await limit_pages(bench, 1_000_000)
            await bench.ended(*held)

        assert [await bench.state(each) for each in held] == [JobState.SUCCEEDED] * 5
        assert len(bench.delivered) == 5


async def test_a_store_that_breaks_while_it_is_used_is_told_less_and_less_often(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Damage under a running worker: no hot loop, and whoever puts or looks gets the reason."""
    caplog.set_level(logging.WARNING)
    async with shop(tmp_path / "jobs.db") as bench:
        await bench.put()
        async with bench.worker():
            await writer_of(bench).execute(lambda connection: connection.execute("DROP TABLE corner_job_queues"))
            with anyio.fail_after(20):
                while "cannot be looked after" not in caplog.text:
                    await anyio.sleep(0.01)
            await anyio.sleep(0.3)
            told = len(caplog.records)

    assert told < 10


@pytest.mark.parametrize("what", ["removed", "replaced", "its log removed"])
async def test_a_file_that_is_gone_takes_no_more_jobs(tmp_path: Path, what: str) -> None:
    """SQLite would go on writing to a file that nobody finds again."""
    path = tmp_path / "jobs.db"
    async with shop(path) as bench:
        await bench.put()
        Path(f"{path}-wal" if what == "its log removed" else path).unlink()
        if what == "replaced":
            path.touch()

        with pytest.raises(JobEngineError, match="removed or replaced"):
            await bench.put()


async def test_a_worker_that_cannot_write_is_stopped_without_a_hot_loop(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """It tries until its time is up, now and then; what ran runs again, by whoever opens what is there."""
    path, begun, release = tmp_path / "jobs.db", anyio.Event(), anyio.Event()

    async def work(job: Receipt) -> None:
        begun.set()
        await release.wait()

    arguments = ("--Jobs:Engine=sqlite", f"--Jobs:ConnectionString={path}", "--Jobs:GraceSeconds=0.6")
    async with jobs(handler(work), *arguments, "--Logging:LogLevel:Default=Warning") as client:
        await put(client)
        await begun.wait()
        path.unlink()
        release.set()

    told = [each for each in caplog.records if "removed or replaced" in each.getMessage()]
    assert 0 < len(told) < 10


async def test_a_store_that_is_closed_says_so() -> None:
    """Also to whoever came while it was closing."""
    engine = SqliteEngine(":memory:")
    async with engine.opened():
        writer: Writer = engine._open
    with anyio.fail_after(5), pytest.raises(JobEngineError, match="closed"):
        await writer.execute(lambda connection: connection.execute("SELECT 1"))


def damaged(path: Path) -> None:
    path.write_bytes(b"SQLite format 3\0" + b"\xff" * 4096)


def no_database(path: Path) -> None:
    path.write_text("dear diary")


def of_another_version(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE corner_job_schema AS SELECT 999 AS version")
        connection.commit()


def a_folder(path: Path) -> None:
    path.mkdir()


def a_pipe(path: Path) -> None:
    os.mkfifo(path)


def in_no_folder(path: Path) -> None:
    path.symlink_to(path.parent / "nowhere" / "jobs.db")


def read_only(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE orders (id INTEGER)")
    path.chmod(0o444)
    path.parent.chmod(0o555)
    if os.access(path, os.W_OK):
        pytest.skip("this user may write any file")


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (damaged, "is not a SQLite database, or is damaged"),
        (no_database, "is not a SQLite database, or is damaged"),
        (of_another_version, "are of version 999"),
        (a_folder, "cannot be opened: it is a folder"),
        (a_pipe, "cannot be opened: it is no regular file"),
        (in_no_folder, "cannot be opened"),
        (read_only, "cannot be written"),
    ],
)
async def test_a_file_that_is_no_job_store_is_refused_with_a_way_out(
    tmp_path: Path, spoil: Callable[[Path], None], says: str
) -> None:
    """What it is, where it is, what to do."""
    path = tmp_path / "jobs.db"
    spoil(path)

    with pytest.raises(JobEngineError, match=says) as caught:
        async with shop(path):
            raise AssertionError("it must not open")
    tmp_path.chmod(0o755)
    assert str(path) in str(caught.value)
    assert "Jobs:ConnectionString" in str(caught.value)


async def test_one_that_cannot_be_stored_does_not_keep_others_from_it(tmp_path: Path) -> None:
    """Put in one call they stand or fall together; nobody else's call is touched."""
    async with shop(tmp_path / "jobs.db") as bench:
        with pytest.raises(JobEngineError):
            await bench.engine.put([new_job(), new_job(payload=None)])
        job_id = await bench.put()
        async with bench.worker(lambda _: Dead(failure_of(OSError("\0")))):
            await bench.ended(job_id)

        assert (await bench.info(job_id)).error == "\\x00"


async def test_a_file_that_another_process_has_locked_is_one_to_wait_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is said to be unavailable, so that a host starts without it, and opens it as soon as it is free."""
    monkeypatch.setattr("corner_host.jobs.engines.sqlite.schema._BUSY_MILLISECONDS", 50)
    path = tmp_path / "jobs.db"
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(JobEngineUnavailableError, match="locked by another process"):
            async with SqliteEngine(str(path)).opened():
                pass
        other.execute("ROLLBACK")
    async with SqliteEngine(str(path)).opened():
        pass
