"""Registering: what a collection holds, and that it is an ordinary list."""

import copy
from collections.abc import Callable
from datetime import date
from enum import Enum
from typing import Any, NewType

import pytest

from corner_host.di import (
    CollectionReadOnlyError,
    ServiceCollection,
    ServiceDescriptor,
    ServiceLifetime,
)
from tests.di.toys import LIFETIMES, DiskStore, Leaf, MemoryStore, Shop, Store, add


@pytest.mark.parametrize("lifetime", LIFETIMES)
def test_adding_a_type_keeps_one_descriptor_with_its_lifetime(lifetime: ServiceLifetime) -> None:
    """REG-01: service, implementation and lifetime are what was given."""
    services = ServiceCollection()

    add(services, lifetime, Store, MemoryStore)

    [descriptor] = services
    assert (descriptor.service_type, descriptor.implementation_type) == (Store, MemoryStore)
    assert descriptor.lifetime is lifetime


@pytest.mark.parametrize("lifetime", LIFETIMES)
def test_a_type_alone_is_service_and_implementation(lifetime: ServiceLifetime) -> None:
    """REG-02: one type stands for both."""
    services = ServiceCollection()

    add(services, lifetime, Leaf)

    assert (services[0].service_type, services[0].implementation_type) == (Leaf, Leaf)


@pytest.mark.parametrize("lifetime", LIFETIMES)
def test_adding_a_factory_keeps_the_factory_and_no_implementation(lifetime: ServiceLifetime) -> None:
    """REG-03: a factory's descriptor has no implementation type of its own."""
    services = ServiceCollection()

    add(services, lifetime, Store, factory=MemoryStore)

    assert services[0].factory is MemoryStore
    assert services[0].implementation_type is None
    assert services[0].lifetime is lifetime


def test_an_instance_is_stored_as_it_is_and_a_singleton() -> None:
    """REG-04: the very object, for the life of the provider."""
    store = MemoryStore()
    services = ServiceCollection().add_singleton(Store, instance=store)

    assert services[0].instance is store
    assert services[0].lifetime is ServiceLifetime.SINGLETON


def test_registering_twice_keeps_both_in_order() -> None:
    """REG-05: no error and no replacement."""
    services = ServiceCollection().add_singleton(Store, MemoryStore).add_transient(Store, DiskStore)

    assert [descriptor.implementation_type for descriptor in services] == [MemoryStore, DiskStore]


def test_descriptors_are_appended_in_their_order() -> None:
    """REG-06: a sequence of descriptors goes in as it stands."""
    descriptors = [
        ServiceDescriptor(Store, MemoryStore, lifetime=ServiceLifetime.SCOPED),
        ServiceDescriptor(Store, DiskStore, lifetime=ServiceLifetime.SINGLETON),
    ]
    services = ServiceCollection().add_singleton(Leaf)

    services.extend(descriptors)

    assert list(services)[1:] == descriptors


def test_a_collection_is_a_list() -> None:
    """REG-07: index, slice, insert, remove, delete, clear, iterate, contain and count work as on any list."""
    first, second, third = (ServiceDescriptor(Leaf, lifetime=ServiceLifetime.SINGLETON) for _ in range(3))
    services = ServiceCollection()

    services.append(first)
    services.insert(0, second)
    services[0] = third
    assert list(services) == [third, first]
    assert first in services
    assert second not in services
    assert (len(services), services.index(first), services[-1]) == (2, 1, first)

    services.remove(third)
    del services[0]
    assert len(services) == 0

    services.extend([first, second])
    services.clear()
    assert list(services) == []


def test_descriptors_of_equal_content_are_not_the_same() -> None:
    """REG-08: removing and searching go by identity."""
    first, second = (ServiceDescriptor(Leaf, lifetime=ServiceLifetime.SINGLETON) for _ in range(2))
    services = ServiceCollection()
    services.extend([first, second])

    assert first != second
    assert services.index(second) == 1

    services.remove(second)

    assert services[0] is first


def test_adding_chains_and_trying_to_add_does_not() -> None:
    """REG-14: adds, replace and remove_all answer the collection; the try-adds answer None."""
    services = ServiceCollection()
    descriptor = ServiceDescriptor(Store, MemoryStore, lifetime=ServiceLifetime.SINGLETON)

    assert all(add(services, lifetime, Leaf) is services for lifetime in LIFETIMES)
    assert services.replace(descriptor) is services
    assert services.remove_all(Store) is services
    assert services.decorate(Leaf, lambda leaf: leaf) is services
    collection: Any = services
    outcomes = [
        collection.try_add_singleton(Store, MemoryStore),
        collection.try_add(descriptor),
        collection.try_add_enumerable(descriptor),
    ]
    assert outcomes == [None, None, None]


def test_a_built_provider_does_not_notice_later_changes() -> None:
    """REG-15, REG-18: building copies the registrations and leaves the collection open."""
    services = ServiceCollection().add_singleton(Store, MemoryStore)
    provider = services.build_service_provider()

    services.add_singleton(Store, DiskStore).add_singleton(Leaf)

    assert isinstance(provider.get_required_service(Store), MemoryStore)
    assert provider.get_service(Leaf) is None
    assert not services.is_read_only


