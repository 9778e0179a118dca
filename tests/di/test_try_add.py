"""The try-add family, replace and remove_all."""

from collections.abc import Iterator
from typing import Any

import pytest

from corner_host.di import RegistrationError, ServiceCollection, ServiceDescriptor, ServiceLifetime
from tests.di.toys import (
    LIFETIMES,
    DiskStore,
    Leaf,
    MemoryStore,
    Repository,
    SqlRepository,
    Store,
    User,
    UserRepository,
)


def described(service: Any, implementation: Any = None, *, key: Any = None, **arguments: Any) -> ServiceDescriptor:
    arguments.setdefault("lifetime", ServiceLifetime.SINGLETON)
    return ServiceDescriptor(service, implementation, key=key, **arguments)


def contents(services: ServiceCollection) -> list[tuple[Any, Any]]:
    return [(descriptor.service_type, descriptor.implementation_type) for descriptor in services]


WAYS: list[tuple[ServiceLifetime, dict[str, Any]]] = [
    *((lifetime, {"implementation": MemoryStore}) for lifetime in LIFETIMES),
    *((lifetime, {"factory": MemoryStore}) for lifetime in LIFETIMES),
    (ServiceLifetime.SINGLETON, {"instance": MemoryStore()}),
]


@pytest.mark.parametrize("key", [None, "k"])
@pytest.mark.parametrize(("lifetime", "way"), WAYS)
def test_try_add_adds_what_is_absent_and_only_that(lifetime: ServiceLifetime, way: dict[str, Any], key: Any) -> None:
    """TRY-01, TRY-02, TRY-05: by type, by factory and by instance, keyed or not, whatever is there already."""
    keywords = {name: value for name, value in way.items() if name != "implementation"}
    positional = [way["implementation"]] if "implementation" in way else []
    services = ServiceCollection()
    try_add = getattr(services, f"try_add_{lifetime.name.lower()}")

    try_add(Store, *positional, key=key, **keywords)
    [first] = services
    assert (first.lifetime, first.key) == (lifetime, key)

    try_add(Store, *positional, key=key, **keywords)
    services.try_add_transient(Store, DiskStore, key=key)

    assert list(services) == [first]


def test_present_means_the_same_service_and_key() -> None:
    """TRY-03: a keyed registration does not stand in the way of an unkeyed one, nor of another key."""
    services = ServiceCollection().add_singleton(Store, MemoryStore, key="a")

    services.try_add_singleton(Store, MemoryStore)
    services.try_add_singleton(Store, MemoryStore, key="b")
    services.try_add_singleton(Store, MemoryStore, key="a")
    services.try_add_singleton(Store, DiskStore)

    assert [descriptor.key for descriptor in services] == ["a", None, "b"]


def test_descriptors_are_tried_one_by_one() -> None:
    """TRY-04: the second of two for one service is dropped."""
    services = ServiceCollection()

    for descriptor in (described(Store, MemoryStore), described(Store, DiskStore), described(Leaf)):
        services.try_add(descriptor)

    assert contents(services) == [(Store, MemoryStore), (Leaf, Leaf)]


def test_the_enumerable_kind_keeps_one_of_each_implementation() -> None:
    """TRY-06: service, implementation and key count; the lifetime does not."""
    services = ServiceCollection()
    candidates = [
        described(Store, MemoryStore),
        described(Store, DiskStore),
        described(Store, MemoryStore, lifetime=ServiceLifetime.TRANSIENT),
        described(Store, MemoryStore, key="k"),
        described(Store, DiskStore),
        described(Store, MemoryStore, key="k"),
    ]

    for descriptor in candidates:
        services.try_add_enumerable(descriptor)

    assert list(services) == [candidates[0], candidates[1], candidates[3]]


def make_memory() -> MemoryStore:
    return MemoryStore()


def yield_memory() -> Iterator[MemoryStore]:
    yield MemoryStore()


async def make_memory_async() -> MemoryStore:
    return MemoryStore()


