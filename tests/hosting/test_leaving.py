"""A demand to end the process that comes from where the host does not see it: everything is stopped, then it is heeded."""

from pathlib import Path

import pytest

from tests.hosting.programs import run_program

PROGRAM = """
    import asyncio, signal, sys
    import anyio
    from corner_host.hosting import BackgroundService, Host

    backend, demand, where, when = sys.argv[1:]

    def leave():
        if demand == "SystemExit":
            sys.exit(7)
        if demand == "RuntimeError":
            asyncio.get_running_loop().stop()
            return
        if demand == "ValueError":
            signal.signal(signal.SIGALRM, raise_from_handler)
            signal.setitimer(signal.ITIMER_REAL, 0.05)
            return
        raise KeyboardInterrupt

    def raise_from_handler(number, frame):
        raise ValueError("from the handler")

    async def leave_soon():
        await anyio.sleep(0)
        leave()

    async def act():
        if where == "group":
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(anyio.sleep_forever)
                tasks.start_soon(leave_soon)
        elif where == "task":
            global task
            task = asyncio.create_task(leave_soon())
        elif where == "callback":
            asyncio.get_running_loop().call_soon(leave)

    class Database:
        async def start(self):
            print("database start")
        async def stop(self):
            await anyio.sleep(0.01)
            print("database stop")
        async def aclose(self):
            await anyio.sleep(0.01)
            print("database closed")

    class Culprit(BackgroundService):
        async def start(self):
            if when == "start":
                await act()
                await anyio.sleep(30)
            await super().start()
        async def execute(self, stopping):
            if when == "execute":
                await act()
            await stopping.wait()
        async def stop(self):
            await super().stop()
            if when == "stop":
                await act()
                await anyio.sleep(0.05)

    class Last:
        async def start(self):
            pass
        async def stop(self):
            print("last stop")

    def limits(options):
        options.shutdown_timeout = 5.0

    builder = Host.create_empty_builder().configure_host_options(limits)
    host = builder.add_hosted_service(Database).add_hosted_service(Culprit).add_hosted_service(Last).build()
    if when == "stop":
        host.lifetime.application_started.register(host.lifetime.stop_application)
    host.run(backend=backend)
"""
STOPPED = ["database start", "last stop", "database stop", "database closed"]
CASES = [
    ("asyncio", "SystemExit", "task", "execute"),
    ("asyncio", "SystemExit", "callback", "execute"),
    ("asyncio", "SystemExit", "group", "execute"),
    ("asyncio", "KeyboardInterrupt", "group", "execute"),
    ("asyncio", "KeyboardInterrupt", "task", "execute"),
    ("asyncio", "SystemExit", "task", "start"),
    ("asyncio", "SystemExit", "group", "start"),
    ("asyncio", "SystemExit", "task", "stop"),
    ("asyncio", "SystemExit", "group", "stop"),
    ("asyncio+uvloop", "SystemExit", "task", "execute"),
    ("asyncio+uvloop", "SystemExit", "group", "execute"),
    ("asyncio", "RuntimeError", "callback", "execute"),
    ("asyncio+uvloop", "RuntimeError", "callback", "execute"),
    ("asyncio", "ValueError", "callback", "execute"),
    ("trio", "SystemExit", "group", "execute"),
    ("trio", "SystemExit", "group", "start"),
    ("trio", "KeyboardInterrupt", "group", "execute"),
]


@pytest.mark.parametrize("case", CASES, ids=" ".join)
def test_a_demand_from_a_task_of_a_service_is_heeded_after_the_stop(tmp_path: Path, case: tuple[str, ...]) -> None:
    """H5, H7: the others are stopped and closed, then the process ends as it was demanded."""
    result = run_program(PROGRAM, folder=tmp_path, args=case)

    if case[1].endswith("Error"):
        assert case[1] in result.errors
    assert result.lines == [line for line in STOPPED if line != "last stop" or case[3] != "start"], result.errors
    assert result.status == {"SystemExit": 7, "KeyboardInterrupt": -2}.get(case[1], 1), result.errors


FORGETFUL = """
    import sys
    import anyio
    from corner_host.hosting import BackgroundService, Host

    class Database:
        async def start(self):
            print("database start")
        async def stop(self):
            await anyio.sleep(0.01)
            print("database stop")

    class Worker(BackgroundService):
        async def execute(self, stopping):
            print("work")
            await stopping.wait()

    async def leave():
        sys.exit(7)

    async def main():
        global host
        host = Host.create_empty_builder().add_hosted_service(Database).add_hosted_service(Worker).build()
        await host.start()
        await anyio.wait_all_tasks_blocked()
        if sys.argv[2] == "forget":
            return
        if sys.argv[2] == "leave":
            sys.exit(7)
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(leave)
            await host.wait_for_shutdown()

    anyio.run(main, backend=sys.argv[1])
"""


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
@pytest.mark.parametrize(("how", "status"), [("forget", 0), ("leave", 7), ("task", 7)])
def test_a_loop_that_ends_while_a_host_runs_stops_its_services(
    tmp_path: Path, backend: str, how: str, status: int
) -> None:
    """H2: also in a loop that the application began, and whether somebody waits for the host or has forgotten it."""
    result = run_program(FORGETFUL, folder=tmp_path, args=[backend, how])

    assert result.lines == ["database start", "work", "database stop"], result.errors
    assert result.status == status or (backend, how) == ("trio", "task")  # trio leaves with a group of it


UNHEEDED = """
    import os, signal, sys
    import anyio
    from corner_host.hosting import Host, HostLifetime

    class Silent:
        async def wait_for_start(self): ...
        async def stop(self): ...

    class Database:
        async def start(self):
            print("database start")
        async def stop(self):
            print("database stops")
            os.kill(os.getpid(), signal.SIGINT)
            await anyio.sleep(30)
            print("database stopped")
        async def aclose(self):
            print("database closed")

    builder = Host.create_empty_builder().add_hosted_service(Database)
    builder.services.add_singleton(HostLifetime, instance=Silent())
    host = builder.build()
    host.lifetime.application_started.register(lambda: os.kill(os.getpid(), signal.SIGINT))
    host.run(backend=sys.argv[1])
"""


@pytest.mark.parametrize("backend", ["asyncio", "asyncio+uvloop", "trio"])
def test_a_second_interrupt_forces_also_where_the_host_does_not_heed_signals(tmp_path: Path, backend: str) -> None:
    """H5: the event loop's own handling; the stop that is under way is cut, and nobody is stopped twice."""
    result = run_program(UNHEEDED, folder=tmp_path, args=[backend])

    assert result.lines == ["database start", "database stops", "database closed"], result.errors
    assert result.status == -2
