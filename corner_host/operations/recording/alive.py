"""Whether a process still lives, told by a lock on a file: numbers of processes are used again, locks end with their owner."""

import os
from collections.abc import Generator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType
from typing import final

_fcntl: ModuleType | None
try:
    import fcntl as _fcntl
except ImportError:  # Windows
    _fcntl = None


@final
class Alive:
    """A file that is locked while this process lives; its time of change is the last sign of life."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._descriptor: int | None = None

    def begin(self) -> None:
        """Make the file, and lock it."""
        self._descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        if _fcntl is not None:
            _fcntl.flock(self._descriptor, _fcntl.LOCK_EX | _fcntl.LOCK_NB)

    def beat(self) -> None:
        """Give a sign of life."""
        if self._descriptor is not None:
            with suppress(OSError):
                os.utime(self._path)

    def end(self) -> None:
        """Remove the file."""
        if self._descriptor is not None:
            with suppress(OSError):
                self._path.unlink()
            os.close(self._descriptor)
            self._descriptor = None


@contextmanager
def locked(path: Path) -> Generator[None]:
    """Hold a lock on a file, waiting for others; where the system has no such locks, none."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        if _fcntl is not None:
            _fcntl.flock(descriptor, _fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def last_sign_of_life(path: Path) -> datetime | None:
    """Return when the owner of a file that nobody holds any more was seen last, and remove the file; None if one lives.

    A file that is gone tells the epoch.
    """
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CLOEXEC)
    except OSError:
        return datetime.fromtimestamp(0, UTC)
    try:
        if _fcntl is None:
            return None
        try:
            _fcntl.flock(descriptor, _fcntl.LOCK_EX | _fcntl.LOCK_NB)
        except OSError:
            return None
        seen = datetime.fromtimestamp(os.fstat(descriptor).st_mtime, UTC)
        with suppress(OSError):
            path.unlink()
        return seen
    finally:
        os.close(descriptor)
