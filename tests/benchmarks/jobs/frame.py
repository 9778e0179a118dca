"""What every engine's benchmark shares: the job that does nothing, our host on any engine, counting, and the table.

An engine's module has a ``main()``; `ours` gives our figures on it, its own functions those of peers, `print_table` prints
them. All take figures as a mapping from their name to a number, and ratios are taken within a round.
"""

import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from statistics import median
from typing import Final, TypeAlias

import anyio
from pydantic import BaseModel

from corner_host import CancellationToken, Host, JobClient
from corner_host.jobs import JobContext

JOBS: Final = 10_000
PUTS: Final = 1_000
SLOTS: Final = 100
DRAIN: Final = "end to end, jobs/s"
CPU: Final = "CPU us a job"

Figures: TypeAlias = Mapping[str, float]


class Order(BaseModel):
    """A payload of a usual size."""

    order: int
    customer: str = "ana"


class Session:
    """Something scoped, for each job."""


class Counter:
    """Counts handled jobs, and when they began."""

    def __init__(self, wanted: int = JOBS) -> None:
        self.began: list[float] = []
        self.done = anyio.Event()
        self.wanted = wanted

    def count(self) -> None:
        self.began.append(time.perf_counter())
        if len(self.began) == self.wanted:
            self.done.set()

    @property
    def rate(self) -> float:
        """Jobs a second, from the first start to the last."""
        return len(self.began) / (self.began[-1] - self.began[0])


async def handle(job: Order, context: JobContext, token: CancellationToken, session: Session, counter: Counter) -> None:
    """Do nothing but count."""
    counter.count()


@asynccontextmanager
async def host(arguments: Sequence[str], *, worker: bool) -> AsyncGenerator[tuple[JobClient, Counter]]:
    """Run our host with full dispatch: payload model, scope, time limit, retry policy."""
    settings = [*arguments, f"--Jobs:MaxConcurrency={SLOTS}", f"--Jobs:WorkerEnabled={worker}"]
    builder = Host.create_builder([*settings, "--Logging:LogLevel:Default=Warning"])
    builder.services.add_scoped(Session).add_singleton(Counter, instance=Counter())
    builder.services.add_jobs(builder.configuration).add_job_handler(Order, handle, timeout=30)
    async with builder.build() as running:
        yield running.services.get_required_service(JobClient), running.services.get_required_service(Counter)


async def ours(arguments: Sequence[str]) -> Figures:
    """Return our figures on the engine that *arguments* name."""
    async with host(arguments, worker=False) as (client, _):
        await client.enqueue_many([Order(order=number) for number in range(JOBS)])
    cpu = time.process_time()
    async with host(arguments, worker=True) as (_, counter):
        await counter.done.wait()
    figures = {DRAIN: counter.rate, CPU: (time.process_time() - cpu) / JOBS * 1e6}
    async with host(arguments, worker=False) as (client, _):
        for count in (1, 50):
            figures[f"put by {count}, jobs/s"] = await callers(
                lambda number: client.enqueue(Order(order=number)), count
            )
    return figures


async def callers(put: Callable[[int], Awaitable[object]], count: int) -> float:
    """Return puts a second by so many callers at once."""
    each = PUTS // count * (1 if count == 1 else 5)

    async def work() -> None:
        for number in range(each):
            await put(number)

    began = time.perf_counter()
    async with anyio.create_task_group() as group:
        for _ in range(count):
            group.start_soon(work)
    return each * count / (time.perf_counter() - began)


def print_table(title: str, rounds: Sequence[Mapping[str, Figures]], reference: str) -> None:
    """Print the median of each contender's figures, and of its ratios to *reference* in the same round."""
    names = list(rounds[0])
    figures = list(dict.fromkeys(figure for name in names for figure in rounds[0][name]))
    print(f"\n{title:30}" + "".join(f"{name:>26}" for name in names))
    for figure in figures:
        line = f"{figure:30}"
        for name in names:
            if figure not in rounds[0][name]:
                line += f"{'':>26}"
                continue
            value = median(each[name][figure] for each in rounds)
            ratio = ""
            if name != reference and figure in rounds[0][reference]:
                ratio = f"  x {median(each[name][figure] / each[reference][figure] for each in rounds):6.2f}"
            line += f"{value:>16,.0f}{ratio:>10}"
        print(line)
