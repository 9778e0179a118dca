"""Three worker processes, kept alive: who is gone is followed by another one."""

import signal
import subprocess
import sys
from pathlib import Path
from types import TracebackType
from typing import Self, final

from .ledger import Ledger

_SIZE = 3
_PATIENCE_SECONDS = 30.0


@final
class Crew:
    """Runs while inside ``with``.

    Args:
        ledger: Where deaths are written down.
        arguments: What each worker is told.
        log: What they print goes there.
    """

    def __init__(self, ledger: Ledger, arguments: list[str], log: Path) -> None:
        self._ledger = ledger
        self._arguments = arguments
        self._log = log
        self._workers: list[subprocess.Popen[bytes]] = []
        self.exits: list[int] = []

    def __enter__(self) -> Self:
        self.tend()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for worker in self._workers:
            worker.send_signal(signal.SIGCONT)
            worker.terminate()
        for worker in self._workers:
            try:
                worker.wait(_PATIENCE_SECONDS)
            except subprocess.TimeoutExpired:
                worker.kill()
                worker.wait()

    @property
    def pids(self) -> list[int]:
        """Who works."""
        return [worker.pid for worker in self._workers]

    def tend(self) -> None:
        """Replace those that are gone."""
        for worker in [each for each in self._workers if each.poll() is not None]:
            self._workers.remove(worker)
            self.exits.append(worker.returncode)
            self._ledger.note("fault", "gone", worker.pid)
        while len(self._workers) < _SIZE:
            with self._log.open("ab") as log:
                command = [sys.executable, "-m", "tests.campaign.worker", *self._arguments]
                self._workers.append(subprocess.Popen(command, stdout=log, stderr=log))

    def send(self, pid: int, number: signal.Signals) -> None:
        """Send a signal to one of them, if it is there."""
        for worker in self._workers:
            if worker.pid == pid:
                worker.send_signal(number)
