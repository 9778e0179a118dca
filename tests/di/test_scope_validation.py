"""Scope validation: a scoped service neither lives at the root nor in a singleton."""

from collections.abc import Callable, Sequence
from typing import Any

import pytest

from corner_host.di import (
    ScopeValidationError,
    ServiceCollection,
    ServiceLifetime,
    ServiceProvider,
    ServiceScopeFactory,
)
from tests.di.toys import DiskStore, Leaf, MemoryStore, Store, add


class Scoped:
    pass


class NeedsScoped:
    def __init__(self, scoped: Scoped) -> None:
        pass


class NeedsIndirectly:
    def __init__(self, inner: NeedsScoped) -> None:
        pass


class NeedsDeeply:
    def __init__(self, leaf: Leaf, inner: NeedsIndirectly) -> None:
        pass


def validated(services: ServiceCollection) -> ServiceProvider:
    return services.build_service_provider(validate_scopes=True)


def collection() -> ServiceCollection:
    return ServiceCollection().add_scoped(Scoped)


def violation(ask: Callable[[Any], object], kind: Any) -> ScopeValidationError:
    with pytest.raises(ScopeValidationError) as caught:
        ask(kind)
    return caught.value


def test_a_scoped_service_at_the_root_is_an_error() -> None:
    """VS-01: it names the service and says to create a scope."""
    error = violation(validated(collection()).get_service, Scoped)

    assert error.service_type is Scoped
    assert "Scoped" in str(error)
    assert "create_scope" in str(error)


def test_a_scoped_service_at_the_root_is_an_error_after_many_resolves_in_scopes() -> None:
    """VS-02: fast paths are checked as well; the text stays the same."""
    provider = validated(collection())
    first = violation(provider.get_service, Scoped)
    for _ in range(50):
        with provider.create_scope() as scope:
            scope.service_provider.get_service(Scoped)

    for ask in (provider.get_service, provider.get_required_service, provider.get_services):
        error = violation(ask, Scoped)
        assert error.service_type in {Scoped, Sequence[Scoped], tuple[Scoped, ...]}
    assert str(violation(provider.get_service, Scoped)) == str(first)


async def test_the_asynchronous_door_validates_alike() -> None:
    """VS-01, VS-04, D8: with and without asynchronous factories in the graph."""

    async def make() -> Scoped:
        raise AssertionError("not reached")

    services = ServiceCollection().add_scoped(Scoped, factory=make).add_singleton(NeedsScoped)
    provider = validated(services)

    with pytest.raises(ScopeValidationError):
        await provider.get_service_async(Scoped)
    with pytest.raises(ScopeValidationError):
        await provider.create_scope().service_provider.get_service_async(NeedsScoped)


@pytest.mark.parametrize("asked", [NeedsScoped, NeedsIndirectly, NeedsDeeply])
def test_a_transient_that_needs_a_scoped_service_is_an_error_at_the_root(asked: Any) -> None:
    """VS-03, VS-17: at any depth; both ends and the way between them are named."""
    services = collection().add_transient(NeedsScoped).add_transient(NeedsIndirectly)
    provider = validated(services.add_transient(NeedsDeeply).add_singleton(Leaf))

    error = violation(provider.get_service, asked)

    assert error.service_type is Scoped
    assert (error.path[0], error.path[-1]) == (asked, Scoped)
    assert asked.__name__ in str(error)
    assert "Scoped" in str(error)
    assert provider.create_scope().service_provider.get_service(asked)


@pytest.mark.parametrize("in_scope", [False, True])
def test_a_singleton_that_needs_a_scoped_service_is_an_error_anywhere(in_scope: bool) -> None:
    """VS-04, VS-17: it names both."""
    provider = validated(collection().add_singleton(NeedsScoped))
    asked = provider.create_scope().service_provider if in_scope else provider

    error = violation(asked.get_service, NeedsScoped)

    assert error.service_type is Scoped
    assert error.implementation is NeedsScoped
    assert error.path == (NeedsScoped, Scoped)


class NeedsByKeyword:
    def __init__(self, *, scoped: Scoped) -> None:
        pass


@pytest.mark.parametrize("lifetime", [ServiceLifetime.SINGLETON, ServiceLifetime.TRANSIENT])
def test_every_kind_of_parameter_is_looked_at(lifetime: ServiceLifetime) -> None:
    """VS-03, VS-04, CTR-35: keyword-only ones as well."""
    services = collection()
    add(services, lifetime, NeedsByKeyword)

    error = violation(validated(services).get_service, NeedsByKeyword)

    assert error.path == (NeedsByKeyword, Scoped)


def test_a_singleton_that_needs_a_scoped_service_through_a_transient_is_the_culprit() -> None:
    """VS-05, VS-17: the singleton is named, not the transient between, which the path shows."""
    provider = validated(collection().add_transient(NeedsScoped).add_singleton(NeedsIndirectly))
    violation(provider.get_service, NeedsScoped)

    error = violation(provider.get_service, NeedsIndirectly)

    assert (error.service_type, error.implementation) == (Scoped, NeedsIndirectly)
    assert error.path == (NeedsIndirectly, NeedsScoped, Scoped)