@pytest.mark.parametrize(
    "same",
    [
        {"instance": MemoryStore()},
        {"factory": make_memory},
        {"factory": MemoryStore},
        {"factory": yield_memory},
        {"factory": make_memory_async},
        {"implementation": MemoryStore, "factory": lambda: MemoryStore()},  # noqa: PLW0108 - a callable without an annotation
    ],
)
def test_instances_and_factories_are_compared_by_what_they_are_declared_to_make(same: dict[str, Any]) -> None:
    """TRY-07, TRY-08, REG-03: the class of the instance, the annotated, yielded or stated result of the factory."""
    services = ServiceCollection().add_singleton(Store, MemoryStore)

    services.try_add_enumerable(described(Store, **same))
    assert len(services) == 1

    services = ServiceCollection()
    services.try_add_enumerable(described(Store, **same))
    services.try_add_enumerable(described(Store, MemoryStore))
    services.try_add_enumerable(described(Store, DiskStore))

    assert len(services) == 2


def make_store() -> Store:
    return MemoryStore()


def make_object() -> object:
    return MemoryStore()


@pytest.mark.parametrize("factory", [make_store, make_object, lambda: MemoryStore()])  # noqa: PLW0108 - a callable without an annotation
def test_a_factory_that_cannot_be_told_from_others_is_refused(factory: Any) -> None:
    """TRY-08: its result is the service itself, object, or unknown; the message says how to state it."""
    with pytest.raises(RegistrationError, match="Store"):
        ServiceCollection().try_add_enumerable(described(Store, factory=factory))


def test_the_service_as_its_own_implementation_is_refused_as_enumerable() -> None:
    """TRY-08: there could only ever be one."""
    with pytest.raises(RegistrationError, match="Leaf"):
        ServiceCollection().try_add_enumerable(described(Leaf))


def test_replace_adds_what_is_absent() -> None:
    """TRY-09: nothing to remove."""
    assert contents(ServiceCollection().replace(described(Store, MemoryStore))) == [(Store, MemoryStore)]


def test_replace_removes_the_first_and_appends() -> None:
    """TRY-10: the other one stays, others keep their order, and the key must be equal."""
    services = ServiceCollection().add_singleton(Store, DiskStore, key="k").add_singleton(Store, MemoryStore)
    services.add_singleton(Leaf).add_singleton(Store, MemoryStore)
    keyed, _, leaf, second = services
    new = described(Store, DiskStore)

    services.replace(new)

    assert list(services) == [keyed, leaf, second, new]


def test_remove_all_removes_the_unkeyed_ones() -> None:
    """TRY-11: others stay in order."""
    services = ServiceCollection().add_singleton(Store, MemoryStore).add_singleton(Leaf)
    services.add_singleton(Store, DiskStore, key="k").add_transient(Store, DiskStore)

    services.remove_all(Store)

    assert [(descriptor.service_type, descriptor.key) for descriptor in services] == [(Leaf, None), (Store, "k")]


@pytest.mark.parametrize("key", ["k", 7, 2.5, ServiceLifetime.SCOPED])
def test_remove_all_of_a_key_removes_those_of_an_equal_key(key: Any) -> None:
    """TRY-12, KEY-35: texts, numbers and enums."""
    services = ServiceCollection().add_singleton(Store, MemoryStore, key=key).add_singleton(Store, MemoryStore)
    services.add_singleton(Store, DiskStore, key=key).add_singleton(Store, DiskStore, key="other")

    services.remove_all(Store, key=key)

    assert [descriptor.key for descriptor in services] == [None, "other"]


def test_open_and_closed_forms_are_different_services() -> None:
    """TRY-13: for adding, replacing and removing."""
    services = ServiceCollection().add_singleton(Repository, SqlRepository)

    services.try_add_singleton(Repository[User], UserRepository)
    services.try_add_singleton(Repository, SqlRepository)
    assert len(services) == 2

    services.replace(described(Repository[User], UserRepository))
    services.remove_all(Repository)

    assert contents(services) == [(Repository[User], UserRepository)]


def test_one_and_true_are_two_keys_for_the_whole_family() -> None:
    """KEY-35, TRY-03, TRY-12: Python would call them equal."""
    services = ServiceCollection().add_singleton(Leaf, key=1)

    services.try_add_singleton(Leaf, key=True)
    services.try_add_singleton(Leaf, key=1.0)
    assert len(services) == 3

    services.remove_all(Leaf, key=True)

    assert [type(descriptor.key) for descriptor in services] == [int, float]
