"""Generator factories: what follows the yield is the disposal."""

from collections.abc import Iterator

import pytest

from corner_host.di import (
    ServiceCollection,
)
from tests.di.toys import (
    Journal,
    Leaf,
)


class Connection:
    """Would write a line of its own if somebody closed it."""

    def __init__(self, journal: Journal) -> None:
        self.journal = journal

    def close(self) -> None:
        self.journal.write("closed by the container")


def connect(journal: Journal) -> Iterator[Connection]:
    journal.write("opened")
    yield Connection(journal)
    journal.write("finished")


def yields_nothing() -> Iterator[Leaf]:
    return
    yield


def yields_twice() -> Iterator[Leaf]:
    yield Leaf()
    yield Leaf()


def test_a_generator_that_raises_before_its_yield_is_a_failed_factory() -> None:
    """FAC-09, FAC-15: unchanged, and nothing is left to dispose of."""

    def refuses() -> Iterator[Leaf]:
        raise ConnectionError("refused")
        yield Leaf()

    provider = ServiceCollection().add_singleton(Leaf, factory=refuses).build_service_provider()

    with pytest.raises(ConnectionError, match="refused"):
        provider.get_service(Leaf)
    provider.close()
