"""Sections, children, enumeration."""

import pytest

from corner_host.configuration import ConfigurationError, ConfigurationSectionNotFoundError
from corner_host.primitives import ConfigurationValues

from .conftest import Make
from .helpers import names, root_of

FLAT = {"Mem1": "a", "Mem1:": "b", "Mem1:KeyInMem1": "c", "Mem1:KeyInMem1:Deep1": "d"}


def test_there_is_a_section_for_every_path(make: Make) -> None:
    """S-01: one that is not there has no value and does not exist."""
    section = make({}).get_section("Nowhere")

    assert (section.value, section.exists(), section.path) == (None, False, "Nowhere")


@pytest.mark.parametrize(("key", "exists"), [("Value", True), ("Children", True), ("Neither", False)])
def test_a_section_exists_by_a_value_or_by_children(make: Make, key: str, exists: bool) -> None:
    """S-02, S-03: and not otherwise."""
    configuration = make({"Value": "1", "Children:A": None})

    assert configuration.get_section(key).exists() is exists
    assert (key in configuration) is exists


def test_a_required_section_must_exist(make: Make) -> None:
    """S-04: the error names the key and is a LookupError."""
    configuration = make({"A:B": "1"})

    assert configuration.get_required_section("A").path == "A"
    with pytest.raises(ConfigurationSectionNotFoundError, match="A:C") as caught:
        configuration.get_section("A").get_required_section("C")
    assert caught.value.key == "A:C"
    assert isinstance(caught.value, LookupError)
    assert isinstance(caught.value, ConfigurationError)


def test_two_steps_are_one(make: Make) -> None:
    """S-05, S-06: path is the way from the root, key its last segment."""
    configuration = make({"Section1:Section2:Key": "1"})

    one = configuration.get_section("Section1:Section2")
    two = configuration.get_section("Section1").get_section("Section2")

    assert (one.path, one.key, one["Key"]) == (two.path, two.key, two["Key"]) == ("Section1:Section2", "Section2", "1")


def test_children_are_direct_distinct_and_sorted(make: Make) -> None:
    """S-07: over all sources."""
    configuration = make({"A:b:x": "1", "A:10": "1"}, {"A:B:y": "2", "A:9": "2", "C": "2"})

    assert [name.lower() for name in names(configuration.get_section("A"))] == ["9", "10", "b"]
    assert [child.path for child in configuration.get_section("A").get_children()][:2] == ["A:9", "A:10"]


def test_a_section_is_a_live_view(make: Make) -> None:
    """S-08: it shows what was set or reloaded after it was made."""
    configuration = make({"A:B": "1"})
    section = configuration.get_section("A")

    configuration["A:B"] = "2"
    configuration["A:C"] = "3"

    assert section["B"] == "2"
    assert names(section) == ["B", "C"]


def test_a_connection_string_is_a_value(make: Make) -> None:
    """S-09: below ConnectionStrings."""
    configuration = make({"ConnectionStrings:DB1:Main": "server=x"})

    assert configuration.get_connection_string("DB1:Main") == "server=x"


def test_everything_is_enumerated_parents_first(make: Make) -> None:
    """S-10, S-13: inner nodes with a value too, in the order of keys."""
    assert list(make(FLAT).as_enumerable()) == list(FLAT.items())


def test_relative_paths_start_at_the_section(make: Make) -> None:
    """S-11: its own value is left out; the child with the empty name has the empty key."""
    section = make(FLAT).get_section("Mem1")

    assert list(section.as_enumerable(make_paths_relative=True)) == [
        ("", "b"),
        ("KeyInMem1", "c"),
        ("KeyInMem1:Deep1", "d"),
    ]
    assert list(section.as_enumerable(True)) == list(section.as_enumerable(make_paths_relative=True))
    assert list(section.as_enumerable()) == list(FLAT.items())


def test_nodes_without_value_are_enumerated_as_none(make: Make) -> None:
    """S-12: so that the tree is whole."""
    assert list(make({"A:B": "1"}).as_enumerable()) == [("A", None), ("A:B", "1")]


def test_configuration_serves_the_container(make: Make) -> None:
    """A parameter marked FromConfiguration is read through the base class."""
    configuration: ConfigurationValues = make({"A": "1"})

    assert configuration.get_value("A", int) == 1


def test_configuration_is_no_sequence() -> None:
    """Indexing by text must not let ``for`` run over numbers."""
    with pytest.raises(TypeError):
        iter(root_of({"A": "1"}))  # type: ignore[call-overload]


def test_a_section_names_itself() -> None:
    """The representation shows no value."""
    assert repr(root_of({"A": "1"}).get_section("A")) == "<ConfigurationSection A>"
