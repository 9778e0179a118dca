"""A real terminal with a shell in it, and its screen with what differs from run to run left out."""

import re
import shutil
import subprocess
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Final
from uuid import uuid4

from .shell import Shell

TMUX: Final = shutil.which("tmux")
_DIFFERS: Final = (
    (r"\d\d:\d\d:\d\d\.\d\d\d", "<now>"),
    (r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", "<today>"),
    (r"\d+ ms\b|\d+\.\d+ ?s\b", "<time>"),
    (r"t=\S+", "t=<token>"),
    (r"127\.0\.0\.1:\d+", "127.0.0.1:<port>"),
    (r"(corner_host|Python) \d\S+", r"\1 <version>"),
    (r"\d+ (sources,|keys:|services registered)", r"<n> \1"),
    (r"\S*/orders/src/orders$", "<folder>/orders/src/orders"),
    (r"(\w+\.py):\d+", r"\1:<line>"),
    (r"job=\S+", "job=<id>"),
)


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

    def scroll(self) -> str:
        """Return what is on the screen, and what has been before."""
        return self._do("capture-pane", "-p", "-J", "-S", "-").rstrip()

    def until(self, text: str) -> str:
        """Wait until the screen shows *text*."""
        return self._wait(self.screen, text, 1)

    def follow(self, text: str, times: int = 1) -> str:
        """Wait until *text* has been shown so many *times*, and return all that was shown."""
        return self._wait(self.scroll, text, times)

    def _wait(self, look: Callable[[], str], text: str, times: int) -> str:
        pause = threading.Event()
        for _ in range(600):
            if (shown := look()).count(text) >= times:
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


def read(text: str) -> list[str]:
    """Return the lines of *text*, with placeholders for what differs from run to run."""
    for pattern, placeholder in _DIFFERS:
        text = re.sub(pattern, placeholder, text, flags=re.MULTILINE)
    return [line.rstrip() for line in text.strip("\n").splitlines()]


def between(shown: str, first: str, last: str) -> list[str]:
    """Return the lines that were *shown* from the last one with *first* to the next one with *last*, as `read` does."""
    lines = shown.splitlines()
    begin = max(number for number, line in enumerate(lines) if first in line)
    end = next(number for number, line in enumerate(lines) if number >= begin and last in line)
    return read("\n".join(lines[begin : end + 1]))


def without(lines: list[str], *texts: str) -> list[str]:
    """Return *lines* but for those that have one of *texts*."""
    return [line for line in lines if not any(text in line for text in texts)]
