"""A worker process for the tests of job engines, to be killed: ``python -m corner_host.testing.job_process ORDERS``.

*ORDERS* is a pickled `WorkerOrders`, as base64. What a job does is in its name: ``quick``, ``slow`` (sleeps as many seconds as
its payload says), ``block`` (blocks the event loop as long) or ``poison`` (kills the process). Each start and end is
written down as a line in the journal.
"""

import base64
import json
import os
import pickle
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final, final

import anyio

from corner_host.jobs import Dead, Delivery, Done, Failure, JobEngine, Outcome, Subscription
from corner_host.primitives import CancellationTokenSource

from .job_bench import QUEUE

_MOST_ATTEMPTS: Final = 3


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerOrders:
    """What a worker process is told.

    Args:
        factory: Makes the engine.
        journal: Where starts and ends are written down.
        backend: ``asyncio`` or ``trio``.
        slots: How many jobs at once.
        ahead: By how many seconds its wall clock is ahead of the others'.
    """

    factory: Callable[[], JobEngine]
    journal: Path
    backend: str = "asyncio"
    slots: int = 10
    ahead: float = 0.0

    @contextmanager
    def running(self) -> "Generator[subprocess.Popen[bytes]]":
        """Run a process by these orders while inside; killed at the end if it still runs."""
        orders = base64.b64encode(pickle.dumps(self)).decode()
        with subprocess.Popen([sys.executable, "-m", __name__, orders]) as process:  # noqa: S603 - our own program
            try:
                yield process
            finally:
                process.send_signal(signal.SIGCONT)
                process.kill()


@final
@dataclass(frozen=True, slots=True)
class JournalLine:
    """A start or an end of a job, with its attempt and its process."""

    what: str
    job: str
    attempt: int
    pid: int


def read_journal(path: Path) -> list[JournalLine]:
    """Return what was written down up to now."""
    if not path.exists():
        return []
    rows = [line.split() for line in path.read_text(encoding="utf-8").splitlines()]
    return [JournalLine(what, job, int(attempt), int(pid)) for what, job, attempt, pid in rows]


async def work(orders: WorkerOrders) -> None:
    """Work until SIGTERM."""
    now = time.time
    time.time = lambda: now() + orders.ahead

    def note(what: str, delivery: Delivery) -> None:
        with orders.journal.open("a", encoding="utf-8") as file:
            file.write(f"{what} {delivery.id} {delivery.attempt} {os.getpid()}\n")

    async def deliver(delivery: Delivery) -> Outcome:
        if delivery.attempt > _MOST_ATTEMPTS:
            return Dead(Failure("WorkerLost", "too often"))
        note("start", delivery)
        seconds = json.loads(delivery.payload).get("seconds", 0.01)
        match delivery.name:
            case "poison":
                os.kill(os.getpid(), signal.SIGKILL)
            case "block":
                time.sleep(seconds)  # noqa: ASYNC251 - what is tested
            case _:
                await anyio.sleep(seconds)
        note("end", delivery)
        return Done()

    stopping = CancellationTokenSource()
    engine = orders.factory()
    async with engine.opened(), anyio.create_task_group() as group:

        async def stop_on_sigterm() -> None:
            with anyio.open_signal_receiver(signal.SIGTERM) as signals:
                async for _ in signals:
                    stopping.cancel()

        group.start_soon(stop_on_sigterm)
        await engine.run(deliver, Subscription(queues=[QUEUE], slots=orders.slots), stopping.token)
        group.cancel_scope.cancel()


if __name__ == "__main__":
    read = pickle.loads(base64.b64decode(sys.argv[1]))  # noqa: S301 - from our parent process
    anyio.run(work, read, backend=read.backend)
