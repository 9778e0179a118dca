"""What SQLite alone can do on this machine, in one thread: the lines that the figures are ratios to."""

import sqlite3
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

import anyio
from anyio import to_thread

BATCH = 100
_TABLE = "CREATE TABLE jobs (id INTEGER PRIMARY KEY, state INTEGER NOT NULL, payload BLOB NOT NULL)"
_INSERT = "INSERT INTO jobs (state, payload) VALUES (0, ?)"


def _open(path: Path, synchronous: str) -> sqlite3.Connection:
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute(f"PRAGMA synchronous = {synchronous}")
    connection.execute(_TABLE)
    return connection


def _timed(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def insert_one_by_one(path: Path, synchronous: str, jobs: int) -> float:
    """Return jobs a second, each inserted in a transaction of its own."""
    connection = _open(path, synchronous)

    def insert() -> None:
        for _ in range(jobs):
            connection.execute(_INSERT, (b'{"order": 7}',))

    seconds = _timed(insert)
    connection.close()
    return jobs / seconds


def claim_and_delete(path: Path, synchronous: str, jobs: int) -> float:
    """Return jobs a second, claimed and deleted a hundred at a time."""
    connection = _open(path, synchronous)
    connection.execute("BEGIN")
    connection.executemany(_INSERT, [(b'{"order": 7}',)] * jobs)
    connection.execute("COMMIT")

    def drain() -> None:
        while rows := connection.execute(
            "UPDATE jobs SET state = 1 WHERE id IN (SELECT id FROM jobs WHERE state = 0 LIMIT ?) RETURNING id", (BATCH,)
        ).fetchall():
            connection.execute("BEGIN IMMEDIATE")
            connection.executemany("DELETE FROM jobs WHERE id = ?", rows)
            connection.execute("COMMIT")

    seconds = _timed(drain)
    connection.close()
    return jobs / seconds


async def insert_and_claim_through_a_thread(path: Path, synchronous: str, jobs: int) -> float:
    """Return the median seconds of one insert and one claim, in a worker thread."""
    connection = _open(path, synchronous)

    def one() -> None:
        connection.execute(_INSERT, (b'{"order": 7}',))
        connection.execute("UPDATE jobs SET state = 1 WHERE state = 0 RETURNING id").fetchall()

    seconds: list[float] = []
    for _ in range(jobs):
        began = time.perf_counter()
        await to_thread.run_sync(one)
        seconds.append(time.perf_counter() - began)
        await anyio.sleep(0.002)
    connection.close()
    return median(seconds)
