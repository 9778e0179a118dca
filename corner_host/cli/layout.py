"""How a template becomes a project: which files, under which names, with what put in. Pure, but for reading the templates.

A template is a folder of files below ``templates``; their names end in ``.tmpl`` so that no tool takes them for code of
this package. ``@@name@@`` stands for the project, ``@@package@@`` for its package; ``_package_`` in a path likewise. A file
that is there as ``README.es.md.tmpl`` too is taken from there for ``--lang es``; in all others, a line that
begins with ``en>`` or ``es>`` belongs to that language alone.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Final, final

LANGUAGES: Final = ("en", "es")


@final
@dataclass(frozen=True, slots=True)
class Template:
    """What can be created.

    Args:
        name: As it is typed.
        summary: What it is for, in one line.
        folders: Where its files are; later ones win.
    """

    name: str
    summary: str
    folders: tuple[str, ...]


TEMPLATES: Final = {
    each.name: each
    for each in (
        Template("worker", "a background service with settings, a queue and a test", ("common", "worker")),
        Template("web", "a FastAPI application in the host, with health checks and queued work", ("common", "web")),
        Template("jobs", "durable jobs that survive the process, and a recurring one", ("common", "jobs")),
        Template("minimal", "one file", ("minimal",)),
    )
}


@final
@dataclass(frozen=True, slots=True)
class NewFile:
    """A file of the new project: its path below the project's folder, and what is in it."""

    path: str
    content: str


_ORDER: Final = ("pyproject.toml", "README.md")


def project_files(template: Template, name: str, language: str) -> list[NewFile]:
    """Return the files of a new project, in the order in which they are listed.

    Args:
        template: What to create.
        name: What the project is called.
        language: ``en`` or ``es``, for the README and the comments.
    """
    package = package_name(name)
    found: dict[str, Traversable] = {}
    for folder in template.folders:
        found.update(_below(files("corner_host.cli") / "templates" / folder))
    result: list[NewFile] = []
    for path, source in found.items():
        stem, dot, suffix = path.rpartition(".")
        if stem.endswith(".es"):
            continue
        translated = found.get(f"{stem}.es{dot}{suffix}") if language == "es" else None
        text = _in_language((translated or source).read_text(encoding="utf-8"), language)
        result.append(NewFile(_filled(path, name, package).replace("_package_", package), _filled(text, name, package)))
    return sorted(result, key=lambda each: _rank(each.path, package))


def package_name(name: str) -> str:
    """Return the package of the project *name*.

    Example:
        >>> package_name("my-orders")
        'my_orders'
    """
    return re.sub(r"[-.\s]+", "_", name).lower()


def _rank(path: str, package: str) -> tuple[int, int, str]:
    """List what is read first first: the project, its main module, its program, the rest, settings, tests."""
    if path in _ORDER:
        return 0, _ORDER.index(path), path
    inner = path.removeprefix(f"src/{package}/")
    if inner != path:
        known = ("__main__.py", "program.py")
        kind = known.index(inner) if inner in known else 3 + inner.startswith("appsettings")
        return 1, kind, path.replace(".json", "")
    return 2 + path.startswith("tests/"), 0, path


def _below(folder: Traversable, prefix: str = "") -> Iterator[tuple[str, Traversable]]:
    for each in folder.iterdir():
        if each.is_dir():
            yield from _below(each, f"{prefix}{each.name}/")
        elif each.name.endswith(".tmpl"):
            yield prefix + each.name.removesuffix(".tmpl"), each


def _in_language(text: str, language: str) -> str:
    lines: list[str] = []
    for line in text.splitlines(keepends=True):
        marked = re.match(r"(?P<indent>\s*)(?P<mark>en|es)> ?(?P<rest>.*\n?)", line)
        if marked is None:
            lines.append(line)
        elif marked["mark"] == language:
            lines.append(marked["indent"] + marked["rest"])
    return "".join(lines)


def _filled(text: str, name: str, package: str) -> str:
    return text.replace("@@name@@", name).replace("@@package@@", package)
