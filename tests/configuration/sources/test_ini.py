"""INI files."""

import pytest

from corner_host.configuration import ConfigurationFileError
from tests.configuration.helpers import values

from .conftest import Read


def test_headers_and_keys_make_paths(ini: Read) -> None:
    """I-01: both may have colons."""
    found = values(ini("[DefaultConnection]\nConnectionString=x\n[Data:Inventory]\nSubHeader:Provider=MySql\n"))

    assert found == {"Data:Inventory:SubHeader:Provider": "MySql", "DefaultConnection:ConnectionString": "x"}


def test_keys_before_a_header_are_at_the_root(ini: Read) -> None:
    """I-02: blanks around are trimmed."""
    assert values(ini("  a  =  b c \r\n[ S ]\r\nd=e")) == {"a": "b c", "S:d": "e"}


def test_a_pair_of_quotes_is_removed(ini: Read) -> None:
    """I-03: one pair, at the outside."""
    assert values(ini('a="x y "\nb=""z""')) == {"a": "x y ", "b": '"z"'}


@pytest.mark.parametrize("value", ['"x', 'x"', 'x"y"z', '"'])
def test_other_quotes_stay(ini: Read, value: str) -> None:
    """I-04: on one side, or in the middle."""
    assert ini(f"a={value}")["a"] == value


def test_three_characters_begin_a_comment(ini: Read) -> None:
    """I-05: at the beginning of a line."""
    assert values(ini("; a=1\n# b=1\n/ c=1\n\n  ;d\ne=1")) == {"e": "1"}


def test_an_empty_value_is_empty(ini: Read) -> None:
    """I-06: not null."""
    assert ini("a=")["a"] == ""


@pytest.mark.parametrize(("line", "hint"), [("hunter2", "Key=Value"), ("[hunter2", "needs a ']'")])
def test_any_other_line_is_an_error(ini: Read, line: str, hint: str) -> None:
    """I-07: its number is told, not its text, which may be secret."""
    with pytest.raises(ConfigurationFileError, match=hint) as caught:
        ini(f"a=1\n  {line}\n")

    assert (caught.value.line, caught.value.column) == (2, 3)
    assert "hunter2" not in str(caught.value)


def test_a_key_twice_is_an_error(ini: Read) -> None:
    """I-08: also through two headers; the second place is told."""
    with pytest.raises(ConfigurationFileError, match="A:B:c") as caught:
        ini("[A]\nB:c=1\n[A:B]\nc=2\n")

    assert caught.value.line == 4


def test_nothing_else_is_special(ini: Read) -> None:
    """I-10: no comment behind a value, no interpolation, no continuation."""
    assert values(ini("a=1 ; x\nb=%(a)s\nC=2")) == {"a": "1 ; x", "b": "%(a)s", "C": "2"}
    with pytest.raises(ConfigurationFileError):
        ini("a=1\n  continued")


def test_a_value_knows_its_line(ini: Read) -> None:
    """Line and column of the value."""
    origin = ini("[S]\n\nkey =  v").providers[0].origin("s:key")

    assert (origin.line, origin.column) == (3, 8)
