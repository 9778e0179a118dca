"""A program that logs, for tests that watch it from outside: ``python -m tests.logging.program COUNT [key=value ...]``."""

import asyncio
import logging
import sys

import anyio

from corner_host.configuration import ConfigurationManager
from corner_host.di import ServiceCollection
from corner_host.logging import LoggingBuilder, log_scope

log = logging.getLogger("acme.orders.Worker")


async def main(count: int, settings: dict[str, str]) -> None:
    """Log *count* records, say so on stderr, and wait for a line on stdin before the end."""
    configuration = ConfigurationManager()
    configuration.add_in_memory_collection(settings)
    builder = LoggingBuilder(ServiceCollection(), configuration).add_console().capture_warnings()
    session = builder.apply(fields={"service": "orders"})
    if settings.get("Debug"):
        asyncio.get_running_loop().call_exception_handler({"message": "a task was lost"})
    with log_scope(job_id="01J9"):
        for number in range(count):
            log.info("record %d %s", number, "x" * 80)
            await anyio.sleep(0)
    if settings.get("Fail"):
        try:
            raise ValueError("boom")
        except ValueError:
            log.exception("It [bold]failed[/bold]")
    if settings.get("Forget"):
        return
    sys.stderr.write("logged\n")
    sys.stderr.flush()
    await anyio.to_thread.run_sync(sys.stdin.readline)
    await session.aclose(float(settings.get("Timeout", "10")))


if __name__ == "__main__":
    anyio.run(main, int(sys.argv[1]), dict(argument.split("=", 1) for argument in sys.argv[2:]))
