"""How long after a worker's end its jobs run elsewhere, on any engine whose factory can be pickled."""

import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

import anyio

from corner_host.jobs import JobEngine
from corner_host.testing.job_bench import JobBench
from corner_host.testing.job_process import WorkerOrders, read_journal

from .frame import Figures

_JOBS: Final = 10
_LONG: Final = b'{"seconds": 600}'


async def recovery(factory: Callable[[], JobEngine], folder: Path, lease: float) -> Figures:
    """Return the seconds from kill -9, and from a stand-still, to the start of all its jobs by another worker."""
    return {
        "kill -9 to restart, ms": 1e3 * await _until_run_elsewhere(factory, folder / "killed", signal.SIGKILL),
        "SIGSTOP to restart, % of lease": 100
        * await _until_run_elsewhere(factory, folder / "stopped", signal.SIGSTOP)
        / lease,
    }


async def _until_run_elsewhere(factory: Callable[[], JobEngine], journal: Path, end: signal.Signals) -> float:
    orders = WorkerOrders(factory=factory, journal=journal, slots=_JOBS)

    async def until_started(count: int) -> None:
        while sum(line.what == "start" for line in read_journal(journal)) < count:
            await anyio.sleep(0.005)

    engine = factory()
    async with engine.opened():
        bench = JobBench(engine)
        ids = [await bench.put("slow", payload=_LONG) for _ in range(_JOBS)]
        with orders.running() as first:
            await until_started(_JOBS)
            with orders.running():
                await anyio.sleep(2)
                first.send_signal(end)
                began = time.perf_counter()
                await until_started(2 * _JOBS)
                waited = time.perf_counter() - began
        for job_id in ids:
            await engine.cancel(job_id)
            await engine.records.wait_ended(job_id)
    return waited
