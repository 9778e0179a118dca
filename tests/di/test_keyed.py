"""Keyed services: which query sees which registration."""

from typing import Any

import pytest

from corner_host.di import (
    ANY_KEY,
    ServiceCollection,
    ServiceLifetime,
    ServiceNotRegisteredError,
    ServiceProvider,
    UnresolvableDependencyError,
)
from tests.di.toys import LIFETIMES, DiskStore, Leaf, MemoryStore, Repository, SqlRepository, Store, User, add

# What each query sees of each registration: one and all, for (key of the registration) x (key of the query).
ONE_SEES: dict[tuple[Any, Any], bool] = {
    (None, None): True,
    ("k", None): False,
    (ANY_KEY, None): False,
    (None, "k"): False,
    ("k", "k"): True,
    (ANY_KEY, "k"): True,
    ("other", "k"): False,
}
ALL_SEES: dict[tuple[Any, Any], bool] = {
    **ONE_SEES,
    (ANY_KEY, "k"): False,
    (None, ANY_KEY): False,
    ("k", ANY_KEY): True,
    (ANY_KEY, ANY_KEY): False,
}


@pytest.mark.parametrize(("registered", "asked"), ONE_SEES)
@pytest.mark.parametrize("lifetime", LIFETIMES)
def test_what_a_query_for_one_sees(registered: Any, asked: Any, lifetime: ServiceLifetime) -> None:
    """KEY-01, KEY-02, KEY-05, KEY-26: the keyed table, for one."""
    services = ServiceCollection()
    add(services, lifetime, Leaf, key=registered)
    provider = services.build_service_provider()

    assert (provider.get_service(Leaf, key=asked) is not None) == ONE_SEES[registered, asked]
    assert provider.is_service(Leaf, key=asked) == ONE_SEES[registered, asked]


@pytest.mark.parametrize(("registered", "asked"), ALL_SEES)
@pytest.mark.parametrize("lifetime", LIFETIMES)
def test_what_a_query_for_all_sees(registered: Any, asked: Any, lifetime: ServiceLifetime) -> None:
    """KEY-01, KEY-05, KEY-29, KEY-30: the keyed table, for all."""
    services = ServiceCollection()
    add(services, lifetime, Leaf, key=registered)
    provider = services.build_service_provider()

    assert len(provider.get_services(Leaf, key=asked)) == int(ALL_SEES[registered, asked])


def test_all_kinds_of_registration_together() -> None:
    """KEY-01, KEY-02, KEY-28, KEY-29, KEY-30: each query sees its own, whatever else there is."""
    leaves = {name: Leaf() for name in ("any", "k", "none", "other")}
    services = ServiceCollection().add_singleton(Leaf, instance=leaves["any"], key=ANY_KEY)
    services.add_singleton(Leaf, instance=leaves["k"], key="k").add_singleton(Leaf, instance=leaves["none"], key=None)
    services.add_singleton(Leaf, instance=leaves["other"], key="other")
    provider = services.build_service_provider()

    for _ in range(2):
        assert provider.get_service(Leaf) is leaves["none"]
        assert list(provider.get_services(Leaf)) == [leaves["none"]]
        assert provider.get_service(Leaf, key="k") is leaves["k"]
        assert list(provider.get_services(Leaf, key="k")) == [leaves["k"]]
        assert provider.get_service(Leaf, key="new") is leaves["any"]
        assert list(provider.get_services(Leaf, key="new")) == []
        assert list(provider.get_services(Leaf, key=ANY_KEY)) == [leaves["k"], leaves["other"]]


def test_several_under_one_key_behave_as_several_without() -> None:
    """KEY-03, KEY-04: the last answers, all come in order, other keys keep out."""
    services = (
        ServiceCollection().add_singleton(Store, MemoryStore, key="k").add_singleton(Store, DiskStore, key="other")
    )
    provider = services.add_singleton(Store, DiskStore, key="k").build_service_provider()

    assert isinstance(provider.get_service(Store, key="k"), DiskStore)
    assert [type(store) for store in provider.get_services(Store, key="k")] == [MemoryStore, DiskStore]