def test_of_two_singletons_the_inner_is_the_culprit() -> None:
    """VS-06: the one that keeps the scoped object."""
    provider = validated(collection().add_singleton(NeedsScoped).add_singleton(NeedsIndirectly))

    error = violation(provider.get_service, NeedsIndirectly)

    assert (error.service_type, error.implementation) == (Scoped, NeedsScoped)
    assert error.path == (NeedsIndirectly, NeedsScoped, Scoped)


def test_a_scoped_service_above_the_singleton_makes_no_difference() -> None:
    """VS-07: also inside a scope."""
    provider = validated(collection().add_singleton(NeedsScoped).add_scoped(NeedsIndirectly))

    error = violation(provider.create_scope().service_provider.get_service, NeedsIndirectly)

    assert (error.service_type, error.implementation) == (Scoped, NeedsScoped)


@pytest.mark.parametrize("scoped_last", [False, True])
def test_a_sequence_with_a_scoped_item_is_an_error_at_the_root(scoped_last: bool) -> None:
    """VS-08: whatever the last registration is."""
    services = ServiceCollection()
    services.add_scoped(Store, MemoryStore).add_singleton(Store, DiskStore).add_transient(Store, DiskStore)
    if scoped_last:
        services.reverse()
    provider = validated(services)

    error = violation(provider.get_services, Store)

    assert "Store" in str(error)
    assert len(provider.create_scope().service_provider.get_services(Store)) == 3


def test_a_singleton_that_needs_a_sequence_with_a_scoped_item_is_an_error() -> None:
    """VS-04, VS-08: through the sequence."""

    class NeedsAll:
        def __init__(self, stores: Sequence[Store]) -> None:
            pass

    provider = validated(ServiceCollection().add_scoped(Store, MemoryStore).add_singleton(NeedsAll))

    violation(provider.create_scope().service_provider.get_service, NeedsAll)


def test_a_singleton_factory_that_asks_for_a_scoped_service_fails_when_it_runs() -> None:
    """VS-09: its provider is the root."""
    services = collection().add_singleton(NeedsScoped, factory=lambda p: NeedsScoped(p.get_required_service(Scoped)))
    inside = validated(services).create_scope().service_provider

    violation(inside.get_service, NeedsScoped)


@pytest.mark.parametrize("on_build", [False, True])
def test_a_scoped_registration_that_does_not_answer_is_no_error(on_build: bool) -> None:
    """VS-10, VS-11: an earlier one of the same service, or one under another service."""
    services = ServiceCollection().add_scoped(Store, DiskStore).add_transient(Store, MemoryStore)
    services.add_singleton(MemoryStore).add_scoped(Leaf)
    provider = services.build_service_provider(validate_scopes=True, validate_on_build=on_build)

    assert isinstance(provider.get_service(Store), MemoryStore)
    assert provider.get_service(MemoryStore) is not None


def test_a_singleton_may_take_the_means_to_make_scopes() -> None:
    """VS-12, VS-13: the factory and the provider."""

    class MakesScopes:
        def __init__(self, factory: ServiceScopeFactory, provider: ServiceProvider) -> None:
            self.factory = factory

    provider = validated(collection().add_singleton(MakesScopes))

    with provider.get_required_service(MakesScopes).factory.create_scope() as scope:
        assert scope.service_provider.get_service(Scoped)


def test_within_a_scope_everything_else_is_allowed() -> None:
    """VS-14: transients in singletons, scoped services in scopes."""
    services = collection().add_scoped(NeedsScoped).add_transient(NeedsIndirectly)
    inside = validated(services).create_scope().service_provider

    assert inside.get_service(NeedsIndirectly)


def test_the_check_runs_before_the_first_constructor() -> None:
    """VS-15: no half-built objects."""
    made: list[str] = []

    class Loud:
        def __init__(self) -> None:
            made.append("made")

    class Consumer:
        def __init__(self, loud: Loud, inner: NeedsScoped) -> None:
            pass

    provider = validated(collection().add_transient(Loud).add_transient(Consumer).add_transient(NeedsScoped))

    violation(provider.get_service, Consumer)

    assert made == []


def test_keyed_services_follow_the_same_rules() -> None:
    """VS-16: the error has the key."""
    provider = validated(ServiceCollection().add_scoped(Leaf, key="k"))

    with pytest.raises(ScopeValidationError, match="'k'") as caught:
        provider.get_service(Leaf, key="k")

    assert caught.value.key == "k"


def test_without_validation_none_of_this_raises() -> None:
    """VS-01, VS-04, LIF-06: it is off unless asked for."""
    services = collection().add_singleton(NeedsScoped).add_transient(NeedsIndirectly)
    provider = services.build_service_provider()

    assert all(provider.get_service(kind) for kind in (Scoped, NeedsScoped, NeedsIndirectly))
