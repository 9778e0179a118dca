"""Services that nothing in the process can end: the process ends nevertheless, and says who it was."""

import signal
import sys
import textwrap
from pathlib import Path

import pytest

from tests.hosting.programs import Result, run_program

BACKENDS = pytest.mark.parametrize("backend", ["asyncio", "trio"])
FRAME = """
    import os, signal, sys, threading, time
    import anyio, anyio.to_thread
    from corner_host.hosting import BackgroundService, Host, HostApplicationLifetime
    from corner_host.primitives import CancellationToken

    def limits(options):
        options.shutdown_timeout = 0.2
        options.cancellation_grace = 0.2

    class Database:
        async def start(self):
            print("database start")
        async def stop(self):
            print("database stop")
        async def aclose(self):
            print("database closed")
"""
RUN = """
    builder = Host.create_empty_builder().configure_host_options(limits)
    builder.add_hosted_service(Database).add_hosted_service(Culprit)
    builder.build().run(backend=sys.argv[1])
"""


def run(culprit: str, folder: Path, backend: str, *signals: tuple[str, int]) -> Result:
    """Run a host of a database and *culprit*."""
    return run_program(FRAME + culprit + RUN, folder=folder, args=[backend], signals=signals)


SWALLOWS = """
    class Culprit(BackgroundService):
        async def execute(self, stopping):
            print("ready")
            while True:
                try:
                    await anyio.sleep_forever()
                except BaseException:
                    pass
"""


SWALLOWS_AT_ONCE = SWALLOWS.replace(
    'print("ready")', "threading.Timer(0.1, os.kill, [os.getpid(), signal.SIGTERM]).start()"
)
BLOCKS = """
    class Culprit(BackgroundService):
        async def execute(self, stopping):
            print("ready")
            while True:
                time.sleep(0.01)
                if hasattr(self, "told"):
                    continue
                if stopping.is_cancellation_requested:
                    self.told = True
                    print("never")
            print("never")
"""


ORPHANS = """
    class Culprit:
        async def start(self):
            print("ready")
            if sys.argv[1] == "asyncio":
                import asyncio
                self.task = asyncio.get_running_loop().create_task(anyio.sleep_forever())
            else:
                import trio
                trio.lowlevel.spawn_system_task(trio.sleep_forever)
            os.kill(os.getpid(), signal.SIGTERM)
        async def stop(self):
            print("culprit stop")
"""


@BACKENDS
def test_tasks_that_nobody_joins(tmp_path: Path, backend: str) -> None:
    """A task started behind the host's back does not keep the process."""
    result = run(ORPHANS, tmp_path, backend)

    assert result.lines[-2:] == ["database stop", "database closed"]
    assert result.status == 0


THREADS = """
    class Culprit:
        async def start(self):
            print("ready")
            self.thread = threading.Thread(target=time.sleep, args=[0.3], name="left behind")
            self.thread.start()
        async def stop(self):
            await anyio.to_thread.run_sync(time.sleep, 0.6, abandon_on_cancel=False)
"""


@BACKENDS
def test_a_thread_that_cannot_be_cancelled(tmp_path: Path, backend: str) -> None:
    """H2: a stop that waits for a thread is given up at the end of the grace; the process ends with the thread."""
    result = run(THREADS, tmp_path, backend, ("ready", signal.SIGTERM))

    assert result.lines == ["database start", "ready", "database stop", "database closed"]
    assert "Culprit" in result.errors


@BACKENDS
def test_work_that_swallows_every_cancellation(tmp_path: Path, backend: str) -> None:
    """H2: the database is stopped and closed, the culprit is named, the process ends with a failure."""
    result = run(SWALLOWS, tmp_path, backend, ("ready", signal.SIGTERM))

    assert result.lines == ["database start", "ready", "database stop", "database closed"]
    assert result.status not in {0, -signal.SIGKILL}
    assert "Culprit" in result.errors


@BACKENDS
def test_work_that_blocks_the_loop(tmp_path: Path, backend: str) -> None:
    """H5: nothing in the loop can run, yet a second signal ends the process, and its status is that of the signal."""
    tell_again = BLOCKS.replace(
        'print("ready")\n',
        'print("ready")\n            threading.Timer(0.5, os.kill, [os.getpid(), signal.SIGTERM]).start()\n',
        1,
    )
    result = run(tell_again, tmp_path, backend, ("ready", signal.SIGTERM))

    assert result.status == 143
    assert "Culprit" in result.errors or "program.py" in result.errors


NOBODY_READS = """
    class Culprit:
        async def start(self):
            raise RuntimeError("no database")
        async def stop(self): ...
"""


@pytest.mark.skipif(sys.platform == "win32", reason="has no such shell")
@pytest.mark.parametrize(("culprit", "status"), [(NOBODY_READS, 1), (SWALLOWS_AT_ONCE, 4)])
def test_a_process_that_has_no_stderr(tmp_path: Path, culprit: str, status: int) -> None:
    """What a service manager or a window starts may have none: it runs, stops and ends as it would with one."""
    (tmp_path / "inner.py").write_text(textwrap.dedent(FRAME + culprit + RUN), encoding="utf-8")
    result = run_program(
        """
        import os, sys
        os.close(2)
        os.execv(sys.executable, [sys.executable, "inner.py", "asyncio"])
        """,
        folder=tmp_path,
    )

    assert result.status == status
    assert result.lines[:1] == ["database start"]
    assert not any("error" in line for line in result.lines)
