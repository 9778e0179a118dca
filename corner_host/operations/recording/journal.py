"""A file that is only appended to: one JSON object a line.

Several processes may write to it. What a crash has torn is skipped. Without a file the lines are kept in memory. All calls
block for as long as a disk does, so they belong into a thread.
"""

import json
import os
import threading
from collections import deque
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, final

from .alive import locked

_ROTATE_BYTES: Final = 4 * 1024 * 1024
_MOST_OLD_FILES: Final = 4
_IN_MEMORY: Final = 1000


@final
class Journal:
    """Lines, the oldest first.

    Args:
        path: The file; None for memory alone.
        rotate_bytes: At this size the file is put aside, and a new one begun; of those put aside the last four are kept.
    """

    def __init__(self, path: Path | None, *, rotate_bytes: int = _ROTATE_BYTES) -> None:
        self.path = path
        self._rotate_bytes = rotate_bytes
        self._lock = threading.Lock()
        self._memory: deque[Mapping[str, Any]] = deque(maxlen=_IN_MEMORY)

    def append(self, entry: Mapping[str, Any]) -> None:
        """Add a line; it is in the file when this returns.

        Raises:
            OSError: The file cannot be written.
        """
        line = json.dumps(entry, ensure_ascii=False, separators=(",", ":")).encode(errors="replace") + b"\n"
        with self._lock:
            if self.path is None:
                self._memory.append(entry)
                return
            self._put_aside(self.path)
            with os.fdopen(os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600), "ab", 0) as file:
                # a line that a crash has torn would take this one with it; an empty line harms nobody
                file.write(b"\n" + line if _is_torn(self.path) else line)

    def entries(self) -> list[Mapping[str, Any]]:
        """Return all lines, oldest first."""
        if self.path is None:
            with self._lock:
                return list(self._memory)
        found: list[Mapping[str, Any]] = []
        for file in (*reversed(self._old_files(self.path)), self.path):
            try:
                lines = file.read_bytes().splitlines()
            except FileNotFoundError:
                continue
            found += [entry for line in lines if (entry := _parsed(line)) is not None]
        return found

    def _put_aside(self, path: Path) -> None:
        """Begin a new file if this one is large; one process at a time."""
        if not self._is_large(path):
            return
        with locked(path.with_name(f"{path.name}.lock")):
            if not self._is_large(path):  # another process has done it
                return
            old = self._old_files(path)
            for older, newer in reversed(list(zip(old, [path, *old[:-1]], strict=True))):
                if newer.exists():
                    newer.replace(older)

    def _is_large(self, path: Path) -> bool:
        try:
            return path.stat().st_size >= self._rotate_bytes
        except FileNotFoundError:
            return False

    @staticmethod
    def _old_files(path: Path) -> list[Path]:
        return [path.with_name(f"{path.name}.{number}") for number in range(1, _MOST_OLD_FILES + 1)]


def _is_torn(path: Path) -> bool:
    with path.open("rb") as file:
        if not file.seek(0, 2):
            return False
        file.seek(-1, 2)
        return file.read(1) != b"\n"


def _parsed(line: bytes) -> Mapping[str, Any] | None:
    try:
        entry = json.loads(line)
    except ValueError:
        return None
    return entry if isinstance(entry, dict) else None  # pyright: ignore[reportUnknownVariableType] - JSON's keys are text
