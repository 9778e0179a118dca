"""What a person sees on a terminal when a program fails: everything once."""

import os
import pty
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from corner_host.hosting.errors import is_told, note_told
from tests.hosting.programs import run_program

ROOT = Path(__file__).parents[2]
SERVICES = """
from corner_host import BackgroundService, Host, HostApplicationLifetime
from corner_host.hosting import BackgroundServiceExceptionBehavior

class Broken:
    async def start(self):
        raise RuntimeError("no database")
    async def stop(self): ...

class Failing(BackgroundService):
    async def execute(self, stopping):
        raise RuntimeError("no gateway")

class Ignored(Failing):
    exception_behavior = BackgroundServiceExceptionBehavior.IGNORE

async def last(lifetime: HostApplicationLifetime):
    lifetime.stop_application()
"""
PROGRAM = f"""{SERVICES}
builder = Host.create_builder(["--environment=Development"])
builder.add_hosted_service({{service}})
builder.build().run()
"""
EMPTY = f"""{SERVICES}
Host.create_empty_builder().add_hosted_service({{service}}).add_hosted_service(last).build().run()
"""


def run_on_terminal(program: str, folder: Path, **variables: str) -> str:
    """Run *program* with a terminal for its output, and return what stood on it."""
    file = folder / "program.py"
    file.write_text(program, encoding="utf-8")
    ours, theirs = pty.openpty()
    environment = {
        "PYTHONPATH": str(ROOT),
        "PATH": os.environ["PATH"],
        "HOME": str(folder),
        "TERM": "xterm",
        **variables,
    }
    with subprocess.Popen(
        [sys.executable, str(file)], cwd=folder, env=environment, stdin=theirs, stdout=theirs, stderr=theirs
    ) as process:
        os.close(theirs)
        seen = b""
        while True:
            try:
                seen += (part := os.read(ours, 65536))
            except OSError:  # what Linux says when the last one has left the terminal
                break
            if not part:
                break
        process.wait(30)
    os.close(ours)
    return seen.decode().replace("\r\n", "\n")


@pytest.mark.skipif(sys.platform == "win32", reason="there are no pseudo-terminals")
def test_a_failed_start_is_told_once(tmp_path: Path) -> None:
    """One traceback, of the application's own lines, at the end."""
    seen = run_on_terminal(PROGRAM.format(service="Broken"), tmp_path, NO_COLOR="1")

    assert seen.count("RuntimeError: no database") == 1, seen
    assert seen.count("Traceback (most recent call last)") == 1
    assert "Broken did not start" in seen
    assert "starting.py" not in seen
    assert "CORNER_TRACEBACK=1 shows them" in seen


@pytest.mark.skipif(sys.platform == "win32", reason="there are no pseudo-terminals")
def test_no_color_is_respected(tmp_path: Path) -> None:
    """No control codes where the reader does not want them."""
    seen = run_on_terminal(PROGRAM.format(service="Failing"), tmp_path, NO_COLOR="1")

    assert "\x1b" not in seen
    assert "Failing started" in seen


@pytest.mark.skipif(sys.platform == "win32", reason="there are no pseudo-terminals")
def test_a_failure_while_it_runs_is_told_once(tmp_path: Path) -> None:
    """When it happens, with the application's own lines; the end repeats nothing."""
    seen = run_on_terminal(PROGRAM.format(service="Failing"), tmp_path, NO_COLOR="1")

    assert seen.count("RuntimeError: no gateway") == 1, seen
    assert seen.count("Traceback (most recent call last)") == 1
    assert "execution.py" not in seen
    assert re.search(r"Stopped in \d\.\d\d s, 1 failed$", seen.rstrip())


@pytest.mark.skipif(sys.platform == "win32", reason="there are no pseudo-terminals")
def test_who_does_not_log_to_the_terminal_reads_it_at_the_end(tmp_path: Path) -> None:
    """The table of the services, and the error."""
    program = PROGRAM.format(service="Failing").replace(
        "builder.build()", "builder.logging.clear_providers()\nbuilder.build()"
    )
    seen = run_on_terminal(program, tmp_path, NO_COLOR="1")

    assert re.search(r"Stopped in \d\.\d\d s, 1 failed", seen)
    assert "│ Failing" in seen
    assert seen.count("RuntimeError: no gateway") == 1


def test_a_pipe_gets_the_traceback_in_the_record(tmp_path: Path) -> None:
    """Who reads records has it all in the record of the failed start."""
    file = tmp_path / "program.py"
    file.write_text(PROGRAM.format(service="Broken"), encoding="utf-8")
    environment = {"PYTHONPATH": str(ROOT), "PATH": os.environ["PATH"], "HOME": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, str(file)], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
    )

    (record,) = [line for line in done.stdout.splitlines() if "Hosting failed to start" in line]
    assert "Traceback (most recent call last)" in record
    assert "no database" in record
    assert done.returncode == 1


@pytest.mark.parametrize(
    ("service", "error", "status"),
    [("Broken", "no database", 1), ("Failing", "no gateway", 1), ("Ignored", "no gateway", 0)],
)
def test_without_logging_everything_is_told_once(tmp_path: Path, service: str, error: str, status: int) -> None:
    """Where Python itself writes the records of errors, as it does by default, the end of the program repeats none."""
    result = run_program(EMPTY.format(service=service), folder=tmp_path)

    assert result.status == status
    assert result.errors.count(f"RuntimeError: {error}") == 1, result.errors
    assert result.errors.count("Traceback (most recent call last)") == 1
    assert "in execute" in result.errors or "in start" in result.errors


def test_with_logging_the_end_of_the_program_tells_it_too(tmp_path: Path) -> None:
    """Who keeps records elsewhere still reads on stderr why the program ended."""
    program = EMPTY.format(service="Failing").replace(
        "Host.create", 'import logging; logging.basicConfig(filename="log")\nHost.create'
    )
    result = run_program(program, folder=tmp_path)

    assert result.errors.count("RuntimeError: no gateway") == 1
    assert "RuntimeError: no gateway" in (tmp_path / "log").read_text(encoding="utf-8")


def test_an_error_that_cannot_be_changed_is_noted_as_told() -> None:
    """What the application raised leaves the host, whatever it is, and not what became of the note."""

    @dataclass(frozen=True)
    class GatewayError(Exception):
        code: int

    error = GatewayError(7)
    before = is_told(error)
    note_told(error)

    assert (before, is_told(error)) == (False, True)