def test_keyed_generics_are_told_apart_by_argument_and_key() -> None:
    """KEY-04, GEN-15: both belong to the question."""
    services = ServiceCollection().add_singleton(Repository[User], instance=Repository(), key="k")
    services.add_singleton(Repository[int], instance=Repository(), key="k").add_singleton(
        Repository, SqlRepository, key="k"
    )
    provider = services.build_service_provider()

    assert len(provider.get_services(Repository[User], key="k")) == 2
    assert len(provider.get_services(Repository[int], key="k")) == 2
    assert len(provider.get_services(Repository[str], key="k")) == 1


def test_a_required_key_that_is_missing_is_explained() -> None:
    """KEY-06: the service, the key's type and repr, and the keys that are there."""
    provider = ServiceCollection().add_singleton(Leaf, key="fast").add_singleton(Leaf, key=7).build_service_provider()

    with pytest.raises(ServiceNotRegisteredError) as caught:
        provider.get_required_service(Leaf, key="fats")

    assert (caught.value.service_type, caught.value.key) == (Leaf, "fats")
    assert all(word in str(caught.value) for word in ("tests.di.toys.Leaf", "'fats'", "'fast'", "7"))


def test_lifetimes_hold_per_key() -> None:
    """KEY-07, KEY-08, KEY-09: singletons per key, scoped ones per scope and key, transients each time."""
    services = ServiceCollection()
    for lifetime in LIFETIMES:
        for number in (1, 2):
            add(services, lifetime, Leaf, key=(lifetime, number))
    provider = services.build_service_provider()
    here, there = provider.create_scope().service_provider, provider.create_scope().service_provider

    def made(lifetime: ServiceLifetime) -> int:
        questions = [(scope, number) for scope in (here, here, there) for number in (1, 2)]
        leaves = [scope.get_service(Leaf, key=(lifetime, number)) for scope, number in questions]
        return len({id(leaf) for leaf in leaves})

    assert [made(ServiceLifetime[name]) for name in ("SINGLETON", "SCOPED", "TRANSIENT")] == [2, 4, 6]


def test_keyed_services_come_from_type_factory_and_instance() -> None:
    """KEY-10, INS-07: all three ways of registering."""
    ready = MemoryStore()
    services = ServiceCollection().add_singleton(Store, MemoryStore, key=1)
    services.add_singleton(Store, factory=DiskStore, key=2).add_singleton(Store, instance=ready, key=3)
    provider = services.build_service_provider()

    assert isinstance(provider.get_service(Store, key=1), MemoryStore)
    assert isinstance(provider.get_service(Store, key=2), DiskStore)
    assert provider.get_service(Store, key=3) is ready


async def test_every_door_takes_a_key() -> None:
    """KEY-01, KEY-25, D8: the asynchronous ones as well, asked again and again."""
    services = ServiceCollection().add_scoped(Store, MemoryStore).add_scoped(Store, DiskStore, key="k")
    inside = services.build_service_provider().create_scope().service_provider

    for _ in range(4):
        assert isinstance(await inside.get_service_async(Store), MemoryStore)
        assert await inside.get_service_async(Store, key="k") is inside.get_service(Store, key="k")
        assert isinstance(await inside.get_required_service_async(Store, key="k"), DiskStore)
        assert await inside.get_service_async(Store, key="other") is None


def test_an_injected_provider_answers_keyed_questions() -> None:
    """KEY-07, KEY-09, KEY-23: as any provider does."""

    class Asks:
        def __init__(self, provider: ServiceProvider) -> None:
            self.leaf = provider.get_service(Leaf, key="k")

    services = ServiceCollection().add_singleton(Leaf, key="k").add_transient(Asks)
    provider = services.build_service_provider()

    assert provider.get_required_service(Asks).leaf is provider.get_service(Leaf, key="k") is not None


def test_keyed_and_unkeyed_never_mix() -> None:
    """KEY-25: over many calls, singly and as sequences, keyed first and then not."""
    services = ServiceCollection().add_transient(Store, MemoryStore).add_transient(Store, DiskStore, key="k")
    services.add_transient(Store, DiskStore, key="k")
    provider = services.build_service_provider()

    for _ in range(20):
        assert isinstance(provider.get_service(Store, key="k"), DiskStore)
        assert isinstance(provider.get_service(Store), MemoryStore)
        assert len(provider.get_services(Store, key="k")) == 2
        assert len(provider.get_services(Store)) == 1


