"""One small program for each error, and the error it ends with."""

from collections.abc import Callable
from typing import Any

import pytest

from corner_host.di import (
    CircularDependencyError,
    ServiceCollection,
)
from corner_host.primitives import CornerHostError
from tests.di.toys import (
    AsyncClosable,
    Branch,
    Journal,
    Leaf,
    Shop,
    Store,
    provider_with,
)


class Page:
    def __init__(self, shop: Shop) -> None:
        raise AssertionError("not reached")


class Chicken:
    def __init__(self, egg: "Egg") -> None:
        raise AssertionError("not reached")


class Egg:
    def __init__(self, chicken: Chicken) -> None:
        raise AssertionError("not reached")


async def make_leaf() -> Leaf:
    raise AssertionError("not reached")


def missing() -> None:
    provider_with(Shop, Page).get_service(Page)


def absent() -> None:
    provider_with(Leaf).get_required_service(Store, key="k")


def circle() -> None:
    provider_with(Chicken, Egg).get_service(Chicken)


def captive() -> None:
    ServiceCollection().add_scoped(Leaf).add_singleton(Branch).build_service_provider(validate_scopes=True).get_service(
        Branch
    )


def closed() -> None:
    provider = provider_with(Leaf)
    provider.close()
    provider.get_service(Leaf)


def wrong() -> None:
    ServiceCollection().add_singleton(Store, Leaf)


def asynchronous() -> None:
    ServiceCollection().add_singleton(Leaf, factory=make_leaf).build_service_provider().get_service(Leaf)


def unclosable() -> None:
    provider = ServiceCollection().add_singleton(Journal).add_singleton(AsyncClosable).build_service_provider()
    provider.get_service(AsyncClosable)
    provider.close()


def frozen() -> None:
    services = ServiceCollection()
    services.make_read_only()
    services.add_singleton(Leaf)


def invalid() -> None:
    provider_with(Chicken, Egg, Branch, validate_on_build=True)


FAILURES = [missing, absent, circle, captive, closed, wrong, asynchronous, unclosable, frozen, invalid]


def caught_from(fail: Callable[[], None]) -> Any:
    with pytest.raises(CornerHostError) as caught:
        fail()
    return caught.value


def cycle(ask: Callable[[Any], object], kind: Any) -> CircularDependencyError:
    """Ask for *kind*, which must fail with a cycle; return the error."""
    with pytest.raises(CircularDependencyError) as caught:
        ask(kind)
    return caught.value
