"""``corner-host dev``: what happens when files are saved, and when it is interrupted."""

import os
import signal
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from corner_host.cli.development.announcing import announce_reloads
from corner_host.cli.development.folders import all_folders
from corner_host.hosting import Host

from .shell import SECONDS, Answer, Shell, masked

SIMPLE = {"Logging__Console__FormatterName": "simple", "Dashboard__Port": "0"}  # the usual port is everybody's
STUBBORN = """\
import anyio

from corner_host import BackgroundService, CancellationToken, Host, HostApplicationLifetime, HostBuilder


class Stubborn(BackgroundService):
    def __init__(self, lifetime: HostApplicationLifetime) -> None:
        self.lifetime = lifetime

    async def execute(self, stopping: CancellationToken) -> None:
        await self.lifetime.application_started.wait()
        print("at work", flush=True)
        await stopping.wait()
        print("not yet", flush=True)
        await anyio.sleep(60)


def create_builder(args: list[str]) -> HostBuilder:
    return Host.create_builder(args).add_hosted_service(Stubborn)
"""


class Session:
    """A running ``dev``, and what it has printed."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        self.lines: list[str] = []

    def until(self, text: str) -> str:
        """Read on until a line has *text*, and return that line."""
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.lines.append(line)
            if text in line:
                return line
        raise AssertionError(f"{text!r} never came:\n" + "".join(self.lines))


@contextmanager
def running(shell: Shell, *words: str) -> Iterator[Session]:
    """Start ``corner-host dev``; it is killed if the block leaves it behind."""
    process = shell.begin("corner-host", "dev", *words, **SIMPLE)
    guard = threading.Timer(SECONDS, process.kill)
    guard.start()
    try:
        yield Session(process)
    finally:
        guard.cancel()
        if process.poll() is None:
            process.terminate()
        process.communicate(timeout=SECONDS)


def test_a_saved_setting_is_taken_over_and_a_saved_module_starts_the_host_again(
    here: Shell, new: Callable[..., Answer]
) -> None:
    """Minute 3: settings in place, said with old and new value; code by a restart; a syntax error leaves the host running."""
    new("worker", "orders")
    settings = here.folder / "src/orders/appsettings.Development.json"
    worker = here.folder / "src/orders/worker.py"
    good = worker.read_text("utf-8")
    with running(here) as session:
        session.until("Worker running at")
        header = session.lines[0]
        settings.write_text(
            settings.read_text("utf-8").replace('"IntervalSeconds": 1', '"IntervalSeconds": 0.5'), "utf-8"
        )
        reloaded = session.until("corner_host.dev")
        worker.write_text(good.replace("Worker running", "Worker is running"), "utf-8")
        restarted = session.until("corner_host.dev")
        session.until("Worker is running at")
        worker.write_text(good.replace("class Worker(BackgroundService):", "class Worker(BackgroundService)"), "utf-8")
        broken = [session.until("corner_host.dev") for _ in range(4)]
        session.until("Worker is running at")
        worker.write_text(good, "utf-8")
        session.until("worker.py changed, restarting")
        session.until("Worker running at")
        session.process.send_signal(signal.SIGTERM)
        session.process.wait(SECONDS)

    assert header.startswith("corner_host ")
    assert header.endswith("  ·  asyncio  ·  reload on (2 directories)\n")
    assert masked(reloaded) == (
        "00:00:00.000 info  corner_host.dev         appsettings.Development.json changed: "
        "Worker:IntervalSeconds 1 → 0.5 (reloaded in place)\n"
    )
    assert masked(restarted) == "00:00:00.000 info  corner_host.dev         worker.py changed, restarting\n"
    number = good.splitlines().index("class Worker(BackgroundService):") + 1
    assert [masked(line) for line in broken] == [
        f"00:00:00.000 error corner_host.dev         worker.py:{number}: SyntaxError: expected ':'\n",
        "00:00:00.000 error corner_host.dev             class Worker(BackgroundService)\n",
        "00:00:00.000 error corner_host.dev                                            ^\n",
        "00:00:00.000 info  corner_host.dev         Waiting for the next save…\n",
    ]
    assert session.process.returncode == 0


def test_a_host_that_fails_later_is_started_by_the_next_save(here: Shell) -> None:
    """The parent stays when the host ends with an error, and says that it waits."""
    program = here.write(
        "program.py", STUBBORN.replace("await stopping.wait()", 'raise RuntimeError("the oven is cold")')
    )
    with running(here) as session:
        failed = session.until("corner_host.dev")
        waits = session.until("corner_host.dev")
        program.write_text(STUBBORN, "utf-8")
        started = session.until("corner_host.dev")
        session.until("at work")
        session.process.send_signal(signal.SIGINT)
        session.until("not yet")
        session.process.send_signal(signal.SIGINT)
        session.process.wait(SECONDS)

    assert "The host ended with status 1" in failed
    assert "Waiting for the next save" in waits
    assert "program.py changed, starting" in started
    assert session.process.returncode == 130


def test_a_syntax_error_at_the_very_first_start_is_waited_out(here: Shell) -> None:
    """Who begins with a slip of the pen need not begin again."""
    program = here.write("program.py", STUBBORN.replace("import anyio", "import anyio as"))
    with running(here, "--stop-seconds", "0.2") as session:
        told = session.until("SyntaxError")
        session.until("Waiting for the next save")
        program.write_text(STUBBORN, "utf-8")
        session.until("at work")

    assert told.startswith("error: program.py:1: SyntaxError")


def test_a_stop_takes_two_seconds_at_most(here: Shell) -> None:
    """Work that does not end is cut off soon in development; the status says that it was."""
    here.write("program.py", STUBBORN)
    with running(here, "--stop-seconds", "0.2") as session:
        session.until("at work")
        session.process.send_signal(signal.SIGTERM)
        session.process.wait(SECONDS)

    assert session.process.returncode == 4


def test_a_signal_for_both_processes_counts_once(here: Shell) -> None:
    """Ctrl+C goes to all that is in the foreground: the host stops in order, and is not forced by its own parent."""
    here.write("program.py", STUBBORN.replace("        await anyio.sleep(60)\n", "        await anyio.sleep(0.6)\n"))
    with running(here) as session:
        session.until("at work")
        os.killpg(session.process.pid, signal.SIGINT)
        session.until("not yet")
        session.process.wait(SECONDS)

    assert session.process.returncode == 0


def test_folders_of_others_are_not_watched(tmp_path: Path) -> None:
    """Environments, caches, tests and repositories do not cost watches, and do not restart anything."""
    for folder in ("src/orders/sub", ".venv/lib", "env/lib", ".git", "tests", "node_modules", "src/__pycache__"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "env/pyvenv.cfg").touch()
    found = {each.relative_to(tmp_path).as_posix() for each in all_folders([tmp_path])}

    assert found == {".", "src", "src/orders", "src/orders/sub"}


def test_a_secret_that_changes_is_not_written_to_the_log(caplog: pytest.LogCaptureFixture) -> None:
    """That it has changed is said; what it is, is not."""
    caplog.set_level("INFO")
    builder = Host.create_empty_builder()
    builder.configuration["Payment:ApiKey"] = "old-and-secret"
    host = builder.build()
    announce_reloads(host)
    builder.configuration["Payment:ApiKey"] = "new-and-secret"
    builder.configuration.reload()

    assert "Payment:ApiKey" in caplog.text
    assert "secret" not in caplog.text.replace("corner_host.dev", "")
