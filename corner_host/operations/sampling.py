"""One sample of the host's numbers. Names of counters begin with ``+``; those of one queue end with its name."""

import sys
import threading
from typing import Final

import anyio

from .queue_numbers import QueueNumbers, numbers_in_memory, numbers_of_jobs
from .workplace import Workplace

_PAGE_BYTES: Final = 4096


async def take_sample(workplace: Workplace) -> None:
    """Keep the numbers of this moment; those of the store of jobs too, if it answers, else raise what it does."""
    at = workplace.clock.now().timestamp()
    queues = numbers_in_memory(workplace)
    try:
        queues += await numbers_of_jobs(workplace)
    finally:
        workplace.samples.add(at, _values(workplace, queues))


def _values(workplace: Workplace, queues: tuple[QueueNumbers, ...]) -> dict[str, float]:
    values: dict[str, float] = {"threads": threading.active_count()}
    ended = failed = depth = running = fill = 0.0
    for queue in queues:
        depth += queue.depth
        running += queue.running
        ended += queue.ended
        failed += queue.failed
        if queue.capacity:
            fill = max(fill, queue.depth / queue.capacity)
        values[f"depth:{queue.name}"] = queue.depth
        values[f"running:{queue.name}"] = queue.running
        values[f"+ended_per_second:{queue.name}"] = queue.ended
        values[f"+failed_per_second:{queue.name}"] = queue.failed
        if queue.taken_in is not None:
            values[f"+queued_per_second:{queue.name}"] = queue.taken_in
    values |= {
        "+jobs_per_second": ended,
        "+failed_per_second": failed,
        "depth": depth,
        "running": running,
        "queue_fill": min(1.0, fill),
        "loop_lag": workplace.lag.worst,
    }
    workplace.lag.worst = 0.0
    workplace.tasks = len(anyio.get_running_tasks())
    workplace.note_services()
    if (memory := resident_bytes()) is not None:
        values["memory_bytes"] = memory
    return values


def resident_bytes() -> int | None:
    """Return the resident memory of the process; None where the system does not tell."""
    if not sys.platform.startswith("linux"):
        return None
    try:
        with open("/proc/self/statm", "rb") as file:  # noqa: PTH123 - a file of the kernel
            return int(file.read().split()[1]) * _PAGE_BYTES
    except (OSError, ValueError, IndexError):
        return None
