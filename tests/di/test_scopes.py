"""Scopes: flat, independent, and themselves providers."""

import contextvars

import pytest

from corner_host.di import (
    ServiceCollection,
    ServiceProvider,
    ServiceProviderDisposedError,
    ServiceScope,
    ServiceScopeFactory,
)
from tests.di.toys import Closable, Leaf, journalled, provider_with


class KeepsItsProvider:
    def __init__(self, provider: ServiceProvider) -> None:
        self.provider = provider


def test_nested_scopes_have_their_own_objects() -> None:
    """SCO-01: a scope made from a scope is another scope."""
    provider = ServiceCollection().add_scoped(Leaf).build_service_provider()
    outer = provider.create_scope().service_provider
    inner = outer.create_scope().service_provider

    assert len({id(scope.get_service(Leaf)) for scope in (provider, outer, inner)}) == 3


def test_an_inner_scope_outlives_the_outer() -> None:
    """SCO-02: scopes are flat, not nested."""
    services, journal = journalled()
    outer = services.add_scoped(Closable).build_service_provider().create_scope()
    inner = outer.service_provider.create_scope()

    outer.close()
    made = inner.service_provider.get_service(Closable)

    assert journal.lines == []
    assert inner.service_provider.get_service(Closable) is made is not None


def test_ending_the_inner_scope_leaves_the_outer_alone() -> None:
    """SCO-03: only its own objects are closed."""
    services, journal = journalled()

    with services.add_scoped(Closable).build_service_provider().create_scope() as outer:
        kept = outer.service_provider.get_service(Closable)
        with outer.service_provider.create_scope() as inner:
            inner.service_provider.get_service(Closable)

        assert journal.lines == ["Closable closed"]
        assert outer.service_provider.get_service(Closable) is kept


def test_a_kept_factory_makes_scope_after_scope() -> None:
    """SCO-04: three times, three working scopes."""
    services, journal = journalled()
    factory = services.add_scoped(Closable).build_service_provider().get_required_service(ServiceScopeFactory)

    for round_number in (1, 2, 3):
        with factory.create_scope() as scope:
            assert scope.service_provider.get_service(Closable)
        assert journal.lines == ["Closable closed"] * round_number


@pytest.mark.parametrize("add", ["add_scoped", "add_transient"])
def test_a_provider_taken_inside_a_scope_is_that_scope(add: str) -> None:
    """SCO-05, SCO-08, SELF-02: what it resolves belongs to its own scope."""
    services = ServiceCollection().add_scoped(Leaf)
    provider = getattr(services, add)(KeepsItsProvider).build_service_provider()

    for _ in range(2):
        inside = provider.create_scope().service_provider
        kept = inside.get_required_service(KeepsItsProvider).provider

        assert kept is inside.get_service(ServiceProvider)
        assert kept.get_service(Leaf) is inside.get_service(Leaf)


def test_a_provider_taken_by_a_singleton_is_the_root() -> None:
    """SCO-06, VS-13, behaviour 6: not either of the scopes it was asked for in."""
    services = ServiceCollection().add_scoped(Leaf).add_singleton(KeepsItsProvider)
    provider = services.build_service_provider()

    kept = provider.create_scope().service_provider.get_required_service(KeepsItsProvider).provider

    assert kept.get_service(Leaf) is provider.get_service(Leaf)
    assert kept is provider.get_service(ServiceProvider)


def test_the_scope_factory_is_one_object_everywhere() -> None:
    """SCO-07, SELF-03: at the root, in scopes, and injected."""
    provider = provider_with()
    inside = provider.create_scope().service_provider

    assert inside.get_service(ServiceScopeFactory) is provider.get_service(ServiceScopeFactory) is not None


def test_a_scope_has_the_same_provider_all_along() -> None:
    """SCO-08, SELF-02: it is a provider, and the one found by asking for it."""
    scope = provider_with().create_scope()

    assert isinstance(scope, ServiceScope)
    assert isinstance(scope.service_provider, ServiceProvider)
    assert scope.service_provider is scope.service_provider.get_service(ServiceProvider)


async def test_one_scope_class_works_both_ways() -> None:
    """SCO-09, SCO-14: with `with` and with `async with`, from the provider and from the factory."""
    services, journal = journalled()
    provider = services.add_scoped(Closable).build_service_provider()

    with provider.create_scope() as scope:
        scope.service_provider.get_service(Closable)
    async with provider.get_required_service(ServiceScopeFactory).create_scope() as scope:
        await scope.service_provider.get_service_async(Closable)

    assert journal.lines == ["Closable closed"] * 2


def test_a_disposed_root_makes_no_scopes() -> None:
    """SCO-12: neither the provider nor its factory."""
    provider = provider_with()
    factory = provider.get_required_service(ServiceScopeFactory)
    provider.close()

    for maker in (provider, factory):
        with pytest.raises(ServiceProviderDisposedError):
            maker.create_scope()


def test_a_disposed_scope_makes_no_scopes_but_a_kept_factory_does() -> None:
    """SCO-13: the factory belongs to the root."""
    scope = provider_with(Leaf).create_scope()
    inside = scope.service_provider
    factory = inside.get_required_service(ServiceScopeFactory)
    scope.close()

    with pytest.raises(ServiceProviderDisposedError):
        inside.create_scope()

    assert factory.create_scope().service_provider.get_service(Leaf)


def test_nothing_is_ambient() -> None:
    """SCO-14: two scopes may be open at once, and no context variable is left behind by them."""
    provider = ServiceCollection().add_scoped(Leaf).build_service_provider()
    before = dict(contextvars.copy_context())

    with provider.create_scope() as first, provider.create_scope() as second:
        left, right = first.service_provider, second.service_provider
        assert left.get_service(Leaf) is not right.get_service(Leaf)
        assert left.get_service(Leaf) is left.get_service(Leaf)
        assert dict(contextvars.copy_context()) == before


def test_a_scope_can_be_closed_by_hand() -> None:
    """SCO-10, DIS-12: close() is what `with` does."""
    services, journal = journalled()
    scope = services.add_scoped(Closable).build_service_provider().create_scope()
    scope.service_provider.get_service(Closable)

    scope.close()
    scope.close()

    assert journal.lines == ["Closable closed"]
