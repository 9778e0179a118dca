"""Cycles: named with their path, found for every lifetime, and not where there are none."""

from collections.abc import Sequence
from typing import Annotated

import pytest

from corner_host.di import (
    FromKeyedServices,
    ServiceCollection,
    ServiceLifetime,
)
from corner_host.primitives import name_of
from tests.di.failures import cycle
from tests.di.toys import LIFETIMES, Branch, Leaf, Repository, Store, T, Tree, add

MADE: list[str] = []


class Narcissus:
    def __init__(self, himself: "Narcissus") -> None:
        MADE.append("Narcissus")


class A:
    def __init__(self, b: "B") -> None:
        MADE.append("A")


class B:
    def __init__(self, c: "C") -> None:
        MADE.append("B")


class C:
    def __init__(self, a: A) -> None:
        MADE.append("C")


class Chicken:
    def __init__(self, egg: "Egg") -> None:
        MADE.append("Chicken")


class Egg:
    def __init__(self, chicken: Chicken) -> None:
        MADE.append("Egg")


class Farm:
    def __init__(self, chicken: Chicken) -> None:
        MADE.append("Farm")


class SelfStore(Store):
    def __init__(self, store: Store) -> None:
        MADE.append("SelfStore")

    def load(self) -> str:
        return ""


CYCLES: list[tuple[list[type], type, tuple[type, ...]]] = [
    ([Narcissus], Narcissus, (Narcissus, Narcissus)),
    ([Chicken, Egg], Chicken, (Chicken, Egg, Chicken)),
    ([A, B, C], A, (A, B, C, A)),
    ([Chicken, Egg, Farm], Farm, (Farm, Chicken, Egg, Chicken)),
]


@pytest.mark.parametrize("lifetime", LIFETIMES)
@pytest.mark.parametrize(("kinds", "asked", "path"), CYCLES)
def test_a_cycle_is_named_with_its_path(
    kinds: list[type], asked: type, path: tuple[type, ...], lifetime: ServiceLifetime
) -> None:
    """CIR-01, CIR-02, CIR-03, CIR-04, CIR-10, CIR-11, CIR-12: the repeated service, the way to it, and nothing made."""
    services = ServiceCollection().add_singleton(Leaf)
    for kind in kinds:
        add(services, lifetime, kind)
    provider = services.build_service_provider()
    MADE.clear()

    error = cycle(provider.create_scope().service_provider.get_service, asked)

    assert error.path == path
    assert error.service_type is path[-1]
    assert "through a factory" not in str(error)
    assert " -> ".join(name_of(kind) for kind in path) in str(error)
    assert str(cycle(provider.create_scope().service_provider.get_service, asked)) == str(error)
    assert MADE == []
    assert provider.get_service(Leaf)


def test_a_cycle_may_mix_lifetimes() -> None:
    """CIR-10: singleton, scoped and transient in one loop."""
    services = ServiceCollection().add_singleton(A).add_scoped(B).add_transient(C)

    assert cycle(services.build_service_provider().get_service, A).path == (A, B, C, A)


def test_an_implementation_is_shown_with_its_service() -> None:
    """CIR-05: where the two differ."""
    provider = ServiceCollection().add_singleton(Store, SelfStore).build_service_provider()

    error = cycle(provider.get_service, Store)

    assert error.path == (Store, Store)
    assert f"{name_of(Store)}({name_of(SelfStore)}) -> {name_of(Store)}" in str(error)


def test_a_cycle_through_a_sequence_begins_there() -> None:
    """CIR-06: asked for as a sequence, or needed as one."""

    class NeedsAll:
        def __init__(self, everything: "Sequence[NeedsAll]") -> None:
            raise AssertionError("not reached")

    NeedsAll.__init__.__annotations__["everything"] = Sequence[NeedsAll]
    provider = ServiceCollection().add_singleton(Narcissus).add_singleton(NeedsAll).build_service_provider()

    path = cycle(provider.get_services, Narcissus).path
    assert path in {(asked, Narcissus, Narcissus) for asked in (Sequence[Narcissus], tuple[Narcissus, ...])}
    assert cycle(provider.get_service, NeedsAll).path[0] is NeedsAll


class Nested(Repository[T]):
    def __init__(self, inner: Repository[str]) -> None:
        raise AssertionError("not reached")


def test_closed_forms_are_told_apart() -> None:
    """CIR-07: a repository of int needs one of str, which needs itself."""
    provider = ServiceCollection().add_singleton(Repository, Nested).build_service_provider()

    assert cycle(provider.get_service, Repository[int]).path == (Repository[int], Repository[str], Repository[str])
    assert cycle(provider.get_service, Repository[str]).path == (Repository[str], Repository[str])


def test_a_diamond_is_no_cycle() -> None:
    """CIR-08: one type in several branches, also several times in one constructor."""
    services = ServiceCollection().add_transient(Leaf).add_transient(Branch).add_transient(Tree)

    assert services.build_service_provider(validate_on_build=True).get_service(Tree)


def test_an_instance_breaks_a_loop() -> None:
    """CIR-09: what is there already needs nothing."""
    hatched = Chicken(None)  # type: ignore[arg-type]
    services = ServiceCollection().add_singleton(Chicken).add_singleton(Egg).add_singleton(Chicken, instance=hatched)

    assert services.build_service_provider().get_service(Egg)


def test_the_same_type_under_two_keys_is_no_cycle() -> None:
    """CIR-13: type and key make the service."""

    class Decorator(Store):
        def __init__(self, inner: Annotated[Store | None, FromKeyedServices("inner")] = None) -> None:
            self.inner = inner

        def load(self) -> str:
            return ""

    services = (
        ServiceCollection().add_singleton(Store, Decorator, key="outer").add_singleton(Store, SelfStore, key="inner")
    )
    services.add_singleton(Store, instance=Decorator())

    store = services.build_service_provider().get_required_service(Store, key="outer")

    assert isinstance(store, Decorator)
    assert isinstance(store.inner, SelfStore)
