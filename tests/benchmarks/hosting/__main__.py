"""What a host costs, as ratios to the same program by hand with anyio, taken in one run.

``python -m tests.benchmarks.hosting`` prints a table. Figures are the best of several; compare ratios, not times. Whole
programs take turns, so that what else the machine does falls on all of them.

What is installed counts: run it in an environment that has this package's own dependencies (and trio) only, since some
packages import others where they find them.
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from rich.console import Console
from rich.table import Table

from tests.benchmarks.hosting.many import FIGURES, measured

ROOT = Path(__file__).parents[3]
ROUNDS = 25

BARE = "pass"
IMPORT = "import corner_host, corner_host.hosting; corner_host.Host"
BY_HAND = """
import signal, sys
import anyio

async def work(stop):
    await stop.wait()

async def main():
    stop = anyio.Event()
    async with anyio.create_task_group() as group:
        for _ in range(3):
            group.start_soon(work, stop)
        with anyio.open_signal_receiver(signal.SIGINT, signal.SIGTERM) as signals:
            await anyio.sleep(0)
            if sys.argv[1:]:
                print("ready", flush=True)
                async for _ in signals:
                    break
        stop.set()
    print("stopped", flush=True)

anyio.run(main)
"""
HOST = """
import sys
from corner_host import BackgroundService, Host, HostApplicationLifetime

class Worker(BackgroundService):
    async def execute(self, stopping):
        await stopping.wait()

class Second(Worker): ...
class Third(Worker): ...

builder = Host.create_empty_builder().add_hosted_service(Worker).add_hosted_service(Second).add_hosted_service(Third)
host = builder.build()
if sys.argv[1:]:
    host.lifetime.application_started.register(lambda: print("ready", flush=True))
else:
    host.lifetime.application_started.register(host.lifetime.stop_application)
host.lifetime.application_stopped.register(lambda: print("stopped", flush=True))
host.run()
"""


def whole(*programs: str) -> list[float]:
    """Return the milliseconds each program takes from its start to its exit, at best."""
    best = [float("inf")] * len(programs)
    for _ in range(ROUNDS):
        for at, program in enumerate(programs):
            began = time.perf_counter()
            subprocess.run([sys.executable, "-c", program], env=environment(), stdout=subprocess.DEVNULL, check=True)
            best[at] = min(best[at], time.perf_counter() - began)
    return [seconds * 1000 for seconds in best]


def stopping(program: str) -> tuple[float, float]:
    """Return the milliseconds from SIGTERM to "stopped" and to the exit, at best."""
    stopped = ended = float("inf")
    for _ in range(ROUNDS):
        with subprocess.Popen(
            [sys.executable, "-c", program, "wait"], env=environment(), stdout=subprocess.PIPE, text=True
        ) as process:
            assert process.stdout is not None
            assert process.stdout.readline() == "ready\n"
            began = time.perf_counter()
            process.send_signal(signal.SIGTERM)
            assert process.stdout.readline() == "stopped\n"
            stopped = min(stopped, time.perf_counter() - began)
            process.wait()
            ended = min(ended, time.perf_counter() - began)
    return stopped * 1000, ended * 1000


def environment() -> dict[str, str]:
    """Return an environment in which byte code is compiled and this package found."""
    return {**{k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}, "PYTHONPATH": str(ROOT)}


def programs() -> Iterator[tuple[str, str, str, str, str]]:
    """Measure whole programs; yields what, by hand, with a host, the ratio, the goal."""
    bare, by_hand, host, imported = whole(BARE, BY_HAND, HOST, IMPORT)
    yield (
        "import, build, run, stop 3 services",
        f"{by_hand:.0f} ms",
        f"{host:.0f} ms",
        f"{host / by_hand:.2f}",
        "<= 1.35",
    )
    yield (
        "import corner_host and its Host, over bare Python",
        f"{bare:.0f} ms",
        f"+{imported - bare:.0f} ms",
        "",
        "<= 100 ms",
    )
    for name, first, second in zip(
        ("SIGTERM to stopped", "SIGTERM to exit"), stopping(BY_HAND), stopping(HOST), strict=True
    ):
        yield (
            name,
            f"{first:.1f} ms",
            f"{second:.1f} ms",
            f"{second / first:.2f}",
            "<= 5 ms" if "stopped" in name else "",
        )


def many_services() -> Iterator[tuple[str, str, str, str, str]]:
    """Measure many trivial services."""
    for number in (1, 100, 1000, 10000):
        by_hand, host = measured("by_hand", number), measured("host", number)
        for figure, unit, goal in FIGURES:
            first, second = by_hand[figure], host[figure]
            yield (
                f"{number:,} services: {figure}",
                f"{first:,.1f} {unit}",
                f"{second:,.1f} {unit}",
                f"{second / first:.2f}",
                goal if number == 1000 else "",
            )


def main() -> None:
    """Measure, and print the table."""
    table = Table(title="hosting, each beside the same by hand with anyio")
    for heading in ("what", "by hand", "host", "ratio", "goal"):
        table.add_column(heading, justify="left" if heading == "what" else "right")
    for row in (*programs(), *many_services()):
        table.add_row(*row)
    Console(width=110).print(table)


if __name__ == "__main__":
    main()
