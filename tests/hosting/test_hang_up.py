"""SIGHUP: a terminal has been closed, or, where there is none, the configuration is to be loaded again (section 13)."""

import os
import pty
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from corner_host.configuration import ConfigurationBuilder
from corner_host.hosting.reloading import told_changes
from tests.hosting.programs import ROOT, run_program

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGHUP")

RELOADS = """
    import logging, os, signal, sys
    from pathlib import Path
    from corner_host.hosting import Host, HostApplicationLifetime
    from corner_host.primitives import CancellationToken
    text, backend = sys.argv[1:]
    def say(line):
        os.write(1, f"{line}\\n".encode())  # in one piece, from whatever thread
    class Said(logging.Handler):
        def emit(self, record):
            say(record.getMessage())
    logging.getLogger("corner_host.config").addHandler(Said())
    logging.getLogger("corner_host.config").setLevel("INFO")
    settings = Path("appsettings.json")
    settings.write_text('{"Greeting": "hello", "Mail": {"Password": "hunter2", "Port": 25}}')
    builder = Host.create_empty_builder()
    builder.configuration.add_json_file(settings.absolute())
    async def greeter(lifetime: HostApplicationLifetime, stopping: CancellationToken):
        await lifetime.application_started.wait()
        settings.write_text(text)
        say("ready")
        await stopping.wait()
        say(builder.configuration["Greeting"])
    builder.add_hosted_service(greeter).build().run(backend=backend)
    say(signal.getsignal(signal.SIGHUP) is signal.SIG_DFL)
"""


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_without_a_terminal_the_configuration_is_loaded_again(tmp_path: Path, backend: str) -> None:
    """Section 13: at every SIGHUP; one line says what has changed, secrets masked; the handler is put back at the end."""
    text = '{"Greeting": "hi", "Mail": {"Password": "swordfish", "Port": 25}}'
    changed = "appsettings.json changed: Greeting hello → hi, Mail:Password •••••••• → •••••••• (reloaded in place)"
    first, second = f"SIGHUP received; {changed}", "SIGHUP received; no setting has changed"
    signals = [("ready", signal.SIGHUP), (first, signal.SIGHUP), (second, signal.SIGTERM)]
    result = run_program(RELOADS, folder=tmp_path, args=[text, backend], signals=signals)

    assert result.lines == ["ready", first, second, "hi", "True"]
    assert result.status == 0, result.errors


def test_what_cannot_be_loaded_keeps_its_values(tmp_path: Path) -> None:
    """Section 13: an error says what is wrong with the file, and the host goes on with what it had."""
    kept = "SIGHUP received; no setting has changed; 1 source keeps its last good values"
    signals = [("ready", signal.SIGHUP), (kept, signal.SIGTERM)]
    result = run_program(RELOADS, folder=tmp_path, args=['{"Greeting": ', "asyncio"], signals=signals)

    assert result.lines == ["ready", kept, "hello", "True"]
    assert "appsettings.json" in result.errors
    assert result.status == 0


LEFT_ALONE = """
    import signal, sys
    from corner_host.hosting import Host
    def own(number, frame):
        print("own")
    handler = signal.SIG_IGN if sys.argv[1] == "ignored" else own
    signal.signal(signal.SIGHUP, handler)
    host = Host.create_empty_builder().build()
    async def main():
        async with host:
            print(signal.getsignal(signal.SIGHUP) is handler)
            signal.raise_signal(signal.SIGHUP)
        print(signal.getsignal(signal.SIGHUP) is handler)
    import anyio
    anyio.run(main)
"""


@pytest.mark.parametrize(("kind", "lines"), [("ignored", ["True", "True"]), ("own", ["True", "own", "True"])])
def test_who_has_decided_about_it_is_left_alone(tmp_path: Path, kind: str, lines: list[str]) -> None:
    """Section 13: nohup, and a handler of the application's own."""
    result = run_program(LEFT_ALONE, folder=tmp_path, args=[kind])

    assert (result.status, result.lines) == (0, lines), result.errors


AT_TERMINAL = """
    import os, sys
    import anyio
    from corner_host.hosting import Host, HostApplicationLifetime
    from corner_host.primitives import CancellationToken
    journal = open("journal", "w", buffering=1)
    async def service(lifetime: HostApplicationLifetime, stopping: CancellationToken):
        await lifetime.application_started.wait()
        print("ready", flush=True)
        await stopping.wait()
        os.kill(os.getpid(), 1)  # a shell says it, too
        await anyio.sleep(0.05)
        journal.write("cleaned up\\n")
    builder = Host.create_empty_builder().add_hosted_service(service)
    builder.configure_host_options(lambda options: setattr(options, "shutdown_delay", 600.0))
    host = builder.build()
    host.run()
    journal.write(f"{host.exit_status}\\n")
"""


@pytest.mark.once
def test_a_terminal_that_closes_stops_the_host(tmp_path: Path) -> None:
    """Section 13: in good order, and at once; a second SIGHUP, which often follows, does not cut that short."""
    file = tmp_path / "program.py"
    file.write_text(textwrap.dedent(AT_TERMINAL), encoding="utf-8")
    terminal, theirs = pty.openpty()
    begin = f"import os; os.login_tty({theirs}); os.execv({sys.executable!r}, [{sys.executable!r}, {str(file)!r}])"
    variables = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen([sys.executable, "-c", begin], cwd=tmp_path, env=variables, pass_fds=[theirs]) as process:
        os.close(theirs)
        with os.fdopen(terminal, "rb", buffering=0) as screen:
            line = screen.readline()
        process.wait(30)

    assert line == b"ready\r\n"
    assert (tmp_path / "journal").read_text(encoding="utf-8") == "cleaned up\n0\n"


def test_changes_are_told_by_file_and_not_without_end(tmp_path: Path) -> None:
    """Five of each; what is no file's any more is the configuration's."""
    file = tmp_path / "settings.json"
    file.write_text("{" + ",".join(f'"Pace{number}": {number}' for number in range(7)) + "}", encoding="utf-8")
    with ConfigurationBuilder().add_json_file(file).build() as configuration:
        told = told_changes(configuration, {"Gone": "1"})

    keys = ", ".join(f"Pace{number} (not set) → {number}" for number in range(5))
    assert sorted(told) == ["configuration changed: Gone 1 → (not set)", f"settings.json changed: {keys} and 2 more"]
