"""Memory, and another configuration as a source."""

from corner_host.configuration import ConfigurationBuilder, ConfigurationManager
from tests.configuration.helpers import Planets, names, root_of, values


def test_memory_is_copied() -> None:
    """M-01: a later change of the mapping changes nothing."""
    given: dict[str, str | None] = {"A": "1"}
    configuration = ConfigurationBuilder().add_in_memory_collection(given).build()

    given["A"] = "2"

    assert configuration["A"] == "1"


def test_empty_memory_can_be_written_to() -> None:
    """M-02: it is a source."""
    configuration = ConfigurationBuilder().add_in_memory_collection().build()

    configuration["A"] = "1"

    assert configuration["A"] == "1"


def test_memory_keeps_what_was_set() -> None:
    """M-03: a reload has nothing to read."""
    configuration = root_of({"A": "1"})
    configuration["A"] = "2"

    configuration.reload()

    assert configuration["A"] == "2"


def test_a_configuration_can_be_a_source() -> None:
    """CH-01: its keys are there, others are not."""
    outer = ConfigurationBuilder().add_configuration(root_of({"A:B": "1"})).build()

    assert (outer["a:b"], outer["a:c"]) == ("1", None)


def test_null_and_empty_count_as_absent_behind_a_chain() -> None:
    """CH-02: an earlier source shows through; the keys are listed."""
    inner = root_of({"A": None, "B": "", "C": "", "D": "inner"})
    builder = ConfigurationBuilder().add_in_memory_collection({"A": "1", "B": "2", "D": "3"}).add_configuration(inner)

    outer = builder.build()

    assert (outer["A"], outer["B"], outer["C"], outer["D"]) == ("1", "2", None, "inner")
    assert names(outer) == ["A", "B", "C", "D"]


def test_children_of_a_chain_merge_with_the_rest() -> None:
    """CH-03: and are sorted with them; empty names included."""
    inner = root_of({"L:10": "a", "L:2": "b", "": "x", ":y": "z"})
    outer = ConfigurationBuilder().add_in_memory_collection({"L:3": "c", "L:B": "d"}).add_configuration(inner).build()

    assert names(outer.get_section("L")) == ["2", "3", "10", "B"]
    assert names(outer) == ["", "L"]


def test_closing_a_chain_closes_the_other_only_if_asked_to() -> None:
    """CH-04: the other belongs to whoever made it."""
    kept, owned = Planets(), Planets()
    builder = ConfigurationBuilder().add_configuration(ConfigurationBuilder().add(kept).build())
    builder.add_configuration(ConfigurationBuilder().add(owned).build(), close=True)

    builder.build().close()

    assert (kept.closes, owned.closes) == (0, 1)


def test_a_reload_of_the_other_is_a_reload_here() -> None:
    """CH-05: once for each, also through two chains."""
    planets = Planets({"A": "1"})
    inner = ConfigurationBuilder().add(planets).build()
    outer = ConfigurationBuilder().add_configuration(ConfigurationBuilder().add_configuration(inner).build()).build()
    seen: list[str | None] = []
    outer.on_change(lambda: seen.append(outer["A"]))

    planets.values["A"] = "2"
    inner.reload()

    assert seen == ["2"]


def test_a_reload_here_does_not_reload_the_other() -> None:
    """CH-06: the other is reloaded by its owner."""
    planets = Planets({"A": "1"})
    outer = ConfigurationBuilder().add_configuration(ConfigurationBuilder().add(planets).build()).build()

    outer.reload()

    assert planets.loads == 1


def test_a_section_is_chained_at_its_own_root() -> None:
    """CH-07: its keys begin where it begins."""
    outer = (
        ConfigurationBuilder().add_configuration(root_of({"A:B": "1", "A:B:C": "2", "X": "3"}).get_section("A")).build()
    )

    assert values(outer) == {"B": "1", "B:C": "2"}


def test_a_write_goes_through() -> None:
    """CH-08: also into a section, and what is set in the other later shows here."""
    inner = root_of({"A:B": "1"})
    outer = ConfigurationBuilder().add_configuration(inner.get_section("A")).build()

    outer["B"] = "2"
    after_outer = inner["A:B"]
    inner["A:C"] = "3"

    assert (after_outer, outer["C"]) == ("2", "3")


def test_one_write_is_heard_once() -> None:
    """CH-08: however many providers take it."""
    inner = root_of({"A": "1"}, {"A": "2"}, {"A": "3"})
    heard: list[str | None] = []
    inner.store.written.add(lambda: heard.append(inner["A"]))

    inner["A"] = "4"

    assert heard == ["4"]


def test_the_provider_shows_the_other() -> None:
    """CH-09: for tools that walk providers."""
    inner = root_of({"A": "1"})
    provider = ConfigurationBuilder().add_configuration(inner).build().providers[0]

    assert getattr(provider, "configuration", None) is inner


def test_a_value_knows_where_the_other_has_it_from() -> None:
    """The origin is told through the chain."""
    inner = ConfigurationBuilder().add_command_line(["--A:B=1"]).build()
    outer = ConfigurationBuilder().add_configuration(inner.get_section("A")).build()

    assert str(outer.providers[0].origin("B")) == "command line --A:B"
    assert str(outer.providers[0].origin("absent")) == "chained configuration"


def test_a_closed_chain_follows_no_longer() -> None:
    """Nothing is held in the other."""
    inner = ConfigurationManager()
    outer = ConfigurationBuilder().add_configuration(inner).build()

    outer.close()
    inner["A"] = "1"

    assert outer["A"] is None