def test_a_service_of_any_key_answers_each_key_but_not_the_unkeyed() -> None:
    """KEY-26: any key that is one."""
    provider = ServiceCollection().add_transient(Leaf, key=ANY_KEY).build_service_provider()

    assert all(isinstance(provider.get_service(Leaf, key=key), Leaf) for key in ("a", 7, Leaf, (1, 2)))
    assert provider.get_service(Leaf) is None


def test_any_key_as_a_singleton_is_one_object_per_key() -> None:
    """KEY-27: two keys asked for, two objects."""
    provider = ServiceCollection().add_singleton(Leaf, key=ANY_KEY).build_service_provider()
    inside = provider.create_scope().service_provider

    assert provider.get_service(Leaf, key="a") is inside.get_service(Leaf, key="a")
    assert provider.get_service(Leaf, key="a") is not provider.get_service(Leaf, key="b")


@pytest.mark.parametrize("keys", [("k", ANY_KEY), (ANY_KEY, "k")])
def test_a_registration_of_its_own_answers_before_any_key(keys: tuple[Any, Any]) -> None:
    """KEY-28: whichever came first."""
    services = ServiceCollection()
    for key in keys:
        services.add_singleton(Store, MemoryStore if key == "k" else DiskStore, key=key)
    provider = services.build_service_provider()

    assert isinstance(provider.get_service(Store, key="k"), MemoryStore)
    assert [type(store) for store in provider.get_services(Store, key="k")] == [MemoryStore]
    assert isinstance(provider.get_service(Store, key="other"), DiskStore)


def test_all_of_any_key_are_those_with_a_real_key_in_order() -> None:
    """KEY-30, KEY-31: not grouped by key, and the same again after others were asked for."""
    services = ServiceCollection()
    for key in ("a", "b", None, "a", ANY_KEY):
        services.add_singleton(Leaf, key=key)
    provider = services.build_service_provider()

    found = provider.get_services(Leaf, key=ANY_KEY)
    provider.get_service(Leaf, key="made for another key")

    assert len(found) == 3
    assert [found[0], found[2]] == list(provider.get_services(Leaf, key="a"))
    assert list(provider.get_services(Leaf, key=ANY_KEY)) == list(found)


def test_all_of_any_key_include_open_registrations() -> None:
    """KEY-30, GEN-04, GEN-15: closed for what was asked, in order, and the same objects as singly."""
    services = ServiceCollection().add_singleton(Repository, SqlRepository, key="a")
    services.add_singleton(Repository[User], instance=Repository(), key="b").add_singleton(Repository, SqlRepository)
    provider = services.build_service_provider()

    found = provider.get_services(Repository[User], key=ANY_KEY)

    assert list(found) == [provider.get_service(Repository[User], key=key) for key in ("a", "b")]


@pytest.mark.parametrize("registered", ["k", None, ANY_KEY])
def test_one_of_any_key_is_an_error(registered: Any) -> None:
    """KEY-32: at the root and in scopes, before and after other queries."""
    provider = ServiceCollection().add_singleton(Leaf, key=registered).build_service_provider()

    for scope in (provider, provider.create_scope().service_provider):
        for ask in (scope.get_service, scope.get_required_service):
            with pytest.raises(UnresolvableDependencyError, match="ANY_KEY"):
                ask(Leaf, key=ANY_KEY)
            scope.get_services(Leaf, key=ANY_KEY)
            scope.get_service(Leaf, key=registered if registered != ANY_KEY else "x")


@pytest.mark.parametrize("all_first", [False, True])
def test_single_and_any_key_queries_share_their_objects(all_first: bool) -> None:
    """KEY-33: interleaved services, duplicates under one key, in either order of asking."""
    services = ServiceCollection()
    for key in ("a", "b", "b"):
        services.add_singleton(Store, MemoryStore, key=key).add_singleton(Leaf, key=key)
    provider = services.build_service_provider()

    def ask(kind: Any) -> list[Any]:
        return [provider.get_service(kind, key="a"), provider.get_service(kind, key="b")]

    for kind in (Store, Leaf):
        singles = [] if all_first else ask(kind)
        everything = provider.get_services(kind, key=ANY_KEY)
        singles = singles or ask(kind)

        assert len({id(one) for one in everything}) == 3
        assert singles == [everything[0], everything[2]]
