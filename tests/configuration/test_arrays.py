"""Arrays across sources."""

from pathlib import Path

import pytest

from corner_host.configuration import ConfigurationBuilder, ConfigurationError, ConfigurationRoot

from .helpers import json_of, names, root_of, values


def test_an_array_is_numbered_children() -> None:
    """A-01: configuration has no other arrays."""
    assert values(json_of('{"address": ["a", "b"]}')) == {"address:0": "a", "address:1": "b"}


def test_arrays_merge_index_by_index() -> None:
    """A-02, C8, P55: a shorter array replaces only its own elements."""
    configuration = json_of('{"L": ["a", "b", "c"]}', '{"L": ["z"]}')

    assert configuration.get_section("L").get(list[str]) == ["z", "b", "c"]


def test_any_source_adds_to_an_array(tmp_path: Path) -> None:
    """A-03: children are numbers first, then text; each value is of the last source that has it."""
    (tmp_path / "a.ini").write_text("[L]\n2=ini\ni=ini\n")
    builder = ConfigurationBuilder().set_base_path(tmp_path)
    builder.add_json_stream('{"L": ["json", "json", "json"]}').add_ini_file("a.ini")
    builder.add_json_stream('{"L": {"j": "later", "3": "later"}}')

    section = builder.build().get_section("L")

    assert {name: section[name] for name in names(section)} == {
        "0": "json", "1": "json", "2": "ini", "3": "later", "i": "ini", "j": "later",
    }  # fmt: skip


def test_objects_in_arrays_merge_by_property() -> None:
    """A-04: at equal index."""
    configuration = json_of('{"L": [{"a": "1", "b": "1"}]}', '{"L": [{"b": "2"}]}')

    assert values(configuration) == {"L:0:a": "1", "L:0:b": "2"}


def test_one_variable_changes_one_element(monkeypatch: pytest.MonkeyPatch) -> None:
    """A-05: the rest of the list stays."""
    monkeypatch.setenv("ARRAYS_Items__1", "z")
    builder = ConfigurationBuilder().add_json_stream('{"Items": ["a", "b", "c"]}').add_environment_variables("ARRAYS_")

    assert builder.build().get_section("Items").get(list[str]) == ["a", "z", "c"]


def test_gaps_close_up() -> None:
    """A-06: indexes 0 and 2 are two items."""
    assert root_of({"L:0": "a", "L:2": "c"}).get_section("L").get(list[str]) == ["a", "c"]


def test_an_empty_array_clears_nothing() -> None:
    """A-07: it only writes the empty string at its own key."""
    configuration = json_of('{"L": ["a"]}', '{"L": []}')

    assert (configuration["L"], configuration["L:0"]) == ("", "a")


def test_named_children_are_items_too() -> None:
    """A-08: they come last."""
    configuration = root_of({"L:x": "x", "L:10": "b", "L:2": "a"})

    assert configuration.get_section("L").get(list[str]) == ["a", "b", "x"]


def test_the_same_source_twice_doubles_nothing() -> None:
    """A-09: the merge is idempotent."""
    assert values(json_of('{"L": ["a"]}', '{"L": ["a"]}')) == {"L:0": "a"}


def replaced(tmp_path: Path, lower: str, name: str, upper: str) -> ConfigurationRoot:
    (tmp_path / name).write_text(upper)
    builder = ConfigurationBuilder().add_json_stream(lower)
    {
        ".json": builder.add_json_file,
        ".toml": builder.add_toml_file,
        ".yaml": builder.add_yaml_file,
        ".ini": builder.add_ini_file,
        ".env": builder.add_dotenv_file,
    }[Path(name).suffix](tmp_path / name, arrays="replace")
    return builder.build()


@pytest.mark.parametrize(
    ("name", "upper"),
    [
        ("a.json", '{"O": {"L": ["z"]}}'),
        ("a.toml", '[O]\nL = ["z"]'),
        ("a.yaml", "O:\n  L: [z]"),
        ("a.ini", "[O]\nL:0 = z"),
        ("a.env", "O__L__0=z"),
    ],
)
def test_a_source_may_replace_arrays(tmp_path: Path, name: str, upper: str) -> None:
    """A-10, C8: what lower sources have below the array is hidden; all else merges as ever."""
    configuration = replaced(tmp_path, '{"O": {"L": ["a", {"b": "c"}], "M": ["m"]}}', name, upper)

    assert values(configuration) == {"O:L:0": "z", "O:M:0": "m"}
    assert names(configuration.get_section("O:L")) == ["0"]
    assert configuration.explain("O:L:1:b").winner is None
    assert [layer.value for layer in configuration.explain("O:L:0").layers] == ["z", "a"]


def test_an_empty_array_can_replace_too(tmp_path: Path) -> None:
    """A-10: that is how a list is cleared."""
    configuration = replaced(tmp_path, '{"L": ["a", "b"]}', "a.json", '{"L": []}')

    assert configuration.get_section("L").get(list[str]) == []


def test_a_later_source_may_add_to_a_replaced_array(tmp_path: Path) -> None:
    """A-10: only what is lower is hidden."""
    (tmp_path / "a.json").write_text('{"L": ["z"]}')
    builder = ConfigurationBuilder().add_json_stream('{"L": ["a", "b"]}')
    builder.add_json_file(tmp_path / "a.json", arrays="replace").add_command_line(["--L:1=y"])

    assert builder.build().get_section("L").get(list[str]) == ["z", "y"]


def test_there_are_two_ways_to_merge_arrays() -> None:
    """A-10: any other word is refused at once."""
    with pytest.raises(ConfigurationError, match="'append'"):
        ConfigurationBuilder().add_json_file("a.json", arrays="append")  # type: ignore[arg-type]
