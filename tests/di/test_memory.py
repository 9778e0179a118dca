"""Nothing is kept alive that is over."""

import gc
import weakref
from typing import Any

import pytest

from corner_host.di import ServiceCollection, ServiceLifetime, create_instance
from tests.di.toys import Branch, Leaf, add


class Big:
    """Can be watched."""


class ClosableBig(Big):
    def close(self) -> None:
        """Be captured."""


@pytest.mark.parametrize("kind", [Big, ClosableBig])
@pytest.mark.parametrize("lifetime", [ServiceLifetime.SCOPED, ServiceLifetime.TRANSIENT])
@pytest.mark.parametrize("closed", [True, False])
def test_a_scope_that_is_over_keeps_nothing_alive(kind: type, lifetime: ServiceLifetime, closed: bool) -> None:
    """DIS-01, DIS-16: its objects go, and the scope itself; also one that was never closed."""
    services = ServiceCollection()
    add(services, lifetime, kind)
    provider = services.build_service_provider()
    watched: list[weakref.ref[Any]] = []

    for _ in range(3):
        scope = provider.create_scope()
        watched += [weakref.ref(scope.service_provider.get_service(kind)), weakref.ref(scope.service_provider)]
        if closed:
            scope.close()
    del scope
    gc.collect()

    assert [ref() for ref in watched] == [None] * 6


def test_transients_that_cannot_be_closed_are_not_held_by_the_root() -> None:
    """DIS-25: only what must be closed is kept."""
    provider = ServiceCollection().add_transient(Big).add_transient(ClosableBig).build_service_provider()

    loose, held = (
        weakref.ref(provider.get_required_service(Big)),
        weakref.ref(provider.get_required_service(ClosableBig)),
    )
    gc.collect()

    assert loose() is None
    assert held() is not None


def test_a_closed_provider_lets_go_of_its_singletons() -> None:
    """DIS-02: also when somebody keeps the provider."""
    provider = ServiceCollection().add_singleton(ClosableBig).add_singleton(Big).build_service_provider()
    refs: list[weakref.ref[Any]] = [weakref.ref(provider.get_required_service(kind)) for kind in (Big, ClosableBig)]

    provider.close()
    gc.collect()

    assert [ref() for ref in refs] == [None, None]


def test_a_provider_that_nobody_keeps_is_collected() -> None:
    """DIS-04: there is no global registry."""
    provider = ServiceCollection().add_singleton(Big).add_transient(Branch).add_transient(Leaf).build_service_provider()
    provider.get_service(Branch)
    refs: list[weakref.ref[Any]] = [weakref.ref(provider), weakref.ref(provider.get_required_service(Big))]

    del provider
    gc.collect()

    assert [ref() for ref in refs] == [None, None]


def test_classes_that_are_made_on_the_fly_are_collected() -> None:
    """DIS-27: what is remembered about types does not keep them."""

    def use_once() -> weakref.ref[type]:
        class Local:
            def __init__(self, leaf: Leaf) -> None:
                pass

            def close(self) -> None:
                """Be captured."""

        with ServiceCollection().add_singleton(Leaf).add_singleton(Local).build_service_provider() as provider:
            provider.get_service(Local)
            create_instance(provider, Local)
        return weakref.ref(Local)

    refs = [use_once() for _ in range(3)]
    gc.collect()

    assert [ref() for ref in refs] == [None] * 3
