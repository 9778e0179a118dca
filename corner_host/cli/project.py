"""The project that a command is used in: the nearest folder upwards that has a ``pyproject.toml``."""

import os
import sys
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, cast, final

from .errors import CommandError

SKIPPED: Final = frozenset({"tests", "test", "build", "dist", "node_modules", "site-packages", "__pycache__", "venv"})
"""Folders in which no application is looked for, and no changes; nor in those whose names begin with a dot."""

_DEPTH: Final = 3
_ONCE: Final = "CORNER_HOST_SAME_PYTHON"


@final
@dataclass(frozen=True, slots=True)
class Project:
    """A folder, and what its ``pyproject.toml`` says.

    Attributes:
        root: The folder; the working directory if there is no ``pyproject.toml`` above it.
        tool: The table ``[tool.corner-host]``.
        name: The name of the distribution, if there is one.
    """

    root: Path
    tool: dict[str, Any]
    name: str | None

    @property
    def import_folders(self) -> tuple[Path, ...]:
        """From where modules are imported: ``src``, if it is there, and the root."""
        source = self.root / "src"
        return (source, self.root) if source.is_dir() else (self.root,)

    def programs(self) -> list[Path]:
        """Return every ``program.py``, in order."""
        return sorted(self._programs(self.root, _DEPTH))

    def _programs(self, folder: Path, depth: int) -> list[Path]:
        try:
            found = [folder / "program.py"] if (folder / "program.py").is_file() else []
            within = [each for each in folder.iterdir() if each.is_dir()] if depth else []
        except OSError:  # not ours to look into, or gone meanwhile
            return []
        for each in within:
            if each.name not in SKIPPED and not each.name.startswith("."):
                found += self._programs(each, depth - 1)
        return found

    def module_name(self, file: Path) -> str:
        """Return how *file* is imported: relative to ``src`` or the root.

        Raises:
            CommandError: It is outside of the project.
        """
        for folder in self.import_folders:
            if file.is_relative_to(folder):
                parts = file.relative_to(folder).with_suffix("").parts
                return ".".join(parts[:-1] if parts[-1] in {"__init__", "__main__"} and len(parts) > 1 else parts)
        raise CommandError(f"{file} is not in the project {self.root}.\nTo fix: go to the folder of its project.")


def find_project(folder: Path | None = None) -> Project:
    """Return the project that *folder*, by default the working directory, belongs to.

    Raises:
        CommandError: Its ``pyproject.toml`` cannot be read.
    """
    start = (folder or Path.cwd()).resolve()
    for each in (start, *start.parents):
        file = each / "pyproject.toml"
        if file.is_file():
            return _read(each, file)
    return Project(start, {}, None)


def _read(root: Path, file: Path) -> Project:
    try:
        content = tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise CommandError(f"{file} cannot be read: {error}") from None
    tool = content.get("tool", {}).get("corner-host", {})
    name = content.get("project", {}).get("name")
    table = cast("dict[str, Any]", tool) if isinstance(tool, dict) else {}
    return Project(root, table, name if isinstance(name, str) else None)


def use_python_of(project: Project) -> None:
    """Go on in the project's own ``.venv``, if it has one with this package and another Python runs us.

    The code of the application can only be imported where its dependencies are.
    """
    python = project.root / ".venv" / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    environment = project.root / ".venv"
    is_other = Path(sys.prefix).resolve() != environment.resolve()
    if not (is_other and python.is_file() and not os.environ.get(_ONCE)):
        return
    if not any(environment.glob("lib/python3*/site-packages/corner_host*")) and not any(
        environment.glob("Lib/site-packages/corner_host*")
    ):
        return
    print(f"using {python}", file=sys.stderr, flush=True)  # noqa: T201 - a command line prints
    os.environ[_ONCE] = "1"
    os.execv(python, [str(python), "-m", "corner_host", *sys.argv[1:]])  # noqa: S606 - the project's own Python
