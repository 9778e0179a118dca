"""Asking for one service: who answers, and what None means."""

from typing import Any

import pytest

from corner_host.di import ServiceCollection, ServiceNotRegisteredError, UnresolvableDependencyError
from tests.di.toys import (
    Branch,
    DiskStore,
    Leaf,
    MemoryStore,
    Repository,
    Store,
    Tree,
    User,
    UserRepository,
    provider_with,
)


def test_an_unregistered_service_is_none() -> None:
    """RES-01: the lenient call answers None, without an error."""
    assert provider_with().get_service(Leaf) is None


def test_a_required_service_that_is_missing_is_an_error_with_its_name() -> None:
    """RES-02: the error names the type in full."""
    with pytest.raises(ServiceNotRegisteredError, match=r"tests\.di\.toys\.Leaf") as caught:
        provider_with().get_required_service(Leaf)

    assert caught.value.service_type is Leaf


async def test_the_asynchronous_calls_answer_alike() -> None:
    """RES-01, RES-02, D8: the doors differ in nothing else."""
    provider = provider_with(Leaf, Branch)

    assert await provider.get_service_async(Store) is None
    assert await provider.get_service_async(Leaf) is provider.get_service(Leaf)
    assert await provider.get_required_service_async(Branch) is provider.get_service(Branch)
    with pytest.raises(ServiceNotRegisteredError):
        await provider.get_required_service_async(Store)


def test_the_last_registration_answers() -> None:
    """RES-03, INS-04: whatever the lifetimes and however they were registered."""
    ready = DiskStore()
    services = ServiceCollection().add_singleton(Store, MemoryStore).add_transient(Store, DiskStore)
    services.add_singleton(Store, instance=ready)

    assert services.build_service_provider().get_service(Store) is ready

    services.add_scoped(Store, MemoryStore)

    assert isinstance(services.build_service_provider().get_service(Store), MemoryStore)


def test_a_broken_service_raises_although_the_call_is_lenient() -> None:
    """RES-13, behaviour 7: None is only for a type without a registration."""
    provider = provider_with(Branch)

    with pytest.raises(UnresolvableDependencyError, match="leaf"):
        provider.get_service(Branch)


def test_a_graph_of_services_arrives_by_constructor() -> None:
    """RES-17: instances, transients and sequences are mixed freely."""

    class Outer:
        def __init__(self, tree: Tree, stores: list[Store], leaf: Leaf) -> None:
            self.tree, self.stores, self.leaf = tree, stores, leaf

    ready, leaf = MemoryStore(), Leaf()
    services = ServiceCollection().add_transient(Outer).add_transient(Tree).add_transient(Branch)
    services.add_singleton(Leaf, instance=leaf).add_singleton(Store, instance=ready).add_transient(Store, DiskStore)

    outer = services.build_service_provider().get_required_service(Outer)

    assert outer.leaf is outer.tree.leaf is outer.tree.branch.leaf is leaf
    assert outer.stores[0] is ready
    assert isinstance(outer.stores[1], DiskStore)


@pytest.mark.parametrize("again", [1, 3])
def test_what_a_constructor_raises_reaches_the_caller_unchanged(again: int) -> None:
    """RES-18: the very object, without a cause, however deep it was raised and however often."""
    error = ZeroDivisionError("mine")

    class Explodes:
        def __init__(self) -> None:
            raise error

    class Outer:
        def __init__(self, inner: Explodes) -> None:
            raise AssertionError("not reached")

    provider = ServiceCollection().add_transient(Explodes).add_transient(Outer).build_service_provider()

    for _ in range(again):
        with pytest.raises(ZeroDivisionError) as caught:
            provider.get_service(Outer)
        assert caught.value is error
        assert caught.value.__cause__ is None
        assert caught.value.__context__ is None


def test_a_wide_tree_of_scoped_sequences_resolves() -> None:
    """RES-19: twenty wide, in four layers of sequences."""
    previous: type = Leaf
    services = ServiceCollection()
    for _ in range(20):
        services.add_scoped(Leaf)
    for layer in range(4):

        def __init__(self: object, *, below: list[previous]) -> None:  # type: ignore[valid-type]
            self.below = below  # type: ignore[attr-defined]

        kind = type(f"Layer{layer}", (), {"__init__": __init__})
        for _ in range(20):
            services.add_scoped(kind)
        previous = kind
    inside = services.build_service_provider().create_scope().service_provider

    top: Any = inside.get_services(previous)

    assert len(top) == len(top[0].below) == 20
    assert top[0].below[3] is top[19].below[3]


def test_closed_generics_are_services_of_their_own() -> None:
    """RES-20: the arguments are part of the key."""
    users, numbers = UserRepository(), Repository[int]()
    services = ServiceCollection().add_singleton(Repository[User], instance=users)
    services.add_singleton(Repository[int], instance=numbers)
    provider = services.build_service_provider()

    assert provider.get_service(Repository[User]) is users
    assert provider.get_service(Repository[int]) is numbers
    assert provider.get_service(Repository[str]) is None
