"""A program in a process of its own, as an operator sees it: lines, signals, and an exit status."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue
from types import TracebackType
from typing import Self, final

from corner_host.primitives import CornerHostError


@final
@dataclass(frozen=True, slots=True)
class ProcessResult:
    """How a program ended.

    Attributes:
        status: Its exit status; negative if a signal killed it.
        lines: What it wrote, stdout and stderr together, in order.
    """

    status: int
    lines: tuple[str, ...]

    @property
    def output(self) -> str:
        """What it wrote, as one text."""
        return "\n".join(self.lines)


@final
class HostProcess:
    """Runs a program while a block lasts, and kills it at the end if it is still there.

    Nothing of it hangs a test: whatever waits has a limit, after which the program is killed and its output told.

    Args:
        arguments: What follows the interpreter: ``["-m", "orders"]``, or a path. A string that is code goes by ``["-c", code]``.
        cwd: Its working directory.
        env: Further variables.
        limit: How long it may take in all, in seconds.

    Example:
        >>> import signal
        >>> code = "import time; print('ready', flush=True); time.sleep(60)"
        >>> with HostProcess(["-c", code]) as process:
        ...     line = process.wait_for("ready")
        ...     process.send(signal.SIGTERM)
        ...     process.wait().status
        -15
    """

    def __init__(
        self,
        arguments: Sequence[str | os.PathLike[str]],
        *,
        cwd: str | os.PathLike[str] | None = None,
        env: Mapping[str, str] | None = None,
        limit: float = 30.0,
    ) -> None:
        self._limit = limit
        self._lines: list[str] = []
        self._unread: SimpleQueue[str | None] = SimpleQueue()
        self._process = subprocess.Popen(  # noqa: S603 - it is the caller's own program
            [sys.executable, *(os.fspath(each) for each in arguments)],
            cwd=None if cwd is None else Path(cwd),
            env={**os.environ, "PYTHONUNBUFFERED": "1", **(env or {})},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
            errors="replace",
        )
        self._killer = threading.Timer(limit, self._process.kill)
        self._killer.daemon = True
        self._reader = threading.Thread(target=self._read, name="output of a program", daemon=True)

    @property
    def pid(self) -> int:
        """The process id."""
        return self._process.pid

    def __enter__(self) -> Self:
        self._killer.start()
        self._reader.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._process.poll() is None:
            self._process.kill()
        self._process.wait()
        self._killer.cancel()
        self._reader.join()
        if self._process.stdout is not None:
            self._process.stdout.close()

    def wait_for(self, text: str) -> str:
        """Return the next line that contains *text*, waiting for it.

        Raises:
            ProcessEndedError: The program ended, or its time was over, before it wrote such a line.
        """
        while True:
            line = self._unread.get()
            if line is None:
                self._unread.put(None)
                raise ProcessEndedError(f"a line with {text!r} came", self.wait())
            if text in line:
                return line

    def send(self, number: signal.Signals | int) -> None:
        """Send it a signal."""
        self._process.send_signal(number)

    def wait(self) -> ProcessResult:
        """Return how it ended, once it has; it is killed when its time is over."""
        status = self._process.wait()
        self._reader.join()
        return ProcessResult(status, tuple(self._lines))

    def _read(self) -> None:
        stream = self._process.stdout
        for line in stream or ():
            self._lines.append(line.rstrip("\n"))
            self._unread.put(self._lines[-1])
        self._unread.put(None)


@final
class ProcessEndedError(CornerHostError, AssertionError):
    """A program ended before it did what a test waits for.

    Attributes:
        result: How it ended.
    """

    def __init__(self, waited_for: str, result: ProcessResult) -> None:
        written = "\n".join(f"  {line}" for line in result.lines) or "  (nothing)"
        super().__init__(f"The program ended with status {result.status} before {waited_for}.\nIt wrote:\n{written}")
        self.result = result
