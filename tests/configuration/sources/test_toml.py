"""TOML files."""

from pathlib import Path

import pytest

from corner_host.configuration import ConfigurationFileError
from tests.configuration.helpers import names, values

from .conftest import Read


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("true", "true"),
        ("false", "false"),
        ("0x1F", "31"),
        ("1_000", "1000"),
        ("1.50", "1.50"),
        ("1e2", "1e2"),
        ('"x"', "x"),
        ("[]", ""),
        ("{}", None),
        ("2020-01-02", "2020-01-02"),
        ("03:04:05", "03:04:05"),
        ("2020-01-02T03:04:05", "2020-01-02T03:04:05"),
        ("2020-01-02 03:04:05-05:00", "2020-01-02T03:04:05-05:00"),
    ],
)
def test_scalars_become_text(toml: Read, value: str, text: str | None) -> None:
    """As JSON would show them."""
    configuration = toml(f"a = {value}")

    assert (names(configuration), configuration["a"]) == (["a"], text)


def test_tables_and_arrays_become_paths(toml: Read) -> None:
    """Also inline and repeated ones."""
    found = values(toml('[a]\nb = [1, {c = 2}]\n[[d]]\ne = 1\n[[d]]\ne = 2\n["x.y"]\n"z:w" = 1\n'))

    assert found == {"a:b:0": "1", "a:b:1:c": "2", "d:0:e": "1", "d:1:e": "2", "x.y:z:w": "1"}


@pytest.mark.parametrize(
    ("text", "line", "column"), [("a = 1\nb = ", 2, 5), ("a = 1\na = 2\n", 2, 6), ("[a", 1, 3), ("= 1", 1, 1)]
)
def test_an_error_has_its_place(toml: Read, text: str, line: int, column: int) -> None:
    """As the parser tells it; the end of the text is a place too."""
    with pytest.raises(ConfigurationFileError) as caught:
        toml(text)

    assert (caught.value.line, caught.value.column) == (line, column)
    assert caught.value.__context__ is None


@pytest.mark.parametrize("text", ["a = " + "9" * 5000, "A = 1\na = 2", "a = " + "[" * 10_000])
def test_what_cannot_be_used_is_an_error(toml: Read, text: str) -> None:
    """Too many digits, keys that differ only in case, too deep a nesting."""
    with pytest.raises(ConfigurationFileError):
        toml(text)


def test_a_value_knows_its_file(toml: Read, tmp_path: Path) -> None:
    """The parser tells no line."""
    origin = toml("a = 1").providers[0].origin("a")

    assert (origin.file, origin.line) == (str(tmp_path / "a.toml"), None)
