"""Generator factories: what follows the yield is the disposal."""

from collections.abc import Iterator

import pytest

from corner_host.di import (
    ServiceCollection,
    ServiceLifetime,
    UnresolvableDependencyError,
)
from tests.di.toys import (
    LIFETIMES,
    Closable,
    Journal,
    Leaf,
    add,
    journalled,
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


@pytest.mark.parametrize("lifetime", LIFETIMES)
def test_what_follows_the_yield_is_the_disposal(lifetime: ServiceLifetime) -> None:
    """FAC-15, D3: the generator alone disposes of what it yielded."""
    services, journal = journalled()
    add(services, lifetime, Connection, factory=connect)

    with services.build_service_provider() as provider, provider.create_scope() as scope:
        assert isinstance(scope.service_provider.get_service(Connection), Connection)
        assert journal.lines == ["opened"]

    assert journal.lines == ["opened", "finished"]


def test_a_generator_is_disposed_at_its_place_in_the_order() -> None:
    """FAC-15, DIS-03: between what it needs and what needs it."""
    services, journal = journalled()

    class Below(Closable):
        pass

    class Above(Closable):
        def __init__(self, journal: Journal, connection: Connection) -> None:
            super().__init__(journal)

    def connect_upon(below: Below, journal: Journal) -> Iterator[Connection]:
        yield Connection(journal)
        journal.write("finished")

    services.add_scoped(Below).add_scoped(Above).add_scoped(Connection, factory=connect_upon)
    with services.build_service_provider().create_scope() as scope:
        scope.service_provider.get_service(Above)

    assert journal.lines == ["Above closed", "finished", "Below closed"]


def yields_nothing() -> Iterator[Leaf]:
    return
    yield


def yields_twice() -> Iterator[Leaf]:
    yield Leaf()
    yield Leaf()


def test_a_generator_that_yields_nothing_is_an_error() -> None:
    """FAC-15: there is no service; the error names the service and the rule."""
    provider = ServiceCollection().add_singleton(Leaf, factory=yields_nothing).build_service_provider()

    with pytest.raises(UnresolvableDependencyError, match=r"(?s)Leaf.*yield"):
        provider.get_service(Leaf)


def test_a_generator_that_yields_twice_is_an_error_when_closed() -> None:
    """FAC-15: the second yield is found where the disposal should have ended."""
    provider = ServiceCollection().add_singleton(Leaf, factory=yields_twice).build_service_provider()
    provider.get_service(Leaf)

    with pytest.raises(UnresolvableDependencyError, match=r"(?s)Leaf.*yield"):
        provider.close()


def test_a_generator_that_raises_before_its_yield_is_a_failed_factory() -> None:
    """FAC-09, FAC-15: unchanged, and nothing is left to dispose of."""

    def refuses(journal: Journal) -> Iterator[Leaf]:
        if not journal.lines:
            raise ConnectionError("refused")
        yield Leaf()

    services, _ = journalled()
    provider = services.add_singleton(Leaf, factory=refuses).build_service_provider()

    with pytest.raises(ConnectionError, match="refused"):
        provider.get_service(Leaf)
    provider.close()
