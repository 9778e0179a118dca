"""Files of environment variables."""

import os

import pytest

from corner_host.configuration import ConfigurationFileError
from tests.configuration.helpers import values

from .conftest import Read


@pytest.mark.parametrize(
    ("line", "key", "value"),
    [
        ("A=1", "A", "1"),
        ("export A=1", "A", "1"),
        ("A__B=1", "A:B", "1"),
        ("A = 1 ", "A", "1"),
        ("A=", "A", ""),
        ("A= # comment", "A", ""),
        ("A=b # comment", "A", "b"),
        ("A=b#c", "A", "b#c"),
        ("A=b=c", "A", "b=c"),
        ("A='b # c' # d", "A", "b # c"),
        ("A='b\\n'", "A", "b\\n"),
        ('A="b\\n\\t\\"\\\\c"', "A", 'b\n\t"\\c'),
        ('A="b\nc"', "A", "b\nc"),
        ("A='b\r\nc'\r\n", "A", "b\r\nc"),
        ("A=$HOME", "A", "$HOME"),
        ("A.b-c=1", "A.b-c", "1"),
        ("\n# comment\n\nA=1\n", "A", "1"),
        ("SQLCONNSTR_A=1", "SQLCONNSTR_A", "1"),
    ],
)
def test_a_line_sets_a_variable(dotenv: Read, line: str, key: str, value: str) -> None:
    """A name, a value in one of three forms, and perhaps a comment."""
    assert values(dotenv(line)) == ({key: value} if value else {key: ""})


@pytest.mark.parametrize(
    ("text", "line", "column"),
    [
        ("A=1\nhunter2", 2, 1),
        ("A='hunter2", 1, 3),
        ('A=1\nB="hunter2\n', 2, 3),
        ("A='hunter2' x", 1, 12),
        ("=hunter2", 1, 1),
    ],
)
def test_what_cannot_be_read_is_an_error(dotenv: Read, text: str, line: int, column: int) -> None:
    """The place is told, the text is not."""
    with pytest.raises(ConfigurationFileError) as caught:
        dotenv(text)

    assert (caught.value.line, caught.value.column) == (line, column)
    assert "hunter2" not in str(caught.value)


def test_a_name_twice_is_an_error(dotenv: Read) -> None:
    """As in every file."""
    with pytest.raises(ConfigurationFileError) as caught:
        dotenv("A=1\nB=2\na=3")

    assert caught.value.line == 3


def test_a_value_knows_its_line(dotenv: Read) -> None:
    """Also behind values of many lines."""
    provider = dotenv("A='1\n2'\n\nexport B = 3").providers[0]

    assert [(provider.origin(key).line, provider.origin(key).column) for key in "AB"] == [(1, 3), (4, 12)]


def test_the_process_is_left_alone(dotenv: Read, monkeypatch: pytest.MonkeyPatch) -> None:
    """The variables are only read."""
    dotenv("DOTENV_TEST_A=1")

    assert "DOTENV_TEST_A" not in os.environ
