"""Filters by name, in a file of the state directory that all processes of the application share. All calls block."""

import json
import os
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, final

from .alive import locked


@final
class SavedFilters:
    """Names with what they stand for.

    Args:
        path: The file; None for memory alone.
    """

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._memory: dict[str, str] = {}

    def read(self) -> dict[str, str]:
        """Return all, as they were saved; none where the file cannot be read, which `change` tells of."""
        if self._path is None:
            return dict(self._memory)
        try:
            return _read(self._path)
        except OSError:
            return {}

    def change(self, change: Callable[[dict[str, str]], None]) -> None:
        """Change them, one process at a time.

        Raises:
            OSError: The file cannot be written; or not be read, so that what is in it would be lost.
            Exception: What *change* raises; nothing is changed then.
        """
        with self._lock:
            if self._path is None:
                changed = dict(self._memory)
                change(changed)
                self._memory = changed
                return
            with locked(self._path.with_name(f"{self._path.name}.lock")):
                filters = _read(self._path)
                change(filters)
                new = self._path.with_name(f"{self._path.name}.new")
                with os.fdopen(
                    os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8"
                ) as file:
                    json.dump(filters, file, ensure_ascii=False)
                new.replace(self._path)


def _read(path: Path) -> dict[str, str]:
    try:
        found: Any = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except ValueError:
        raise OSError(f"{path} is not what was written there; move it away") from None
    pairs: Any = found.items() if hasattr(found, "items") else ()
    return {name: text for name, text in pairs if isinstance(text, str)}
