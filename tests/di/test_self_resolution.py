"""The container's own services, and the question whether something is one."""

from collections.abc import Sequence
from typing import Any

import pytest

from corner_host.di import ANY_KEY, ServiceCollection, ServiceInspector, ServiceProvider, ServiceScopeFactory
from tests.di.toys import (
    Branch,
    Leaf,
    MemoryStore,
    Repository,
    SqlRepository,
    Store,
    User,
    UserRepository,
    provider_with,
)

BUILT_INS: list[Any] = [ServiceProvider, ServiceScopeFactory, ServiceInspector]


@pytest.mark.parametrize("kind", BUILT_INS)
def test_the_built_ins_are_services(kind: Any) -> None:
    """SELF-01, SELF-03, SELF-04, SELF-08: at the root and in scopes, asked for, asked about and injected."""

    class Needs:
        def __init__(self, built_in: kind) -> None:
            self.built_in = built_in

    provider = ServiceCollection().add_transient(Needs).build_service_provider(validate_on_build=True)

    for scope in (provider, provider.create_scope().service_provider):
        assert isinstance(scope.get_service(kind), kind)
        assert scope.is_service(kind)
        assert scope.get_required_service(Needs).built_in is scope.get_service(kind)
        assert list(scope.get_services(kind)) in ([], [scope.get_service(kind)])


def test_at_the_root_the_provider_is_the_root() -> None:
    """SELF-01, SELF-16: one public type for both, and the very object."""
    provider = provider_with()

    assert provider.get_service(ServiceProvider) is provider


def test_is_service_asks_for_a_registration() -> None:
    """SELF-05, SELF-09: of the service, not of the implementation; not whether it can be built."""
    provider = ServiceCollection().add_singleton(Store, MemoryStore).add_singleton(Branch).build_service_provider()

    assert provider.is_service(Store)
    assert not provider.is_service(MemoryStore)
    assert provider.is_service(Branch)
    assert not provider.is_service(Leaf)


def test_the_inspector_asks_without_resolving() -> None:
    """SELF-04, SELF-05, SELF-10: for classes that need to know what is there, and nothing else."""

    class Needs:
        def __init__(self, inspector: ServiceInspector) -> None:
            self.inspector = inspector

    provider = ServiceCollection().add_singleton(Needs).add_singleton(Leaf, key="k").build_service_provider()
    inspector = provider.get_required_service(Needs).inspector

    assert inspector.is_service(Needs)
    assert inspector.is_service(Leaf, key="k")
    assert not inspector.is_service(Leaf)


@pytest.mark.parametrize("key", [None, "k"])
def test_is_service_knows_generics(key: object) -> None:
    """SELF-06, SELF-11: closed forms of an open registration, and closed registrations, per key."""
    opened = ServiceCollection().add_singleton(Repository, SqlRepository, key=key).build_service_provider()
    closed = ServiceCollection().add_singleton(Repository[User], UserRepository, key=key).build_service_provider()

    assert opened.is_service(Repository[User], key=key)
    assert not opened.is_service(Repository, key=key)
    assert closed.is_service(Repository[User], key=key)
    assert not closed.is_service(Repository[Leaf], key=key)
    assert not opened.is_service(Repository[User], key="other")


@pytest.mark.parametrize("key", [None, "k"])
def test_every_sequence_is_a_service(key: object) -> None:
    """SELF-07, SELF-11: also of what is not registered; the open sequence is none."""
    provider = provider_with()

    assert provider.is_service(Sequence[Leaf], key=key)
    assert provider.is_service(list[Leaf], key=key)
    assert not provider.is_service(Sequence, key=key)
    assert not provider.is_service(list, key=key)


def test_is_service_knows_keys() -> None:
    """SELF-10, SELF-12, SELF-14: the equal key, the null key, and any."""
    services = ServiceCollection().add_singleton(Leaf, key="k").add_singleton(Store, MemoryStore, key=None)
    services.add_singleton(Branch, key=ANY_KEY).add_singleton(Repository, SqlRepository, key=ANY_KEY)
    provider = services.build_service_provider()

    assert provider.is_service(Leaf, key="k")
    assert not provider.is_service(Leaf, key="other")
    assert not provider.is_service(Leaf)
    assert provider.is_service(Store, key=None)
    assert provider.is_service(Branch, key="whatever")
    assert provider.is_service(Repository[User], key="whatever")
    assert not provider.is_service(Branch)


@pytest.mark.parametrize("kind", BUILT_INS)
def test_the_built_ins_have_no_key(kind: Any) -> None:
    """SELF-13: what is claimed is also what resolves."""
    provider = provider_with()

    assert provider.is_service(kind, key=None)
    assert not provider.is_service(kind, key="k")
    assert provider.get_service(kind, key="k") is None


def test_a_registered_provider_does_not_replace_the_built_in() -> None:
    """SELF-15: one that was asked for is always the real one."""
    other = provider_with()
    provider = ServiceCollection().add_singleton(ServiceProvider, instance=other).build_service_provider()

    assert provider.get_service(ServiceProvider) is provider


def test_asking_makes_nothing() -> None:
    """SELF-09, LIF-12: is_service never runs a constructor."""

    class Loud:
        def __init__(self) -> None:
            raise AssertionError("made")

    provider = provider_with(Loud)

    assert provider.is_service(Loud)
    assert provider.is_service(Sequence[Loud])
