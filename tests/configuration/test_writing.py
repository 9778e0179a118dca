"""Setting values."""

import threading
from pathlib import Path

import pytest

from corner_host.configuration import ConfigurationBuilder, ConfigurationStateError

from .conftest import Make
from .helpers import Planets, names, values


def test_a_value_is_set_in_every_provider(make: Make) -> None:
    """W-01: so that none of them hides it."""
    configuration = make(Planets({"Key1": "1"}), Planets({"KEY1": "2"}), Planets())

    configuration["key1"] = "3"

    assert [provider.data["KEY1"] for provider in configuration.providers] == ["3"] * len(configuration.providers)
    assert configuration["Key1"] == "3"


def test_without_providers_nothing_can_be_set() -> None:
    """W-02: the error tells what to do."""
    with pytest.raises(ConfigurationStateError, match="add_in_memory_collection"):
        ConfigurationBuilder().build()["A"] = "1"


def test_setting_is_no_change_of_the_sources(make: Make) -> None:
    """W-03: no callback runs."""
    configuration = make({"A": "1"})
    called: list[int] = []
    configuration.on_change(lambda: called.append(1))

    configuration["A"] = "2"

    assert called == []


def test_a_reload_brings_back_what_is_in_the_file(make: Make, tmp_path: Path) -> None:
    """W-04: a set value is in memory only."""
    path = tmp_path / "a.json"
    path.write_text('{"A": "1"}')
    configuration = ConfigurationBuilder().add_json_file(path).build()
    configuration["A"] = "2"
    configuration["B"] = "2"
    set_values = values(configuration)

    configuration.reload()

    assert set_values == {"A": "2", "B": "2"}
    assert values(configuration) == {"A": "1"}
    assert path.read_text() == '{"A": "1"}'


def test_a_section_can_be_written_to(make: Make) -> None:
    """W-05: its own value, and what is below."""
    configuration = make({})
    section = configuration.get_section("A")

    section["B"] = "1"
    section.value = "2"

    assert values(configuration) == {"A": "2", "A:B": "1"}


def test_null_can_be_set(make: Make) -> None:
    """W-06: it hides what is below it."""
    configuration = make({"A": "1"})

    configuration["A"] = None

    assert configuration["A"] is None
    assert names(configuration) == ["A"]


def test_a_value_set_in_a_provider_shows_at_once(make: Make) -> None:
    """W-01: as in .NET, where the root looks through."""
    configuration = make({"A": "1"})
    before = configuration["A"], configuration["B"]

    configuration.providers[-1].set("A", "2")
    configuration.providers[-1].set("B", "2")

    assert before == ("1", None)
    assert values(configuration) == {"A": "2", "B": "2"}


def test_values_can_be_set_from_many_threads(make: Make) -> None:
    """W-01: none is lost, and no key gets another's spelling."""
    configuration = make({})

    def work(number: int) -> None:
        for i in range(50):
            configuration[f"Thread{number}:Key{i}"] = f"{number} {i}"

    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert values(configuration) == {f"Thread{n}:Key{i}": f"{n} {i}" for n in range(8) for i in range(50)}
