"""Children of a host's process: none goes on with the host, and none takes anything from the parent."""

import signal
import sys
from pathlib import Path

import pytest

from tests.hosting.programs import run_program

pytestmark = [
    pytest.mark.skipif(sys.platform == "win32", reason="has no fork"),
    pytest.mark.parametrize("backend", ["asyncio", "trio"]),
]

PROGRAM = """
    import multiprocessing, os, sys, time, warnings
    import anyio
    from corner_host.hosting import Host
    from corner_host.primitives import CancellationToken

    warnings.simplefilter("ignore")  # a process with threads should not fork, says Python 3.12; users do
    backend, where = sys.argv[1:]

    def reap(child):
        print("child ended", os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))

    async def fork():
        child = os.fork()
        if child == 0:
            {act}
            return
        reap(child)

    async def work(stopping: CancellationToken):
        if where == "task":
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(fork)
        elif where == "execute":
            await fork()
            if os.getpid() != parent:
                return
        print("ready")
        await stopping.wait()

    class Database:
        async def start(self):
            if where == "start":
                await fork()
        async def stop(self):
            print("database stop")

    parent = os.getpid()
    builder = Host.create_empty_builder().add_hosted_service(Database).add_hosted_service(work)
    builder.build().run(backend=backend)
    print("end")
"""


@pytest.mark.parametrize(
    ("where", "act", "status", "told"),
    [
        ("execute", "sys.exit(7)", 7, ""),
        ("execute", "pass", 0, ""),
        ("execute", "sys.exit('goodbye')", 1, "goodbye"),
        ("start", "raise ValueError('no child')", 1, "ValueError: no child"),
        ("execute", "await anyio.sleep(0); print('went on')", 1, "cannot go on in the event loop of its parent"),
        ("task", "await anyio.sleep(0); print('went on')", 1, "To fix: end it by os._exit()"),
    ],
)
def test_a_child_ends_with_the_code_that_forked(
    tmp_path: Path, backend: str, where: str, act: str, status: int, told: str
) -> None:
    """No service is stopped in it, it does not go on in the loop, and the parent still hears of signals."""
    program = PROGRAM.format(act=act)
    result = run_program(program, folder=tmp_path, args=[backend, where], signals=[("ready", signal.SIGTERM)])

    assert result.lines == [f"child ended {status}", "ready", "database stop", "end"], result.errors
    assert result.status == 0
    assert told in result.errors


def test_a_child_ends_when_it_is_told_to(tmp_path: Path, backend: str) -> None:
    """What multiprocessing forks has no handlers of the host's: SIGTERM ends it, and comes to no event loop."""
    program = PROGRAM.format(act="pass").replace(
        "await fork()\n            if",
        """child = multiprocessing.get_context("fork").Process(target=time.sleep, args=[30])
            child.start()
            child.terminate()
            child.join()
            print("child ended", child.exitcode)
            if""",
    )
    result = run_program(program, folder=tmp_path, args=[backend, "execute"], signals=[("ready", signal.SIGTERM)])

    assert result.lines == ["child ended -15", "ready", "database stop", "end"], result.errors
    assert result.status == 0
