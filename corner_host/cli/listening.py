"""Where a project's web application listens, by what its files say: nothing of it is imported.

That there is one, tells a call of ``add_asgi`` in the package of the target; its port, the settings file that lies at the
content root.
"""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final, final

from corner_host.configuration import ConfigurationBuilder, ConfigurationError

from .target import Target

SECTION: Final = "Server"
"""Where a server is configured that names no other."""

_USUAL_PORT: Final = 8000
_MOST_FILES: Final = 500
_FILES: Final = ("appsettings.json", "appsettings.Production.json")


@final
@dataclass(frozen=True, slots=True)
class Listening:
    """A web server: its port, and the section of the settings that has it."""

    port: int
    section: str


def listening(target: Target) -> Listening | None:
    """Return where the first web application of *target* listens; None where there is none, or it takes any free port."""
    file = _file_of(target)
    if file is None:
        return None
    sources = sorted(file.parent.rglob("*.py"))[:_MOST_FILES] if "." in target.module else [file]
    section = next((each for source in sources for each in _sections(source)), None)
    if section is None:
        return None
    port = _port(section, (file.parent, target.project.root))
    return Listening(port, section) if port else None


def _file_of(target: Target) -> Path | None:
    parts = target.module.split(".")
    for folder in target.project.import_folders:
        for each in (folder.joinpath(*parts).with_suffix(".py"), folder.joinpath(*parts, "__init__.py")):
            if each.is_file():
                return each
    return None


def _sections(source: Path) -> Iterator[str]:
    """Yield the section of each call of ``add_asgi``."""
    try:
        tree = ast.parse(source.read_bytes())
    except (OSError, ValueError, SyntaxError):
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "add_asgi":
            given = [word.value for word in node.keywords if word.arg == "section"]
            named = given[0].value if given and isinstance(given[0], ast.Constant) else SECTION
            yield str(named)


def _port(section: str, folders: tuple[Path, ...]) -> int:
    for folder in folders:
        builder = ConfigurationBuilder().set_base_path(folder)
        for name in _FILES:
            builder.add_json_file(name, optional=True)
        try:
            text = builder.build()[f"{section}:Port"]
        except ConfigurationError:
            continue
        if text is not None:
            return int(text) if text.isdecimal() and int(text) < 65_536 else 0
    return _USUAL_PORT
