"""A SQLite engine without a host."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

from corner_host.jobs.engines.sqlite import SqliteEngine
from corner_host.testing.job_bench import JobBench, new_job

__all__ = ["JobBench", "new_job", "shop"]


@asynccontextmanager
async def shop(path: Path | str, *, lease: float = 30.0, retention: float = 1000.0) -> AsyncGenerator[JobBench]:
    engine = SqliteEngine(str(path), lease=lease, retention=retention)
    async with engine.opened():
        yield JobBench(engine)
