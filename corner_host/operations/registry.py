"""Where running hosts can be found, for the command line: a socket and a small file beside it, in a folder of the user.

Imports nothing but the standard library, so that a command begins at once.
"""

import json
import os
import stat
import sys
from contextlib import suppress
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any, Final, final

_NAME: Final = "corner-host"
MOST_PATH_BYTES: Final = 103 if sys.platform == "darwin" else 107
"""How long the path of a Unix socket may be."""


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class RunningHost:
    """A host that can be asked."""

    application: str
    version: str
    environment: str
    pid: int
    started_at: str
    socket: str
    content_root: str


def runtime_directory() -> Path:
    """Return the folder for sockets: ``$XDG_RUNTIME_DIR/corner-host``, else ``/tmp/corner-host-<uid>``."""
    given = os.environ.get("XDG_RUNTIME_DIR")
    if given and Path(given).is_dir() and os.access(given, os.W_OK | os.X_OK):
        return Path(given) / _NAME
    return Path(os.environ.get("TMPDIR") or "/tmp") / f"{_NAME}-{os.getuid()}"  # noqa: S108 - 0700, and the owner is checked


def open_runtime_directory(folder: Path) -> Path:
    """Make *folder* if it is not there, for this user alone.

    Raises:
        PermissionError: It belongs to somebody else, is a link, or others may enter it.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not _is_private(folder):
        raise PermissionError(
            f"{folder} is not a folder of this user alone.\n"
            "To fix: remove it, or chmod 700 it, or set Operations:Socket:Path."
        )
    return folder


def _is_private(folder: Path) -> bool:
    try:
        found = folder.lstat()
    except OSError:
        return False
    return stat.S_ISDIR(found.st_mode) and found.st_uid == os.getuid() and not stat.S_IMODE(found.st_mode) & 0o077


def register(host: RunningHost) -> Path:
    """Write down that *host* runs, beside its socket; returns the file.

    Its name is the socket's and more, so that it replaces nothing: beside ``shop.sock`` there may be a ``shop.json``.
    """
    file = Path(f"{host.socket}.json")
    new = Path(f"{host.socket}.json.new")
    descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
        json.dump(asdict(host), stream)
    new.replace(file)
    return file


def running_hosts(folder: Path | None = None) -> tuple[RunningHost, ...]:
    """Return the hosts of this user that run, the youngest first. What a killed one has left is removed.

    There are none in a folder that others may write: they could name a socket of theirs, or one for us to remove.
    """
    found: list[RunningHost] = []
    where = folder or runtime_directory()
    for file in sorted(where.glob("*.json")) if _is_private(where) else ():
        host = _read(file)
        if host is None:
            continue
        if _lives(host.pid) and Path(host.socket).exists():
            found.append(host)
        else:
            with suppress(OSError):
                file.unlink()
                if Path(host.socket).is_socket():
                    Path(host.socket).unlink()
    return tuple(sorted(found, key=lambda host: host.started_at, reverse=True))


def _read(file: Path) -> RunningHost | None:
    try:
        data: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
        return RunningHost(**{each.name: data[each.name] for each in fields(RunningHost)})
    except (OSError, ValueError, TypeError, KeyError):  # being written, or by another version
        return None


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True
