"""Null, empty and absent are three states."""

from pathlib import Path

import pytest
from pydantic import BaseModel

from corner_host.configuration import ConfigurationBindingError, ConfigurationBuilder

from .conftest import Make
from .helpers import json_of, names, root_of


def test_a_null_is_listed_but_does_not_exist(make: Make) -> None:
    """N-01: a child without value and children."""
    configuration = make({"A": None})

    assert names(configuration) == ["A"]
    assert not configuration.get_section("A").exists()
    assert configuration.get_section("A").get_children() == ()


def test_the_empty_string_exists(make: Make) -> None:
    """N-02: it is a value."""
    assert make({"A": ""}).get_section("A").exists()


@pytest.mark.parametrize(("text", "value"), [("null", None), ("{}", None), ("[]", ""), ('""', "")])
def test_what_json_has_no_text_for(text: str, value: str | None) -> None:
    """N-03, N-04, N-05: null and the empty object are null, the empty array is the empty string."""
    configuration = json_of(f'{{"A": {text}}}')

    assert configuration["A"] == value
    assert names(configuration) == ["A"]


def test_sources_without_null_have_the_empty_string(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """N-06: INI, environment, dotenv and command line."""
    (tmp_path / "a.ini").write_text("A=")
    (tmp_path / ".env").write_text("C=")
    monkeypatch.setenv("NULLS_B", "")
    builder = ConfigurationBuilder().set_base_path(tmp_path).add_ini_file("a.ini").add_environment_variables("NULLS_")
    configuration = builder.add_dotenv_file(".env").add_command_line(["--D="]).build()

    assert [configuration[key] for key in "ABCD"] == ["", "", "", ""]


def test_a_section_of_children_has_no_value(make: Make) -> None:
    """N-07: its value is null."""
    assert make({"A:B": "1"}).get_section("A").value is None


def test_a_null_value_gives_the_default(make: Make) -> None:
    """N-08: or None without one."""
    configuration = make({"A": None})

    assert configuration.get_value("A", int, 5) == 5
    assert configuration.get_value("A", int) is None


def test_an_absent_value_gives_the_default(make: Make) -> None:
    """N-09: the very object; and None, not 0, without one."""
    configuration = make({})
    default = object()

    assert configuration.get_value("A", int) is None
    assert configuration.get_value("A", int, 3) == 3
    assert configuration.get_value("A", int, default) is default


@pytest.mark.parametrize("target", [int, bool, float])
def test_the_empty_string_is_none_where_none_is_allowed(target: type) -> None:
    """N-10: for other types than text."""
    configuration = root_of({"A": ""})

    assert configuration.get_value("A", target | None, 1) is None
    assert configuration.get_value("A", str | None) == ""


class Model(BaseModel):
    required: int = 1
    optional: int | None = 2
    text: str | None = "set"


def test_a_null_for_what_cannot_be_null_is_an_error() -> None:
    """N-11: it names the key and the source."""
    with pytest.raises(ConfigurationBindingError) as caught:
        json_of('{"Required": null}').get(Model)

    assert [(error.key, error.value) for error in caught.value.errors] == [("Required", None)]
    assert caught.value.errors[0].source == "json stream"


def test_a_null_replaces_a_default() -> None:
    """N-12: it is a value for what may be None."""
    bound = json_of('{"Optional": null, "Text": null}').get(Model)

    assert bound == Model(optional=None, text=None)


def test_an_absent_key_keeps_the_default() -> None:
    """N-13: absent is not null."""
    assert json_of('{"Required": 5}').get(Model) == Model(required=5)
