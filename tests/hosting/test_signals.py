"""Signals and exit statuses of whole processes (sections 5 and 19; H5)."""

import signal
from pathlib import Path

import pytest

from tests.hosting.programs import run_program

BACKENDS = pytest.mark.parametrize("backend", ["asyncio", "trio"])

CONTINUES = """
    import sys
    from corner_host.hosting import Host
    async def ready(lifetime: "HostApplicationLifetime", stopping: "CancellationToken"):
        await lifetime.application_started.wait()
        print("ready")
        await stopping.wait()
        print("asked to stop")
    from corner_host.hosting import HostApplicationLifetime
    from corner_host.primitives import CancellationToken
    host = Host.create_empty_builder().add_hosted_service(ready).build()
    host.lifetime.application_stopping.register(lambda: print("stopping"))
    host.lifetime.application_stopped.register(lambda: print("stopped"))
    host.run(backend=sys.argv[1])
    print("after run")
    sys.exit(123)
"""


@BACKENDS
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGQUIT], ids=lambda number: number.name)
def test_the_program_goes_on_after_a_signal(tmp_path: Path, number: int, backend: str) -> None:
    """CL-7, CL-20, RN-16: what comes after run() runs, and its status is the process's."""
    result = run_program(CONTINUES, folder=tmp_path, args=[backend], signals=[("ready", number)])

    assert result.lines == ["ready", "stopping", "asked to stop", "stopped", "after run"]
    assert result.status == 123


WAITS = """
    import sys, anyio
    from corner_host.hosting import Host
    async def main():
        host = Host.create_empty_builder().build()
        host.lifetime.application_stopping.register(lambda: print("stopping"))
        host.lifetime.application_stopped.register(lambda: print("stopped"))
        await host.start()
        print("ready")
        await host.wait_for_shutdown()
        print("waited")
        await host.aclose()
    anyio.run(main, backend=sys.argv[1])
"""


@BACKENDS
def test_start_and_wait_is_as_good_as_run(tmp_path: Path, backend: str) -> None:
    """RN-16: the handlers' output, and status 0."""
    result = run_program(WAITS, folder=tmp_path, args=[backend], signals=[("ready", signal.SIGTERM)])

    assert result.lines == ["ready", "stopping", "stopped", "waited"]
    assert result.status == 0


TWICE = """
    import os, signal, sys
    from corner_host.hosting import Host, HostApplicationLifetime
    def build(name):
        async def service(lifetime: HostApplicationLifetime):
            await lifetime.application_started.wait()
            print(name)
            os.kill(os.getpid(), signal.SIGTERM)
        return Host.create_empty_builder().add_hosted_service(service).build()
    build("first").run(backend=sys.argv[1])
    print(signal.getsignal(signal.SIGTERM) is signal.SIG_DFL)
    print(signal.getsignal(signal.SIGINT) is signal.default_int_handler)
    build("second").run(backend=sys.argv[1])
    print(signal.getsignal(signal.SIGTERM) is signal.SIG_DFL)
"""


@BACKENDS
def test_two_runs_in_one_process(tmp_path: Path, backend: str) -> None:
    """CL-12: handlers are put back, and taken again."""
    result = run_program(TWICE, folder=tmp_path, args=[backend])

    assert result.lines == ["first", "True", "True", "second", "True"]
    assert result.status == 0


MAIN = """
    import os, signal, sys
    import anyio
    from corner_host.hosting import Host, HostApplicationLifetime
    from corner_host.primitives import CancellationToken
    what = sys.argv[1]
    class Service:
        def __init__(self, lifetime: HostApplicationLifetime):
            self.lifetime = lifetime
        async def start(self):
            if what == "start":
                raise RuntimeError("no")
        async def stop(self):
            if what == "hang":
                await anyio.sleep_forever()
    async def worker(lifetime: HostApplicationLifetime, stopping: CancellationToken):
        await lifetime.application_started.wait()
        if what == "crash":
            raise RuntimeError("crash")
        if what == "exit":
            sys.exit(9)
        if what in ("twice-2", "twice-15"):
            os.kill(os.getpid(), int(what[6:]))
            await stopping.wait()
            os.kill(os.getpid(), int(what[6:]))
            await anyio.sleep_forever()
        lifetime.stop_application()
    def create_builder(args=None):
        builder = Host.create_empty_builder()
        if what == "configuration":
            builder.configuration["shutdownTimeoutSeconds"] = "soon"
        if what == "hang":
            builder.configuration["shutdownTimeoutSeconds"] = "0"
        builder.add_hosted_service(Service).add_hosted_service(worker)
        return None if what == "nothing" else builder.build() if what == "built" else builder
    raise SystemExit(Host.main(create_builder))
"""


GONE = """
    import os, sys
    from corner_host.hosting import Host
    builder = Host.create_builder()
    os.rmdir(os.getcwd())
    host = builder.build()
    host.lifetime.application_started.register(host.lifetime.stop_application)
    host.run()
    print("stopped")
"""


def test_a_working_directory_that_is_gone_gives_no_hint(tmp_path: Path) -> None:
    """CL-19: what cannot be looked at is skipped silently."""
    gone = tmp_path / "gone"
    gone.mkdir()
    result = run_program(GONE, folder=tmp_path, cwd=gone)

    assert result.lines[-1] == "stopped"
    assert "current working directory" not in "\n".join([*result.lines, result.errors])


@pytest.mark.parametrize(
    ("what", "status"),
    [
        ("fine", 0),
        ("crash", 1),
        ("start", 3),
        ("hang", 4),
        ("configuration", 78),
        ("twice-2", 130),
        ("twice-15", 143),
        ("exit", 9),
        ("nothing", 3),
        ("built", 3),
    ],
)
def test_main_has_a_status_for_every_end(tmp_path: Path, what: str, status: int) -> None:
    """H2, H5, H11: stopped on request, crashed, not started, over budget, wrongly configured, forced, by sys.exit."""
    result = run_program(MAIN, folder=tmp_path, args=[what])

    assert result.status == status, result.errors
    assert what not in {"nothing", "built"} or "To fix: return Host.create_builder(args)" in result.errors
