"""The folder for what survives a restart."""

import os
from pathlib import Path

_UNSAFE = str.maketrans(dict.fromkeys('/\\:\x00<>"|?*', "_"))


def safe_name(name: str) -> str:
    """Return *name* fit for a file's name: no path, not hidden, not empty, at most 60 characters.

    Example:
        >>> safe_name("../shop"), safe_name("")
        ('_shop', 'application')
    """
    return name.translate(_UNSAFE).lstrip(".")[:60] or "application"


def open_state_directory(configured: str | None, application: str) -> Path | None:
    """Return the folder, made if needed and the user's own (0700); None where none can be written.

    By default ``$XDG_STATE_HOME/corner-host/<application>``, or below ``~/.local/state``.

    Raises:
        OSError: A folder was configured, and cannot be used.
    """
    if configured:
        return _made(Path(configured))
    try:
        base = os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state"
        return _made(Path(base) / "corner-host" / safe_name(application))
    except (OSError, RuntimeError):  # read-only, or no home: nothing survives a restart then
        return None


def _made(folder: Path) -> Path:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not os.access(folder, os.W_OK | os.X_OK):
        raise PermissionError(f"The folder {folder} cannot be written.")
    return folder
