"""The rules of the house that no linter knows."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from .programs import ROOT

LONGEST = 400
SOURCES = sorted((ROOT / "corner_host").rglob("*.py")) + sorted((ROOT / "samples").rglob("*.py"))
TESTS = sorted((ROOT / "tests").rglob("test_*.py"))


def name(path: Path) -> str:
    """Return *path* as it is written in this repository."""
    return path.relative_to(ROOT).as_posix()


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Yield every function of a file, methods too."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


@pytest.mark.parametrize("path", SOURCES, ids=name)
def test_a_room_is_no_hall(path: Path) -> None:
    """A file of more than 400 lines is two files."""
    assert len(path.read_text(encoding="utf-8").splitlines()) <= LONGEST


@pytest.mark.parametrize("path", SOURCES, ids=name)
def test_no_import_hides_from_the_directions(path: Path) -> None:
    """No import only for type checkers, and nobody inside imports the front door."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    imports = [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]

    assert not any(alias.name == "TYPE_CHECKING" for node in imports for alias in node.names)
    if path.is_relative_to(ROOT / "corner_host"):
        assert not any(node.module == "corner_host" and node.level == 0 for node in imports)


@pytest.mark.parametrize("path", TESTS, ids=name)
def test_every_test_says_what_it_promises(path: Path) -> None:
    """The name is the fact, the docstring is the promise."""
    silent = [one.name for one in functions(path) if one.name.startswith("test_") and not ast.get_docstring(one)]

    assert silent == []
