"""A program that logs, watched from outside: real pipes, a real terminal, a real journal's variable."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs pipes and terminals of POSIX")

PROJECT = Path(__file__).parents[2]


@contextmanager
def program(
    count: int, *settings: str, stdout: int = subprocess.PIPE, **environment: str
) -> Iterator[subprocess.Popen[str]]:
    """Start the program; it is given up at the end if it still runs."""
    unset = {"NO_COLOR", "FORCE_COLOR", "JOURNAL_STREAM", "COLUMNS"}
    inherited = {name: value for name, value in os.environ.items() if name not in unset}
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.logging.program", str(count), *settings],
        cwd=PROJECT,
        env={**inherited, "TERM": "xterm-256color", "PYTHONUTF8": "1", **environment},
        stdin=subprocess.PIPE,
        stdout=stdout,
        stderr=subprocess.PIPE,
        encoding="utf-8",
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def wait_until_logged(process: subprocess.Popen[str]) -> None:
    assert process.stderr is not None
    assert process.stderr.readline() == "logged\n"


def test_a_pipe_that_nobody_reads_does_not_block_the_loop() -> None:
    """L-63: far more than fits a pipe is logged before the first byte is read; then all of it is there, in order."""
    with program(2400) as process:
        wait_until_logged(process)
        output, errors = process.communicate("\n")

    assert (process.returncode, errors) == (0, "")
    numbers = [int(json.loads(line)["message"].split()[1]) for line in output.splitlines()]
    assert numbers == list(range(2400))


def test_what_a_slow_pipe_cannot_take_is_counted() -> None:
    """L-64: records that were written and those that were dropped make up all of them."""
    with program(20_000) as process:
        wait_until_logged(process)
        output, errors = process.communicate("\n")

    assert (process.returncode, errors) == (0, "")
    messages = [json.loads(line)["message"] for line in output.splitlines()]
    dropped = [int(message.split()[0]) for message in messages if "were dropped" in message]
    written = [message for message in messages if message.startswith("record")]
    assert len(written) + sum(dropped) == 20_000
    assert len(written) > 2000


def test_a_program_that_forgets_to_close_loses_nothing() -> None:
    """L-65: what waits is written when the interpreter ends."""
    with program(500, "Forget=1") as process:
        output, errors = process.communicate()

    assert (process.returncode, errors) == (0, "")
    assert len(output.splitlines()) == 500


def test_a_reader_that_hangs_for_ever_does_not_hold_up_the_end() -> None:
    """L-65: the flush has its limit, the loss is told on stderr, and the interpreter ends as it should."""
    with program(2400, "Timeout=0.1") as process:
        wait_until_logged(process)
        assert process.stdin is not None
        assert process.stderr is not None
        process.stdin.write("\n")
        process.stdin.flush()
        errors = process.stderr.read()
        status = process.wait()

    assert status == 0
    assert "log records were not written: nobody read them for 0." in errors
    assert errors.count("\n") == 1


def test_a_reader_that_goes_away_ends_the_writing_quietly() -> None:
    """L-65: as with ``| head``."""
    with program(2400) as process:
        assert process.stdout is not None
        process.stdout.close()
        wait_until_logged(process)
        assert process.stdin is not None
        assert process.stderr is not None
        process.stdin.write("\n")
        process.stdin.flush()
        errors = process.stderr.read()

        assert (process.wait(), errors) == (0, "")


def test_every_line_of_a_pipe_is_json() -> None:
    """L-54, L-77: asyncio's own messages and exceptions included."""
    with program(1, "Debug=1", "Fail=1", "Logging:LogLevel:Default=Debug") as process:
        output, _ = process.communicate("\n")

    records = [json.loads(line) for line in output.splitlines()]
    assert {"asyncio", "acme.orders.Worker"} <= {record["logger"] for record in records}
    assert {record["service"] for record in records} == {"orders"}
    assert records[-1]["exception.type"] == "ValueError"
    assert [record["job_id"] for record in records if "job_id" in record] == ["01J9"]


def test_the_journal_gets_its_own_format() -> None:
    """L-54, L-74: chosen when ``JOURNAL_STREAM`` names the very file that stdout is, and not when a child has inherited it."""
    read, write = os.pipe()
    status = os.fstat(write)
    stream = f"{status.st_dev}:{status.st_ino}"
    with program(1, stdout=write, JOURNAL_STREAM=stream) as process:
        os.close(write)
        process.communicate("\n")
        with os.fdopen(read) as output:
            line = output.read()
    with program(1, JOURNAL_STREAM=stream) as other:
        inherited, _ = other.communicate("\n")

    assert line.startswith("<6>acme.orders.Worker[0] record 0 ")
    assert inherited.startswith("{")


def on_a_terminal(*settings: str, **environment: str) -> str:
    """Return what the program shows on a terminal."""
    import pty  # noqa: PLC0415 - not there on Windows

    ours, theirs = pty.openpty()
    with program(1, "Fail=1", *settings, stdout=theirs, **environment) as process:
        process.communicate("\n")
        os.close(theirs)
        shown = b""
        try:
            while chunk := os.read(ours, 65536):
                shown += chunk
        except OSError:  # the other end is closed
            pass
        os.close(ours)
    assert process.returncode == 0
    return shown.decode().replace("\r\n", "\n")


def test_a_terminal_gets_colours_and_readable_exceptions() -> None:
    """L-54, L-72: markup in messages is shown as it is."""
    shown = on_a_terminal()

    assert "\x1b[" in shown
    assert "It [bold]failed[/bold]" in shown
    assert "╭" in shown
    assert "boom" in shown


@pytest.mark.parametrize(
    ("settings", "environment"),
    [
        ((), {"NO_COLOR": "1"}),
        (("Logging:Console:FormatterOptions:ColorBehavior=Disabled",), {}),
    ],
)
def test_colours_can_be_refused(settings: tuple[str, ...], environment: dict[str, str]) -> None:
    """L-73: by the setting, and by https://no-color.org."""
    shown = on_a_terminal(*settings, **environment)

    assert "\x1b[3" not in shown
    assert "acme.orders.Worker" in shown


def test_configuration_chooses_the_format_of_a_terminal() -> None:
    """L-54: ``Logging:Console:FormatterName`` goes before the terminal."""
    shown = on_a_terminal("Logging:Console:FormatterName=JSON", "Fail=")

    assert json.loads(shown.splitlines()[0])["message"].startswith("record 0")


@pytest.mark.parametrize("module", ["corner_host.options", "corner_host.logging", "corner_host.console"])
def test_importing_loads_neither_pydantic_nor_rich(module: str) -> None:
    """L-54: heavy packages wait until they are used."""
    heavy = ["pydantic.main", "rich.console", "rich.traceback", "yaml"]
    code = f"import sys, {module}; print([name for name in {heavy} if name in sys.modules])"
    result = subprocess.run([sys.executable, "-c", code], cwd=PROJECT, capture_output=True, text=True, check=True)

    assert result.stdout == "[]\n"
