"""Commands typed at a real terminal, as a person types them, and the screen that person then sees."""

import os
import re
import shutil
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from .shell import Shell, masked

TMUX = shutil.which("tmux")
pytestmark = [pytest.mark.once, pytest.mark.skipif(TMUX is None, reason="tmux is not installed")]


class Terminal:
    """A terminal of 120 by 40 with a shell in it."""

    def __init__(self, shell: Shell) -> None:
        self._name = f"corner-host-{uuid4().hex[:12]}"
        variables = {**shell.environment(), "TERM": "xterm-256color", "HISTFILE": "/dev/null"}
        self._do(
            "new-session", "-d", "-x", "120", "-y", "40", "bash --norc --noprofile", folder=shell.folder, env=variables
        )

    def type(self, text: str) -> None:
        """Type *text* and Enter."""
        self._do("send-keys", "-l", text)
        self._do("send-keys", "Enter")

    def press(self, key: str) -> None:
        """Press a key, such as ``C-c``."""
        self._do("send-keys", key)

    def screen(self) -> str:
        """Return what is on the screen, lines that were broken made whole."""
        return self._do("capture-pane", "-p", "-J").rstrip()

    def until(self, text: str) -> str:
        """Wait until the screen shows *text*."""
        pause = threading.Event()
        for _ in range(400):
            if text in (shown := self.screen()):
                return shown
            pause.wait(0.1)
        raise AssertionError(f"{text!r} never came:\n{shown}")

    def close(self) -> None:
        """End the shell and all that runs in it."""
        self._do("kill-server")

    def _do(self, *words: str, folder: Path | None = None, env: dict[str, str] | None = None) -> str:
        assert TMUX is not None
        command = [TMUX, "-L", self._name, "-f", "/dev/null", *words]
        ended = subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, check=False, timeout=20)
        return ended.stdout


@pytest.fixture
def terminal(shell: Shell) -> Iterator[Terminal]:
    """A terminal with the installed wheel in an empty folder."""
    opened = Terminal(shell)
    try:
        yield opened
    finally:
        opened.close()


def test_from_an_empty_folder_to_a_clean_stop(terminal: Terminal) -> None:
    """The first minutes: new, dev with lines as promised, a second look by status, Ctrl+C, status 0."""
    terminal.type("corner-host new worker orders && cd orders && clear && corner-host dev; echo status=$?")
    terminal.until("Content root path")
    started = masked(terminal.until("Worker running at"))
    terminal.press("C-c")
    stopped = terminal.until("status=0")

    assert re.search(
        r"corner_host\.config +\d+ sources, \d+ keys: appsettings\.json, appsettings\.Development\.json", started
    )
    assert re.search(r"corner_host\.services +\d+ services registered, graph is valid", started)
    assert re.search(r"corner_host\.host +Worker started \(\d+ ms\)", started)
    assert re.search(
        r"Dashboard: http://127\.0\.0\.1:\d+/login\?t=\S+ +\(this run only\)", " ".join(started.split("\n"))
    )
    assert "Application is shutting down... (Ctrl+C again to force)" in stopped
    assert "nothing abandoned" in stopped
    assert "·  asyncio  ·  reload on (2 directories)" in started
    assert "Application started in 0.00 s. Press Ctrl+C to shut down." in started
    assert "Hosting environment: Development" in started
    assert "orders.worker.Worker    Worker running at: 0000-00-00 00:00:00+00:00" in started
    assert "Traceback" not in started


def test_top_draws_on_the_other_screen_and_gives_the_terminal_back(terminal: Terminal) -> None:
    """top shows the status, live; Ctrl+C ends it and not the host, and what was there before is there again."""
    terminal.type("corner-host new worker orders >/dev/null; cd orders; clear; echo before")
    terminal.type(
        "corner-host -q run >host.log 2>&1 & until corner-host health >/dev/null; do :; done; corner-host top"
    )
    shown = terminal.until("Ctrl+C ends this")
    terminal.press("C-c")
    after = terminal.until("before")
    terminal.type("clear; corner-host stop; echo status=$?")
    terminal.until("status=0")

    assert "orders" in shown.splitlines()[0]
    assert "● Worker" in shown
    assert "before" not in shown
    assert "● Worker" not in after


def test_a_secret_is_asked_for_and_not_shown(terminal: Terminal) -> None:
    """What is typed does not appear on the screen."""
    terminal.type("corner-host new minimal orders >/dev/null; cd orders; clear; corner-host secrets set Payment:ApiKey")
    terminal.until("Payment:ApiKey:")
    terminal.type("hunter2")
    shown = terminal.until("is set in")

    assert "hunter2" not in shown
    assert os.environ["HOME"] not in shown
