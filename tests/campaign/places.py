"""Where an engine's store lies: on a small disk of its own, with a server that can be stopped, where it has one.

The disk is a tmpfs where we may mount one. Elsewhere it is a folder, and "full" means that the processes which write there
may not make any file larger (RLIMIT_FSIZE).
"""

import os
import resource
import subprocess
import tempfile
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Self, final

from tests.jobs.nats.server import NatsServer
from tests.postgres import PostgresServer, find_programs

_CHUNK = 1 << 20


@final
class Disk:
    """A small disk.

    Args:
        folder: Where it is.
        is_mounted: Whether it is one; else it is a folder.
    """

    def __init__(self, folder: Path, *, is_mounted: bool) -> None:
        self.folder = folder
        self.is_mounted = is_mounted
        self._ballast = folder / "ballast"

    @classmethod
    @contextmanager
    def mounted(cls, megabytes: int) -> Iterator[Self]:
        """Have one while inside."""
        with tempfile.TemporaryDirectory(prefix="campaign-", ignore_cleanup_errors=True) as name:
            command = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m,mode=1777", "tmpfs", name]
            is_mounted = os.geteuid() == 0 and subprocess.run(command, capture_output=True, check=False).returncode == 0
            Path(name).chmod(0o755)
            try:
                yield cls(Path(name), is_mounted=is_mounted)
            finally:
                if is_mounted:
                    subprocess.run(["umount", "-l", name], check=True)

    def fill(self, writers: Sequence[int]) -> bool:
        """Leave no room, for the processes *writers* at least; False where that is not allowed here."""
        if not self.is_mounted:
            return self._limit(writers, 0)
        with self._ballast.open("wb", buffering=0) as file:
            size = _CHUNK
            while size:
                try:
                    file.write(b"\0" * size)
                except OSError:
                    size //= 2
        return True

    def free(self, writers: Sequence[int]) -> None:
        """Leave room again."""
        if not self.is_mounted:
            self._limit(writers, resource.RLIM_INFINITY)
            return
        self._ballast.unlink(missing_ok=True)

    @staticmethod
    def _limit(writers: Sequence[int], size: int) -> bool:
        for pid in writers:
            try:
                resource.prlimit(pid, resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))
            except ProcessLookupError:
                continue
            except PermissionError:
                return False
        return True


class Place(ABC):
    """An engine's store on a disk.

    Args:
        disk: The disk.
    """

    megabytes = 48
    has_server = True

    def __init__(self, disk: Disk) -> None:
        self.disk = disk

    @property
    @abstractmethod
    def settings(self) -> list[str]:
        """What a host is told to find it."""

    def start(self) -> None:
        """Start the server, unless it runs."""

    def stop(self, *, kill: bool) -> None:
        """Stop the server, decently or not."""

    def recover(self) -> None:
        """See that the server is up after its disk was full; one may have to be started anew for that."""
        self.start()

    def writers(self, workers: Sequence[int]) -> Sequence[int]:
        """Return who writes to the disk, of the workers or the server's processes."""
        return workers


@final
class SqlitePlace(Place):
    """A file."""

    has_server = False

    @property
    def settings(self) -> list[str]:
        return ["--Jobs:Engine=sqlite", f"--Jobs:ConnectionString={self.disk.folder / 'jobs.db'}"]


@final
class NatsPlace(Place):
    """A server with its store on the disk."""

    megabytes = 128

    def __init__(self, disk: Disk) -> None:
        super().__init__(disk)
        self._server = NatsServer(disk.folder)

    @property
    def settings(self) -> list[str]:
        return ["--Jobs:Engine=nats", f"--Jobs:ConnectionString={self._server.url}"]

    def start(self) -> None:
        if not self._server.pids:
            self._server.start()

    def stop(self, *, kill: bool) -> None:
        self._server.stop(kill=kill)

    def recover(self) -> None:
        """Restart it: a stream whose disk was full takes nothing any more until then, whatever room there is."""
        self._server.stop()
        self._server.start()

    def writers(self, workers: Sequence[int]) -> Sequence[int]:
        return self._server.pids


@final
class PostgresPlace(Place):
    """A server with its data on the disk."""

    megabytes = 512

    def __init__(self, disk: Disk) -> None:
        super().__init__(disk)
        before, tempfile.tempdir = tempfile.tempdir, str(disk.folder)
        try:
            self._server = PostgresServer(find_programs())
        finally:
            tempfile.tempdir = before
        self._server.create()
        self._server.start()
        self._url = self._server.new_database().replace("+asyncpg", "")

    @property
    def settings(self) -> list[str]:
        return ["--Jobs:Engine=postgres", f"--Jobs:ConnectionString={self._url}"]

    def start(self) -> None:
        if not self._pids():
            self._server.start()

    def stop(self, *, kill: bool) -> None:
        if self._pids():
            self._server.stop()

    def writers(self, workers: Sequence[int]) -> Sequence[int]:
        return self._pids()

    def _pids(self) -> list[int]:
        """Return the server's processes: those whose working folder is its data's."""
        found: list[int] = []
        for each in Path("/proc").iterdir():
            if each.name.isdigit():
                try:
                    is_one = (each / "cwd").readlink() == self._server.folder / "data"
                except OSError:
                    continue
                if is_one:
                    found.append(int(each.name))
        return found


PLACES: dict[str, type[Place]] = {"sqlite": SqlitePlace, "postgres": PostgresPlace, "nats": NatsPlace}
