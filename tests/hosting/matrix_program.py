"""A program in trouble: ``python -m tests.hosting.matrix_program PHASE TROUBLE BACKEND``.

Three services: a database that must be stopped and closed whatever happens, the subject that gets into trouble in the
given phase of its life, and a neighbour that works. Every step is a line on standard output.
"""

import os
import signal
import sys
from collections.abc import Awaitable, Callable

import anyio
import anyio.lowlevel

from corner_host.hosting import BackgroundService, Host, HostApplicationLifetime, HostOptions
from corner_host.primitives import CancellationToken

PHASE, TROUBLE, BACKEND = [*sys.argv[1:4], "", "", ""][:3]  # who looks for doctests imports it without arguments


def say(line: str) -> None:
    print(line, flush=True)


def send(name: str) -> None:
    os.kill(os.getpid(), getattr(signal, name))


async def breathe() -> None:
    """Let the loop see to its signals."""
    for _ in range(20):
        await anyio.lowlevel.checkpoint()


class Database:
    """Must be stopped and closed whatever happens. In the worst case it is where the second signal comes."""

    async def start(self) -> None:
        say("database start")

    async def stop(self) -> None:
        say("database stop")
        if TROUBLE.startswith("twice") and PHASE == "starting":
            send(TROUBLE.removeprefix("twice-"))
            await anyio.sleep_forever()

    async def aclose(self) -> None:
        say("database closed")


class Neighbour(BackgroundService):
    """Works until it is asked to stop."""

    async def execute(self, stopping: CancellationToken) -> None:
        await stopping.wait()

    async def stop(self) -> None:
        await super().stop()
        say("neighbour stop")


class Subject(BackgroundService):
    """Gets into trouble in the phase that the arguments say."""

    def __init__(self, lifetime: HostApplicationLifetime) -> None:
        self._lifetime = lifetime

    async def start(self) -> None:
        await super().start()
        if PHASE == "starting":
            await self._trouble(anyio.sleep_forever)

    async def execute(self, stopping: CancellationToken) -> None:
        if PHASE == "running":
            await self._lifetime.application_started.wait()
            await self._trouble(stopping.wait)
        elif PHASE == "stopping":
            await self._lifetime.application_started.wait()
            self._lifetime.stop_application()
            await stopping.wait()
            if TROUBLE == "crash":
                raise RuntimeError("crash")
        await stopping.wait()

    async def stop(self) -> None:
        await super().stop()
        say("subject stop")
        if PHASE == "stopping" and TROUBLE != "crash":
            await self._trouble(breathe)
        elif TROUBLE == "exception-in-stop":
            raise RuntimeError("exception in stop")

    async def _trouble(self, until: Callable[[], Awaitable[object]]) -> None:
        say("trouble")
        if TROUBLE in {"SIGINT", "SIGTERM"}:
            send(TROUBLE)
            await until()
        elif TROUBLE.startswith("twice"):
            await self._signal_twice(until)
        elif TROUBLE == "crash":
            raise RuntimeError("crash")
        elif TROUBLE == "hang":
            if PHASE == "running":
                self._lifetime.stop_application()
            await anyio.sleep_forever()
        elif TROUBLE == "exception-in-stop":
            await self._fail_to_stop()
        elif TROUBLE == "KeyboardInterrupt":
            raise KeyboardInterrupt
        elif TROUBLE == "SystemExit":
            sys.exit(7)

    async def _signal_twice(self, until: Callable[[], Awaitable[object]]) -> None:
        number = TROUBLE.removeprefix("twice-")
        send(number)
        if PHASE == "starting":
            await until()  # the second one comes while what had started is stopped again
        await breathe()
        send(number)
        await anyio.sleep_forever()

    async def _fail_to_stop(self) -> None:
        if PHASE == "running":
            self._lifetime.stop_application()
        elif PHASE == "starting":
            return  # the neighbour, next in line, will fail
        else:
            raise RuntimeError("exception in stop")


class Failing:
    """Fails to start, so that a subject that had started is stopped, and fails to stop."""

    async def start(self) -> None:
        raise RuntimeError("failing to start")

    async def stop(self) -> None: ...


def limit(options: HostOptions) -> None:
    if TROUBLE == "hang":
        options.startup_timeout = 0.3
        options.shutdown_timeout = 0.3


def main() -> None:
    builder = Host.create_empty_builder().configure_host_options(limit)
    builder.add_hosted_service(Database).add_hosted_service(Neighbour).add_hosted_service(Subject)
    if (PHASE, TROUBLE) == ("starting", "exception-in-stop"):
        builder.add_hosted_service(Failing)
    options = {"use_uvloop": True} if BACKEND == "uvloop" else {}
    try:
        builder.build().run(backend="trio" if BACKEND == "trio" else "asyncio", backend_options=options)
    finally:
        say("run is over")


if __name__ == "__main__":
    main()
