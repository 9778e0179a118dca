"""Singleton, scoped, transient: who shares which object."""

from collections.abc import Callable
from typing import Any

import pytest

from corner_host.di import ServiceCollection, ServiceLifetime, ServiceProvider
from tests.di.toys import LIFETIMES, Branch, Journal, Leaf, MemoryStore, Store, Tree, add, journalled

SHARED = [ServiceLifetime.SINGLETON, ServiceLifetime.SCOPED]


def test_a_transient_is_another_object_each_time() -> None:
    """LIF-01, LIF-02: at the root and in a scope."""
    provider = ServiceCollection().add_transient(Leaf).build_service_provider()
    inside = provider.create_scope().service_provider

    leaves = [
        provider.get_service(Leaf),
        provider.get_service(Leaf),
        inside.get_service(Leaf),
        inside.get_service(Leaf),
    ]

    assert len({id(leaf) for leaf in leaves}) == 4


def test_a_singleton_is_one_object_everywhere() -> None:
    """LIF-03, LIF-04: twice at the root, and in one scope after another."""
    provider = ServiceCollection().add_singleton(Leaf).build_service_provider()

    with provider.create_scope() as first:
        in_first = first.service_provider.get_service(Leaf)
    with provider.create_scope() as second:
        in_second = second.service_provider.get_service(Leaf)

    assert in_first is in_second is provider.get_service(Leaf) is provider.get_service(Leaf) is not None


def test_a_scoped_object_is_shared_in_its_scope_only() -> None:
    """LIF-05: one object per scope."""
    provider = ServiceCollection().add_scoped(Leaf).build_service_provider()
    inside = provider.create_scope().service_provider

    assert inside.get_service(Leaf) is inside.get_service(Leaf)
    assert inside.get_service(Leaf) is not provider.get_service(Leaf)


def test_at_the_root_a_scoped_service_acts_as_a_singleton_of_the_root() -> None:
    """LIF-06: without scope validation it is simply the root's."""
    provider = ServiceCollection().add_scoped(Leaf).build_service_provider()

    assert provider.get_service(Leaf) is provider.get_service(Leaf)


def test_two_parameters_of_a_transient_type_get_two_objects() -> None:
    """LIF-07: each parameter is a request of its own."""

    class Two:
        def __init__(self, left: Leaf, right: Leaf) -> None:
            self.left, self.right = left, right

    two = ServiceCollection().add_transient(Leaf).add_transient(Two).build_service_provider().get_required_service(Two)

    assert two.left is not two.right


def test_consumers_in_one_scope_share_their_scoped_dependency() -> None:
    """LIF-08: the branch and the tree hold the same leaf."""
    services = ServiceCollection().add_scoped(Leaf).add_transient(Branch).add_transient(Tree)
    inside = services.build_service_provider().create_scope().service_provider

    tree = inside.get_required_service(Tree)

    assert tree.leaf is tree.branch.leaf is inside.get_service(Leaf)


@pytest.mark.parametrize("validate", [False, True])
def test_a_singleton_may_need_a_transient(validate: bool) -> None:
    """LIF-09, VS-14: the transient simply lives as long."""
    services = ServiceCollection().add_transient(Leaf).add_singleton(Branch)
    provider = services.build_service_provider(validate_scopes=validate, validate_on_build=validate)

    assert provider.get_required_service(Branch).leaf is provider.get_required_service(Branch).leaf


class KeepsItsProvider:
    def __init__(self, leaf: Leaf, provider: ServiceProvider) -> None:
        self.leaf, self.provider = leaf, provider


def test_a_singleton_is_built_against_the_root_wherever_it_is_asked_for() -> None:
    """LIF-10, LIF-11, SCO-06: it never holds one user's scoped object, and its provider survives the scope."""
    provider = ServiceCollection().add_scoped(Leaf).add_singleton(KeepsItsProvider).build_service_provider()

    with provider.create_scope() as scope:
        inside = scope.service_provider
        of_the_scope = inside.get_service(Leaf)
        singleton = inside.get_required_service(KeepsItsProvider)

    assert singleton.leaf is not of_the_scope
    assert singleton.leaf is provider.get_service(Leaf) is singleton.provider.get_service(Leaf)


def test_nothing_is_made_before_it_is_asked_for() -> None:
    """LIF-12, DIS-04: building makes nothing, so closing closes nothing."""
    services, journal = journalled()
    services.add_singleton(Leaf, factory=lambda: journal.write("factory"))

    class Loud:
        def __init__(self, journal: Journal) -> None:
            journal.write("constructor")

        def close(self) -> None:
            journal.write("closed")

    services.add_singleton(Loud).build_service_provider().close()

    assert journal.lines == []


