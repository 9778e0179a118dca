"""Keys: compared by equality and type."""

from enum import Enum
from typing import Any

import pytest

from corner_host.di import ServiceCollection
from tests.di.toys import Leaf


class Speed(Enum):
    FAST = 1


class Odd:
    """Equal to others of its kind."""

    def __init__(self, value: int) -> None:
        self.value = value

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Odd) and other.value == self.value

    def __hash__(self) -> int:
        return hash(self.value)


def test_keys_are_compared_by_equality_and_type() -> None:
    """KEY-35: 1, True and 1.0 are three keys; equal objects of one type are one."""
    keys: list[Any] = [1, True, 1.0, "1", Speed.FAST, (1,), Odd(1), Leaf]
    services = ServiceCollection()
    for number, key in enumerate(keys):
        services.add_singleton(int, instance=number, key=key)
    provider = services.build_service_provider()

    assert [provider.get_service(int, key=key) for key in keys] == list(range(len(keys)))
    assert provider.get_service(int, key=Odd(1)) == 6
    assert provider.get_service(int, key=Odd(2)) is None


def test_an_unhashable_key_in_a_question_is_simply_unknown_or_refused() -> None:
    """KEY-05, KEY-35: never a KeyError or a silent answer."""
    provider = ServiceCollection().add_singleton(Leaf, key="k").build_service_provider()

    with pytest.raises(TypeError, match="hash"):
        provider.get_service(Leaf, key=["k"])
