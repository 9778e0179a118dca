"""What counts as closable: decided by the type, never by chance."""

from typing import Any
from unittest.mock import MagicMock

import pytest

from corner_host.di import (
    AsyncDisposable,
    Disposable,
    ServiceCollection,
)
from tests.di.toys import LIFETIMES, Journal, Leaf, add, journalled


class ByAbc(Disposable):
    def __init__(self, journal: Journal) -> None:
        self.journal = journal

    def close(self) -> None:
        self.journal.write("closed by its class")


class OnInstance:
    def __init__(self, journal: Journal) -> None:
        self.close = lambda: journal.write("closed by attribute")


class NotCallable:
    close = "at six"

    def __init__(self, journal: Journal) -> None:
        pass


class ContextManager:
    def __init__(self, journal: Journal) -> None:
        self.journal = journal

    def __enter__(self) -> None:
        self.journal.write("entered")

    def __exit__(self, *error: object) -> None:
        self.journal.write("left")


class Cursed:
    """Its attributes are made up on the fly."""

    def __init__(self, journal: Journal) -> None:
        pass

    def __getattr__(self, name: str) -> object:
        return lambda: pytest.fail("closed by accident")


@pytest.mark.parametrize(
    ("kind", "lines"),
    [(ByAbc, ["closed by its class"]), (OnInstance, []), (NotCallable, []), (ContextManager, []), (Cursed, [])],
)
def test_what_can_be_closed_is_decided_by_the_type(kind: type, lines: list[str]) -> None:
    """DIS-27, D3: a callable close on the type; never an attribute of the object, never __exit__."""
    services, journal = journalled()

    with services.add_singleton(kind).build_service_provider() as provider:
        provider.get_service(kind)

    assert journal.lines == lines


@pytest.mark.parametrize("lifetime", LIFETIMES)
def test_a_mock_is_not_closed_by_accident(lifetime: object) -> None:
    """DIS-28: it answers to every name, but its type does not."""
    mock = MagicMock()
    services = ServiceCollection()
    add(services, lifetime, Leaf, factory=lambda: mock)  # type: ignore[arg-type]

    with services.build_service_provider() as provider:
        provider.get_service(Leaf)

    mock.close.assert_not_called()
    mock.aclose.assert_not_called()
    mock.__exit__.assert_not_called()


def test_the_contracts_of_disposal_are_abstract() -> None:
    """DIS-27, D3: the two ABCs ask for one method each."""
    contracts: list[Any] = [Disposable, AsyncDisposable]
    for contract in contracts:
        with pytest.raises(TypeError, match="abstract"):
            contract()