def test_one_class_under_two_services_is_two_objects() -> None:
    """LIF-13: a registration, not a class, owns the object."""
    services = ServiceCollection().add_singleton(Store, MemoryStore).add_singleton(MemoryStore)
    provider = services.build_service_provider()

    assert provider.get_service(Store) is not provider.get_service(MemoryStore)


@pytest.mark.parametrize("lifetime", SHARED)
def test_the_same_registration_thrice_is_three_objects(lifetime: ServiceLifetime) -> None:
    """LIF-14: the single answer is the last of them."""
    services = ServiceCollection()
    for _ in range(3):
        add(services, lifetime, Leaf)
    inside = services.build_service_provider().create_scope().service_provider

    leaves = inside.get_services(Leaf)

    assert len({id(leaf) for leaf in leaves}) == 3
    assert inside.get_service(Leaf) is leaves[-1]


@pytest.mark.parametrize("lifetime", LIFETIMES)
def test_a_failed_constructor_is_tried_again(lifetime: ServiceLifetime) -> None:
    """LIF-15, FAC-09: failures are not remembered."""
    attempts: list[int] = []

    class Flaky:
        def __init__(self) -> None:
            attempts.append(len(attempts))
            if len(attempts) < 3:
                raise ConnectionError("not yet")

    services = ServiceCollection()
    add(services, lifetime, Flaky)
    provider = services.build_service_provider()

    for _ in range(2):
        with pytest.raises(ConnectionError, match="not yet"):
            provider.get_service(Flaky)
    assert isinstance(provider.get_service(Flaky), Flaky)
    assert attempts == [0, 1, 2]


def ask_one(provider: ServiceProvider) -> Any:
    return provider.get_service(Store)


def ask_all(provider: ServiceProvider) -> Any:
    return provider.get_services(Store)[-1]


@pytest.mark.parametrize("lifetime", SHARED)
@pytest.mark.parametrize(("first", "then"), [(ask_one, ask_all), (ask_all, ask_one)])
def test_single_and_sequence_share_the_object_in_either_order(
    lifetime: ServiceLifetime, first: Callable[[ServiceProvider], Any], then: Callable[[ServiceProvider], Any]
) -> None:
    """LIF-16: both ways lead to the same slot."""
    services = ServiceCollection()
    add(services, lifetime, Store, MemoryStore)
    add(services, lifetime, Store, MemoryStore)
    inside = services.build_service_provider().create_scope().service_provider

    assert first(inside) is then(inside)


class Falsy:
    def __bool__(self) -> bool:
        return False


@pytest.mark.parametrize("lifetime", SHARED)
@pytest.mark.parametrize("product", [None, 0, [], "", Falsy()])
def test_a_falsy_product_is_made_once(lifetime: ServiceLifetime, product: object) -> None:
    """LIF-17, FAC-04, INS-06: what counts is that it was made, not whether it is true."""
    calls: list[str] = []

    def make() -> object:
        calls.append("made")
        return product

    services = ServiceCollection()
    add(services, lifetime, object, factory=make)
    inside = services.build_service_provider().create_scope().service_provider

    assert inside.get_service(object) is product
    assert inside.get_service(object) is product
    assert inside.get_services(object)[0] is product
    assert calls == ["made"]


class NeverEqual:
    """Neither comparable nor hashable nor true."""

    def __eq__(self, other: object) -> bool:
        raise AssertionError("compared")

    def __hash__(self) -> int:
        raise AssertionError("hashed")

    def __bool__(self) -> bool:
        raise AssertionError("asked for truth")

    def __len__(self) -> int:
        raise AssertionError("measured")

    def close(self) -> None:
        """Be captured."""


@pytest.mark.parametrize("lifetime", LIFETIMES)
def test_a_service_is_never_compared_hashed_or_asked_for_truth(lifetime: ServiceLifetime) -> None:
    """LIF-17, DIS-21: objects are told apart by identity alone."""
    services = ServiceCollection()
    add(services, lifetime, NeverEqual)
    add(services, lifetime, NeverEqual)
    provider = services.build_service_provider()

    with provider, provider.create_scope() as scope:
        assert len(scope.service_provider.get_services(NeverEqual)) == 2
        assert scope.service_provider.get_service(NeverEqual) is not None
        assert provider.get_required_service(NeverEqual) is not None
