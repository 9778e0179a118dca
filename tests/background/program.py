"""A program of its own: ``python -m tests.background.program BACKEND MODE WORK``.

It says ``ready`` once everything is queued and, at its end, what became of it.
"""

import sys
from typing import Any

import anyio

from corner_host import BackgroundTaskQueue, CancellationToken, Host, MetricsService


async def brief() -> None:
    await anyio.sleep(0.01)


async def leaving() -> None:
    await anyio.sleep(0.01)
    sys.exit(3)


def main(backend: str, mode: str, work: str) -> None:
    """Queue thirty items, and work them off."""
    builder = Host.create_builder([])
    builder.logging.clear_providers()
    builder.configuration["BackgroundJobs:Queue:ShutdownMode"] = mode
    builder.services.add_background_jobs(builder.configuration)

    async def feed(queue: BackgroundTaskQueue, stopping: CancellationToken) -> None:
        item: Any = {"brief": brief, "leaving": leaving}[work]
        for _ in range(30):
            await queue.queue_background_work_item(item)
        print("ready", flush=True)
        await stopping.wait()

    builder.add_hosted_service(feed)
    host = builder.build()
    metrics = host.services.get_required_service(MetricsService)
    try:
        host.run(backend=backend)
    finally:
        numbers = metrics.snapshot()
        ended = numbers.completed + numbers.failed + numbers.cancelled
        print(f"{numbers.queued} queued, {ended + numbers.not_run} accounted for, {numbers.completed} completed")


if __name__ == "__main__":
    main(*sys.argv[1:])
