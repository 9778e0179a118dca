"""Values given by the program."""

from datetime import date
from typing import Any

import pytest

from corner_host.configuration import ConfigurationBuilder, DuplicateKeyError
from tests.configuration.conftest import Make
from tests.configuration.helpers import values


def test_a_mapping_is_copied(make: Make) -> None:
    """What is done to it later does not show."""
    mapping = {"A": "1"}
    configuration = make(mapping)

    mapping["A"] = "2"

    assert configuration["a"] == "1"


@pytest.mark.parametrize(
    ("given", "text"), [(5, "5"), (True, "true"), (2.5, "2.5"), (date(2024, 5, 17), "2024-05-17"), ("007", "007")]
)
def test_other_values_become_text(make: Make, given: Any, text: str) -> None:
    """As JSON would show them, when they are added and when they are set."""
    configuration = make({"A": given})
    configuration["B"] = given
    configuration.get_section("C").value = given

    assert values(configuration) == {"A": text, "B": text, "C": text}


def test_nested_values_become_paths() -> None:
    """Lists are numbered."""
    nested = {"Queue": {"Capacity": 5, "Names": ["a", "b"], "Limit": None}, "Empty": [], "Queue:Mode": "Drain"}

    configuration = ConfigurationBuilder().add_in_memory_collection(mapping=nested).build()

    assert values(configuration) == {
        "Empty": "",
        "Queue:Capacity": "5",
        "Queue:Mode": "Drain",
        "Queue:Names:0": "a",
        "Queue:Names:1": "b",
    }


def test_a_key_that_is_there_nested_and_flat_is_refused() -> None:
    """As every key that a source has twice."""
    with pytest.raises(DuplicateKeyError, match="Queue:Mode"):
        ConfigurationBuilder().add_in_memory_collection({"Queue": {"Mode": "Drain"}, "Queue:Mode": "Cancel"}).build()
