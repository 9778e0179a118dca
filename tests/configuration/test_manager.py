"""Builder and root in one."""

import threading
from collections.abc import Callable

import pytest

from corner_host.configuration import ConfigurationManager, ConfigurationStateError
from corner_host.configuration.sources.memory import MemorySource

from .helpers import Planets, values


@pytest.fixture
def manager() -> ConfigurationManager:
    """A new manager."""
    return ConfigurationManager()


def test_an_added_source_can_be_read_at_once(manager: ConfigurationManager) -> None:
    """CM-01, CM-11: what is known so far may decide which source comes next; only the new one is loaded."""
    first = Planets({"Next": "Venus"})
    manager.add(first)

    second = Planets({f"Planet:{manager['Next']}": "2"})
    manager.add(second)

    assert manager["Planet:Venus"] == "2"
    assert (first.loads, second.loads) == (1, 1)


def test_adding_a_source_is_a_change(manager: ConfigurationManager) -> None:
    """CM-02: the callbacks run when the values are there."""
    seen: list[str | None] = []
    manager.on_change(lambda: seen.append(manager["A"]))

    manager.add_in_memory_collection({"A": "1"})

    assert seen == ["1"]


def test_values_can_be_set_from_the_start(manager: ConfigurationManager) -> None:
    """CM-03: it begins with an in-memory source."""
    manager["A"] = "1"

    assert manager["A"] == "1"
    assert [type(source) for source in manager.sources] == [MemorySource]


def test_build_returns_the_manager(manager: ConfigurationManager) -> None:
    """CM-04: there is nothing left to build."""
    assert manager.build() is manager


@pytest.mark.parametrize(
    "remove",
    [
        lambda sources, source: sources.remove(source),
        lambda sources, source: sources.pop(1),
        lambda sources, source: sources.__delitem__(slice(1, 2)),
        lambda sources, source: sources.__setitem__(1, MemorySource()),
    ],
)
def test_a_removed_source_takes_its_values_with_it(
    manager: ConfigurationManager, remove: Callable[[object, object], None]
) -> None:
    """CM-05: all others are built again, and it is closed."""
    gone, kept = Planets({"A": "1", "B": "1"}), Planets({"B": "2"})
    manager.add(gone).add(kept)

    remove(manager.sources, gone)

    assert values(manager) == {"B": "2"}
    assert (gone.closes, kept.loads) == (1, 2)


def test_all_sources_can_be_cleared(manager: ConfigurationManager) -> None:
    """CM-05: nothing is left, so nothing can be set."""
    planets = Planets({"A": "1"})
    manager.add(planets)

    manager.sources.clear()

    assert (values(manager), len(manager.sources), planets.closes) == ({}, 0, 1)
    with pytest.raises(ConfigurationStateError):
        manager["A"] = "1"


def test_a_source_can_be_inserted_below_others(manager: ConfigurationManager) -> None:
    """CM-05: the sources are a mutable sequence."""
    manager.add(Planets({"A": "high"}))

    manager.sources.insert(0, Planets({"A": "low", "B": "low"}))
    manager.sources.extend([Planets({"C": "last"})])

    assert values(manager) == {"A": "high", "B": "low", "C": "last"}


def test_changing_a_property_builds_all_sources_again(manager: ConfigurationManager) -> None:
    """CM-06: it is a change, and values that were set are lost."""
    planets = Planets({"A": "1"})
    manager.add(planets)
    manager["A"] = manager["B"] = "2"
    called: list[int] = []
    manager.on_change(lambda: called.append(1))

    manager.properties["Region"] = "eu"
    set_once = values(manager)
    del manager.properties["Region"]

    assert set_once == {"A": "1"}
    assert (planets.loads, len(called), dict(manager.properties)) == (3, 2, {})


def test_a_closed_manager_can_be_read_and_set(manager: ConfigurationManager) -> None:
    """CM-07: only its sources are fixed."""
    planets = Planets({"A": "1"})
    manager.add(planets)

    manager.close()
    manager["B"] = "2"

    assert values(manager) == {"A": "1", "B": "2"}
    assert planets.closes == 1
    for change in (
        lambda: manager.add(Planets()),
        manager.sources.clear,
        lambda: manager.set_base_path("/"),
    ):
        with pytest.raises(ConfigurationStateError, match="closed"):
            change()
    assert len(manager.sources) == 2


def test_what_is_gone_is_not_heard_any_more(manager: ConfigurationManager) -> None:
    """CM-08: neither after removal nor after closing."""
    removed, closed = Planets(), Planets()
    manager.add(removed).add(closed)
    called: list[int] = []

    manager.sources.remove(removed)
    manager.on_change(lambda: called.append(1))
    removed.changed()
    manager.close()
    closed.changed()

    assert called == []


def test_a_load_may_wait_for_a_read(manager: ConfigurationManager) -> None:
    """CM-09: reads wait for nothing."""
    manager.add_in_memory_collection({"A": "1"})
    read: list[str | None] = []

    class Waiting(Planets):
        def load(self) -> None:
            thread = threading.Thread(target=lambda: read.append(manager["A"]))
            thread.start()
            thread.join()

    manager.add(Waiting())

    assert read == ["1"]


def test_what_was_read_stays_whole_when_its_source_goes(manager: ConfigurationManager) -> None:
    """CM-10: a read in progress looks at one picture; no provider is asked any more."""
    manager.add(Planets({"A:1": "1", "A:2": "2", "A:3": "3"}))
    reading = manager.as_enumerable()
    first = next(reading)

    manager.sources.clear()

    assert [first, *reading] == [("A", None), ("A:1", "1"), ("A:2", "2"), ("A:3", "3")]


def test_a_change_that_fails_is_taken_back(manager: ConfigurationManager) -> None:
    """There is no half-changed state: sources, properties and values are as they were."""
    broken = Planets({"A": "1"})
    manager.add(broken)
    manager["A"] = "set"
    broken.error = ValueError("broken")

    with pytest.raises(ValueError, match="broken"):
        manager.sources.insert(0, Planets())
    with pytest.raises(ValueError, match="broken"):
        manager.properties["Region"] = "eu"

    assert (len(manager.sources), dict(manager.properties)) == (2, {})
    assert manager["A"] == "set"