def test_a_copied_collection_is_a_collection_of_its_own() -> None:
    """REG-07: copy.copy does not share the list behind."""
    services = ServiceCollection().add_singleton(Leaf)

    copied = copy.copy(services)
    copied.add_singleton(Store, MemoryStore)

    assert len(services) == 1
    assert copied[0] is services[0]


def test_two_providers_of_one_collection_share_only_its_instances() -> None:
    """REG-16: singletons belong to a provider, registered instances to whoever made them."""
    store = MemoryStore()
    services = ServiceCollection().add_singleton(Leaf).add_singleton(Store, instance=store)
    first, second = services.build_service_provider(), services.build_service_provider()

    assert first.get_service(Leaf) is not second.get_service(Leaf)
    assert first.get_service(Store) is second.get_service(Store) is store


CHANGES: list[Callable[[ServiceCollection], object]] = [
    lambda services: services.add_singleton(Leaf),
    lambda services: services.add_scoped(Leaf),
    lambda services: services.add_transient(Leaf),
    lambda services: services.append(services[0]),
    lambda services: services.insert(0, services[0]),
    lambda services: services.__setitem__(0, services[0]),
    lambda services: services.remove(services[0]),
    lambda services: services.__delitem__(0),
    lambda services: services.clear(),
    lambda services: services.try_add_singleton(Leaf),
    lambda services: services.replace(services[0]),
    lambda services: services.remove_all(Store),
    lambda services: services.decorate(Store, lambda store: store),
]


@pytest.mark.parametrize("change", CHANGES)
def test_a_read_only_collection_refuses_every_change(change: Callable[[ServiceCollection], object]) -> None:
    """REG-17: each way to change it raises, and nothing has changed."""
    services = ServiceCollection().add_singleton(Store, MemoryStore)
    before = list(services)
    services.make_read_only()

    with pytest.raises(CollectionReadOnlyError):
        change(services)

    assert list(services) == before


def test_a_read_only_collection_can_be_read_and_frozen_again() -> None:
    """REG-17: reading works, and freezing twice is freezing."""
    services = ServiceCollection().add_singleton(Store, MemoryStore)

    services.make_read_only()
    services.make_read_only()

    assert services.is_read_only
    assert services[0] in services
    assert services.build_service_provider().get_service(Store)


def test_only_the_registered_type_is_a_key() -> None:
    """REG-19, REG-20, REG-21: no self-binding, not by implementation, not by base class."""
    provider = ServiceCollection().add_singleton(Store, MemoryStore).add_singleton(DiskStore).build_service_provider()

    assert provider.get_service(Shop) is None
    assert provider.get_service(MemoryStore) is None
    assert isinstance(provider.get_service(DiskStore), DiskStore)
    assert isinstance(provider.get_service(Store), MemoryStore)


class Colour(Enum):
    RED = 1


ConnectionString = NewType("ConnectionString", str)


@pytest.mark.parametrize(("service", "value"), [(int, 7), (date, date(2026, 1, 2)), (Colour, Colour.RED), (str, "x")])
def test_plain_values_are_services_like_any(service: type, value: object) -> None:
    """REG-22: singly and in a sequence, by instance and by factory."""
    services = ServiceCollection().add_singleton(service, instance=value).add_transient(service, factory=lambda: value)
    provider = services.build_service_provider()

    assert provider.get_service(service) == value
    assert list(provider.get_services(service)) == [value, value]


def test_a_new_type_is_a_service_apart_from_its_base() -> None:
    """REG-22: NewType makes a key of its own out of a plain value."""
    provider = ServiceCollection().add_singleton(ConnectionString, instance="sql").build_service_provider()

    assert provider.get_service(ConnectionString) == "sql"
    assert provider.get_service(str) is None


def make_store() -> Store:
    return MemoryStore()


@pytest.mark.parametrize(
    ("arguments", "key", "shown"),
    [
        ({"implementation_type": MemoryStore}, None, "MemoryStore"),
        ({"factory": make_store}, None, "make_store"),
        ({"instance": MemoryStore()}, "fast", "MemoryStore"),
    ],
)
def test_a_descriptor_as_text_says_what_it_is(arguments: dict[str, Any], key: object, shown: str) -> None:
    """REG-23: service, lifetime, key and origin can be read."""
    text = str(ServiceDescriptor(Store, lifetime=ServiceLifetime.SINGLETON, key=key, **arguments))

    assert "Store" in text
    assert "singleton" in text.lower()
    assert shown in text
    assert ("fast" in text) == (key is not None)


def test_a_null_key_is_no_key() -> None:
    """REG-24, KEY-02: key None is an ordinary registration, found with and without saying so."""
    services = ServiceCollection().add_singleton(Store, MemoryStore, key=None).add_singleton(Leaf, key="k")
    provider = services.build_service_provider()

    assert [descriptor.is_keyed for descriptor in services] == [False, True]
    assert provider.get_service(Store) is provider.get_service(Store, key=None) is not None


def test_a_descriptor_cannot_be_changed() -> None:
    """DES: frozen, so that a provider may rely on it; a copy is another one with the same fields."""
    descriptor = ServiceDescriptor(int, lifetime=ServiceLifetime.SINGLETON, instance=7)

    with pytest.raises(AttributeError, match="instance of a ServiceDescriptor cannot be changed"):
        descriptor.instance = 8
    with pytest.raises(AttributeError, match="cannot be taken away"):
        del descriptor.instance
    copied = copy.copy(descriptor)
    assert (copied.instance, copied == descriptor) == (7, False)
