"""Which folders are watched, and which files in them count. Pure, but for listing folders."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from corner_host.cli.project import SKIPPED, Project

_SETTINGS: Final = frozenset({".json", ".toml", ".yaml", ".yml", ".ini", ".env"})


def watched_roots(project: Project, extra: Iterable[Path] = ()) -> list[Path]:
    """Return the folders from which modules and settings come."""
    return list(dict.fromkeys([*project.import_folders, *(each.resolve() for each in extra)]))


def all_folders(roots: Iterable[Path]) -> list[Path]:
    """Return *roots* and all folders below them that may hold code or settings.

    One by one, since a watch of a whole tree would take in ``.venv`` and ``.git``, too.
    """
    found: dict[Path, None] = {}
    for root in roots:
        for folder in _walk(root):
            found.setdefault(folder)
    return list(found)


def _walk(folder: Path) -> Iterator[Path]:
    yield folder
    try:
        below = sorted(each for each in folder.iterdir() if each.is_dir() and not each.is_symlink())
    except OSError:
        return
    for each in below:
        if each.name not in SKIPPED and not each.name.startswith(".") and not (each / "pyvenv.cfg").exists():
            yield from _walk(each)


def is_code(path: str) -> bool:
    """Tell whether a change of *path* starts the host again.

    Example:
        >>> is_code("src/orders/worker.py"), is_code("src/orders/appsettings.json"), is_code("src/.#worker.py")
        (True, False, False)
    """
    return path.endswith(".py") and not Path(path).name.startswith(".")


def is_setting(path: str) -> bool:
    """Tell whether *path* may be a settings file.

    Example:
        >>> is_setting("appsettings.Development.json"), is_setting("worker.py"), is_setting("notes.md")
        (True, False, False)
    """
    return Path(path).suffix in _SETTINGS or Path(path).name == ".env"
