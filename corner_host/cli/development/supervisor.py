"""The parent: it keeps the host running while its code changes."""

import logging
import os
import secrets
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from types import FrameType
from typing import Any, Final, final

from corner_host.cli.failing import syntax_lines

from .folders import all_folders, is_code, is_setting
from .handing_over import Inheritance, Line, port_for_dashboard

_LOOK_MILLISECONDS: Final = 100
_DEBOUNCE_MILLISECONDS: Final = 50
_GRACE_SECONDS: Final = 5.0
_WORD_SECONDS: Final = 0.25
"""How long the child may take to say that a signal has reached it, too."""
_STARTS_FAILED: Final = (3, 78)
_ENDS: Final = (0, 4, 130, 143, -signal.SIGINT, -signal.SIGTERM)


@final
class Supervisor:
    """Starts a command, and starts it again after each change of the code.

    Order, when a file was saved:
        1. what was saved is compiled; a syntax error is shown, and what runs goes on;
        2. the host is asked to stop, and killed if it does not within its budget and five seconds more;
        3. it is started again.

    It ends with the host: when it stops by itself, when it is interrupted, and when its very first start fails for another
    reason than a syntax error. When it fails later, the next save starts it again.

    A signal may have been for both, as Ctrl+C at a terminal is, or for the parent alone. The child says when it stops; if it
    does not say so soon, the signal is handed on. So the child never hears twice of what was meant once, which would force it.

    Args:
        command: The child.
        roots: Where code and settings are.
        stop_seconds: The budget of the host's stop.
        header: What the host writes above the story of its first start.
        write: Where messages go.
        formatter: How they are written.
    """

    def __init__(
        self,
        command: Sequence[str],
        roots: Iterable[Path],
        *,
        stop_seconds: float,
        header: str,
        write: Callable[[str], object],
        formatter: logging.Formatter,
    ) -> None:
        self._command = list(command)
        self._roots = list(roots)
        self._stop_seconds = stop_seconds
        self._write = write
        self._formatter = formatter
        self._child: subprocess.Popen[bytes] | None = None
        self._broken: set[str] = set()
        self._ended = threading.Event()
        self._line: Line | None = None
        self._heritage = Inheritance(header=header, token=secrets.token_urlsafe(24), port=port_for_dashboard())
        self._signal: int | None = None
        self._hears_signals = False
        self._has_restarted = False

    def run(self) -> int:
        """Watch until the end, and return the exit status."""
        from watchfiles import watch  # noqa: PLC0415 - an extra

        handlers = {each: signal.signal(each, self._on_signal) for each in _signals()}
        try:
            self._start()
            while not self._ended.is_set():
                folders = all_folders(self._roots)
                for changes in watch(
                    *folders,
                    watch_filter=_counts,
                    stop_event=self._ended,
                    recursive=False,
                    debounce=10 * _DEBOUNCE_MILLISECONDS,
                    step=_DEBOUNCE_MILLISECONDS,
                    rust_timeout=_LOOK_MILLISECONDS,
                    yield_on_timeout=True,
                ):
                    self._look_after_child()
                    if changes and not self._ended.is_set():
                        self._on_changes(sorted({path for _, path in changes}))
                        if all_folders(self._roots) != folders:
                            break  # a new folder: watch it, too
            return self._wait()
        finally:
            for number, handler in handlers.items():
                signal.signal(number, handler)

    def _start(self, *, follows: bool = False) -> None:
        self._hang_up()
        heritage = replace(self._heritage, follows=follows)
        if os.name == "nt":  # Ctrl+C reaches all processes of a console, and sockets are not handed down
            self._child = subprocess.Popen(self._command, env=heritage.environment())  # noqa: S603 - our own command
            return
        ours, theirs = socket.socketpair()
        self._line = Line(ours)
        with theirs:
            environment = replace(heritage, socket=theirs.fileno()).environment()
            self._child = subprocess.Popen(self._command, env=environment, pass_fds=(theirs.fileno(),))  # noqa: S603 - our own command

    def _look_after_child(self) -> None:
        """Notice when the host has ended by itself, or could not start at all."""
        if self._child is None or self._child.poll() is None:
            return
        status = self._child.returncode
        cannot_start = status in _STARTS_FAILED and not self._has_restarted and not self._has_syntax_error()
        if status in _ENDS or cannot_start:
            self._ended.set()
            return
        self._child = None
        self._say(logging.ERROR, f"The host ended with status {status}")
        self._say(logging.INFO, "Waiting for the next save…")

    def _on_changes(self, paths: Sequence[str]) -> None:
        code = [path for path in paths if is_code(path)]
        if not code and self._child is not None:
            return  # the host follows its settings by itself
        if not self._is_python({*code, *self._broken}):
            self._say(logging.INFO, "Waiting for the next save…")
            return
        names = ", ".join(Path(path).name for path in (code or paths)[:3])
        follows = self._child is not None
        self._say(logging.INFO, f"{names} changed, {'restarting' if follows else 'starting'}")
        self._stop()
        if not self._ended.is_set():
            self._has_restarted = True
            self._start(follows=follows)

    def _is_python(self, paths: Iterable[str]) -> bool:
        self._broken.clear()
        for path in sorted(paths):
            error = _syntax_error(path)
            if error is not None:
                self._broken.add(path)
                for line in syntax_lines(error, path):
                    self._say(logging.ERROR, line)
        return not self._broken

    def _has_syntax_error(self) -> bool:
        """Tell whether any file of the application is no Python; the host has said which."""
        files = (file for folder in all_folders(self._roots) for file in folder.glob("*.py"))
        return any(_syntax_error(str(file)) is not None for file in files)

    def _stop(self) -> None:
        child = self._child
        if child is None or child.poll() is not None:
            return
        if self._line is not None:
            self._line.say()
        child.terminate()
        try:
            child.wait(self._stop_seconds + _GRACE_SECONDS)
        except subprocess.TimeoutExpired:
            self._say(
                logging.ERROR, f"The host did not stop within {self._stop_seconds + _GRACE_SECONDS:g} s, and was killed"
            )
            child.kill()
            child.wait()

    def _wait(self) -> int:
        """Wait for the host, which has been told to end, and return its status."""
        child = self._child
        if child is None:
            return 0
        if self._signal is not None and child.poll() is None:
            self._hears_signals = self._is_stopping()
            if not self._hears_signals:
                child.send_signal(self._signal)
        status = child.wait()
        self._hang_up()
        return 128 - status if status < 0 else status

    def _on_signal(self, number: int, frame: FrameType | None) -> None:  # noqa: ARG002 - the shape of handlers
        self._ended.set()
        if self._signal is None:
            self._signal = number  # handed on when it is clear that the child has not heard of it
        elif self._child is not None and self._child.poll() is None and not self._hears_signals:
            self._child.send_signal(number)

    def _is_stopping(self) -> bool:
        """Tell whether the child says soon that it stops, or ends."""
        return self._line is None or self._line.hears_or_ends(_WORD_SECONDS)

    def _hang_up(self) -> None:
        if self._line is not None:
            self._line.close()
            self._line = None

    def _say(self, level: int, text: str) -> None:
        record = logging.LogRecord("corner_host.dev", level, __file__, 0, text, None, None)
        self._write(self._formatter.format(record))


def child_command(extra: Sequence[str]) -> list[str]:
    """Return the command line of this very process, with *extra* at its end."""
    return [sys.executable, *sys.orig_argv[1:], *extra]


def _syntax_error(path: str) -> SyntaxError | ValueError | None:
    """Return why the file is no Python; None if it is, or is gone."""
    try:
        compile(Path(path).read_bytes(), path, "exec", dont_inherit=True)
    except OSError:
        return None
    except (SyntaxError, ValueError) as error:
        return error
    return None


def _counts(change: Any, path: str) -> bool:  # noqa: ARG001 - any change counts
    return is_code(path) or is_setting(path)


def _signals() -> tuple[signal.Signals, ...]:
    return (signal.SIGINT, signal.SIGTERM)
