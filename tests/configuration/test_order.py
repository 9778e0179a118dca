"""Which source wins."""

from collections.abc import Mapping

import pytest

from corner_host.configuration import (
    ConfigurationBuilder,
    ConfigurationManager,
    ConfigurationProvider,
    ConfigurationSource,
    Origin,
    Registration,
)

from .conftest import Make
from .helpers import Planets, json_of, names, root_of, values


def test_the_source_added_last_wins(make: Make) -> None:
    """P-01: unlike pydantic-settings, where the first does."""
    assert make({"Key": "1"}, {"Key": "2"})["Key"] == "2"


def test_one_key_is_overridden_not_its_section(make: Make) -> None:
    """P-02, P55: one rule for all of it; what only an earlier source has survives."""
    configuration = make({"A:X": "1", "A:Y": "1"}, {"A:X": "2"})

    assert values(configuration) == {"A:X": "2", "A:Y": "1"}


def test_keys_that_differ_in_case_override_each_other(make: Make) -> None:
    """P-03, P54: a variable in capitals overrides a file's key; it is no second one."""
    assert make({"Payment:Url": "1"}, {"PAYMENT:URL": "2"})["payment:url"] == "2"


def test_sources_are_built_and_loaded_in_their_order() -> None:
    """P-04, P-13: sources and providers are listed in the order of adding."""
    first, second, third = Planets(name="1"), Planets(name="2"), Planets(name="3")
    builder = ConfigurationBuilder().add(first).add(second).add(third)

    root = builder.build()

    assert list(builder.sources) == [first, second, third]
    assert [provider.name for provider in root.providers] == ["1", "2", "3"]


def test_a_builder_can_build_again_with_more() -> None:
    """P-05: the first root does not change."""
    builder = ConfigurationBuilder().add_in_memory_collection({"A": "1"})
    first = builder.build()

    second = builder.add_in_memory_collection({"A": "2"}).build()

    assert (first["A"], second["A"]) == ("1", "2")


def test_a_null_hides_what_is_below_it(make: Make) -> None:
    """P-06: the search ends at the last source that has the key."""
    configuration = make({"A": "1"}, {"A": None})

    assert configuration["A"] is None
    assert not configuration.get_section("A").exists()


def test_the_empty_string_wins_like_any_value(make: Make) -> None:
    """P-07: empty is not absent."""
    assert make({"A": "1"}, {"A": ""})["A"] == ""


def test_a_key_may_have_a_value_and_children(make: Make) -> None:
    """P-08: from one source or from two."""
    configuration = make({"Data": "scalar"}, {"Data:DB1": "below"})

    assert configuration["Data"] == "scalar"
    assert configuration["Data:DB1"] == "below"
    assert names(configuration.get_section("Data")) == ["DB1"]


def test_children_of_any_provider_are_sorted(make: Make) -> None:
    """P-09: by the order of keys; providers have no order of their own."""
    configuration = make({"b": "", "10": ""}, Planets({"a": "", "9": ""}))

    assert names(configuration) == ["9", "10", "a", "b"]


def test_an_enumerated_root_can_be_a_source() -> None:
    """P-10: each key comes once, with the winner's value."""
    merged = root_of({"A:B": "1"}, {"a:b": "2"})

    copy = root_of(dict(merged.as_enumerable()))

    assert values(copy) == {"a:b": "2"}


class Simple(ConfigurationProvider):
    """The least that an application writes."""

    name = "simple"

    def __init__(self, **values: str) -> None:
        self.values = values

    def build(self, builder: object) -> ConfigurationProvider:
        return self

    def load(self) -> None:
        self.data = dict(self.values)


def test_a_provider_may_only_load(make: Make) -> None:
    """P-11: all else has a default."""
    configuration = make(Simple(Planet="1"), Simple(planet="2", Other="3"))

    configuration["PLANET"] = "4"
    set_value = values(configuration)
    configuration.reload()

    assert set_value == {"PLANET": "4", "Other": "3"}
    assert values(configuration) == {"planet": "2", "Other": "3"}
    assert [layer.value for layer in configuration.explain("planet").layers][:2] == ["2", "1"]


class Fixed:
    """A provider that knows nothing of this package."""

    name = "fixed"

    def __init__(self) -> None:
        self.data: Mapping[str, str | None] = {"Fixed:Key": "1"}

    def build(self, builder: object) -> "Fixed":
        return self

    def load(self) -> None: ...

    def origin(self, key: str) -> Origin:
        return Origin("fixed", name=key)

    def set(self, key: str, value: str | None) -> None:
        self.data = {key: value}

    def on_reload(self, callback: object) -> Registration | None:
        return None

    def close(self) -> None: ...


def test_a_provider_need_not_derive_from_anything(make: Make) -> None:
    """P-11: nor tell of changes, nor fold its keys."""
    fixed = Fixed()

    configuration = make(fixed)
    configuration["Fixed:Key"] = "2"

    assert isinstance(fixed, ConfigurationProvider)
    assert isinstance(fixed, ConfigurationSource)
    assert values(configuration) == {"Fixed:Key": "2"}


def test_closing_the_root_closes_the_providers(make: Make) -> None:
    """P-12: once, and ends the callbacks of their changes."""
    planets = Planets({"A": "1"})
    configuration = make(planets)
    called: list[str] = []
    configuration.on_change(lambda: called.append("changed"))

    configuration.close()
    configuration.close()
    planets.changed()

    assert (planets.closes, called) == (1, [])
    assert configuration["A"] == "1"


def test_a_root_is_a_context_manager() -> None:
    """P-12: leaving it closes it."""
    planets = Planets()

    with ConfigurationBuilder().add(planets).build() as root:
        assert root.providers == (planets,)

    assert planets.closes == 1


def test_a_source_that_fails_leaves_nothing_open() -> None:
    """P-12: the providers built before it are closed."""
    good = Planets()
    bad = Planets()
    bad.error = ValueError("no")
    builder = ConfigurationBuilder().add(good).add(bad)

    with pytest.raises(ValueError, match="no"):
        builder.build()

    assert (good.closes, bad.closes) == (1, 1)


def test_the_order_of_a_host_is_a_matter_of_adding() -> None:
    """P-14: file, environment's file, variables, command line."""
    manager = ConfigurationManager()
    manager.add_json_stream('{"A": "file", "B": "file", "C": "file"}')
    manager.add_json_stream('{"B": "development", "C": "development"}')
    manager.add_command_line(["--C=argument"])

    assert (manager["A"], manager["B"], manager["C"]) == ("file", "development", "argument")


def test_the_root_names_its_providers() -> None:
    """P-13: in its representation."""
    assert repr(json_of("{}")) == "<ConfigurationRoot json stream>"
