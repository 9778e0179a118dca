"""Registered objects: handed out as they are, and never closed."""

from typing import Any

import pytest

from corner_host.di import ANY_KEY, ServiceCollection
from tests.di.toys import Branch, Closable, DiskStore, Journal, Leaf, MemoryStore, Store


def test_an_instance_is_what_was_registered() -> None:
    """INS-01: the very object, everywhere."""
    leaf = Leaf()
    provider = ServiceCollection().add_singleton(Leaf, instance=leaf).build_service_provider()

    assert provider.get_service(Leaf) is provider.create_scope().service_provider.get_service(Leaf) is leaf


def test_an_instance_is_never_closed() -> None:
    """INS-02, INS-03, behaviour 2: the container closes only what it made."""
    journal = Journal()
    provider = ServiceCollection().add_singleton(Closable, instance=Closable(journal)).build_service_provider()

    with provider, provider.create_scope() as scope:
        scope.service_provider.get_service(Closable)
        provider.get_services(Closable)

    assert journal.lines == []


def test_an_instance_and_a_later_type_are_two_registrations() -> None:
    """INS-04: the last answers, the sequence holds both in order."""
    ready = MemoryStore()
    services = ServiceCollection().add_singleton(Store, instance=ready).add_singleton(Store, DiskStore)
    provider = services.build_service_provider()

    assert isinstance(provider.get_service(Store), DiskStore)
    assert list(provider.get_services(Store)) == [ready, provider.get_service(Store)]


def test_one_object_may_serve_two_services() -> None:
    """INS-05: both return it."""
    ready = MemoryStore()
    services = ServiceCollection().add_singleton(Store, instance=ready).add_singleton(MemoryStore, instance=ready)
    provider = services.build_service_provider()

    assert provider.get_service(Store) is provider.get_service(MemoryStore) is ready


@pytest.mark.parametrize(("service", "value"), [(int, 0), (str, ""), (list, []), (bool, False)])
def test_a_falsy_instance_is_returned(service: Any, value: object) -> None:
    """INS-06: and satisfies parameters."""

    class Needs:
        def __init__(self, value: service) -> None:
            self.value = value

    provider = ServiceCollection().add_singleton(service, instance=value).add_transient(Needs).build_service_provider()

    assert provider.get_service(service) is value
    assert provider.get_required_service(service) is value
    assert provider.get_required_service(Needs).value is value


def test_a_keyed_instance_is_reached_with_its_key_only() -> None:
    """INS-07: not without, not with another."""
    leaf = Leaf()
    provider = ServiceCollection().add_singleton(Leaf, instance=leaf, key="k").build_service_provider()

    assert provider.get_service(Leaf, key="k") is leaf
    assert provider.get_service(Leaf, key="other") is None
    assert provider.get_service(Leaf) is None


def test_an_instance_under_any_key_answers_every_other_key() -> None:
    """INS-08: each key without a registration of its own."""
    any_leaf, own = Leaf(), Leaf()
    services = ServiceCollection().add_singleton(Leaf, instance=own, key="own")
    provider = services.add_singleton(Leaf, instance=any_leaf, key=ANY_KEY).build_service_provider()

    assert provider.get_service(Leaf, key="own") is own
    assert provider.get_service(Leaf, key="a") is provider.get_service(Leaf, key=2) is any_leaf


def test_an_instance_is_never_a_scope_violation() -> None:
    """INS-09, VS-14: it outlives everything."""
    services = ServiceCollection().add_singleton(Leaf, instance=Leaf()).add_singleton(Branch)
    provider = services.build_service_provider(validate_scopes=True, validate_on_build=True)

    assert provider.get_required_service(Branch).leaf is provider.get_service(Leaf)


def test_a_class_may_be_an_instance() -> None:
    """INS-01: type[Leaf] is a service like any; the object is a class and is not called."""
    provider = ServiceCollection().add_singleton(type[Leaf], instance=Leaf).build_service_provider()

    assert provider.get_service(type[Leaf]) is Leaf
