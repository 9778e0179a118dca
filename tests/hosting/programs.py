"""Small programs, run as processes of their own."""

import os
import signal
import subprocess
import sys
import textwrap
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LIMIT = 30.0


@dataclass(frozen=True)
class Result:
    """How a program ended."""

    status: int
    lines: list[str]
    errors: str


def run_program(
    source: str,
    *,
    folder: Path,
    name: str = "program",
    cwd: Path | None = None,
    module: str | None = None,
    args: Sequence[str] = (),
    signals: Sequence[tuple[str, int]] = (),
    env: dict[str, str] | None = None,
) -> Result:
    """Write *source* to *folder* and run it, sending signals as it prints the lines that they wait for.

    Args:
        source: The program; indentation is taken away.
        folder: Where it is written.
        name: The name of its file, without the ending.
        cwd: Its working directory, *folder* by default.
        module: Run it by ``-m`` under this name instead.
        args: Its arguments.
        signals: Pairs of a line and the signal that is sent when the program prints it, in order.
        env: Further variables.
    """
    file = folder / f"{name}.py"
    file.write_text(textwrap.dedent(source), encoding="utf-8")
    what = ["-m", module] if module else [str(file)]
    variables = {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "PYTHONUNBUFFERED": "1",
        "PYTHONWARNINGS": "error",
        **(env or {}),
    }
    with (
        subprocess.Popen(
            [sys.executable, *what, *args],
            cwd=cwd or folder,
            env=variables,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        ) as process,
        _Limit(process),
    ):
        lines = []
        waiting = list(signals)
        assert process.stdout is not None
        assert process.stderr is not None
        for line in process.stdout:
            lines.append(line.rstrip("\n"))
            while waiting and waiting[0][0] == lines[-1]:
                process.send_signal(waiting.pop(0)[1])
        errors = process.stderr.read()
        status = process.wait()
    assert not waiting, (waiting, lines, errors)
    return Result(status, lines, errors)


class _Limit:
    """Ends a process that does not end by itself, so that a hanging program is a failing test."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process
        self._timer = threading.Timer(LIMIT, process.send_signal, [signal.SIGKILL])

    def __enter__(self) -> None:
        self._timer.start()

    def __exit__(self, kind: object, *_: object) -> None:
        self._timer.cancel()
        if kind is not None:
            self._process.kill()
