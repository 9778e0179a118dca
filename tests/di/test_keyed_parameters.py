"""The marks on parameters: a given key, the own key, the inherited key."""

from collections.abc import Sequence
from typing import Annotated, Any

import pytest

from corner_host.di import (
    ANY_KEY,
    FromKeyedServices,
    InheritKey,
    ServiceCollection,
    ServiceKey,
    UnresolvableDependencyError,
)
from tests.di.toys import DiskStore, Leaf, MemoryStore, Store


class KnowsItsKey:
    def __init__(self, key: Annotated[str, ServiceKey]) -> None:
        self.key = key


class KnowsItsKeyOrNot:
    def __init__(self, key: Annotated[str, ServiceKey] = "none") -> None:
        self.key = key


class KnowsAnyKey:
    def __init__(self, key: Annotated[object, ServiceKey]) -> None:
        self.key = key


class KnowsItsNumber:
    def __init__(self, key: Annotated[int, ServiceKey]) -> None:
        self.key = key


class WantsFast:
    def __init__(self, store: Annotated[Store, FromKeyedServices("fast")]) -> None:
        self.store = store


class WantsFastOrNot:
    def __init__(self, store: Annotated[Store, FromKeyedServices("fast")] = None) -> None:  # type: ignore[assignment]
        self.store = store


class WantsPlain:
    def __init__(self, store: Annotated[Store, FromKeyedServices(None)]) -> None:
        self.store = store


class Inherits:
    def __init__(self, store: Annotated[Store, InheritKey]) -> None:
        self.store = store


class Ordinary:
    def __init__(self, store: Store) -> None:
        self.store = store


@pytest.mark.parametrize("registered", ["k", ANY_KEY])
def test_a_service_can_know_its_own_key(registered: Any) -> None:
    """KEY-11, KEY-26: the key asked for, also when registered under any."""
    provider = ServiceCollection().add_transient(KnowsItsKey, key=registered).build_service_provider()

    assert provider.get_required_service(KnowsItsKey, key="k").key == "k"


@pytest.mark.parametrize(
    ("consumer", "key"), [(KnowsItsKey, 7), (KnowsItsNumber, "k"), (KnowsItsNumber, True), (KnowsItsNumber, 1.0)]
)
def test_an_own_key_of_another_type_is_an_error(consumer: Any, key: object) -> None:
    """KEY-12: the error names parameter, expected and actual type; a bool is no int."""
    provider = ServiceCollection().add_transient(consumer, key=ANY_KEY).build_service_provider()

    with pytest.raises(UnresolvableDependencyError, match="key") as caught:
        provider.get_service(consumer, key=key)

    assert caught.value.parameter == "key"
    assert type(key).__name__ in str(caught.value)


@pytest.mark.parametrize("key", ["k", 7, True, (1, 2)])
def test_an_own_key_declared_as_object_takes_every_key(key: object) -> None:
    """KEY-12: since .NET 10."""
    provider = ServiceCollection().add_transient(KnowsAnyKey, key=ANY_KEY).build_service_provider()

    assert provider.get_required_service(KnowsAnyKey, key=key).key is key


def test_without_a_key_the_own_key_mark_is_ignored() -> None:
    """KEY-13: the parameter is an ordinary dependency, so a default or a registration applies."""
    services = ServiceCollection().add_transient(KnowsItsKeyOrNot).add_transient(KnowsItsKey)
    provider = services.build_service_provider()

    assert provider.get_required_service(KnowsItsKeyOrNot).key == "none"
    with pytest.raises(UnresolvableDependencyError):
        provider.get_service(KnowsItsKey)

    services.add_singleton(str, instance="a service")

    assert services.build_service_provider().get_required_service(KnowsItsKey).key == "a service"


def both_stores() -> ServiceCollection:
    return ServiceCollection().add_singleton(Store, MemoryStore).add_singleton(Store, DiskStore, key="fast")


def test_a_parameter_can_name_its_key() -> None:
    """KEY-14, KEY-21: a given key, and None for the unkeyed service."""
    provider = (
        both_stores().add_transient(WantsFast, key="x").add_transient(WantsPlain, key="fast").build_service_provider()
    )

    assert isinstance(provider.get_required_service(WantsFast, key="x").store, DiskStore)
    assert isinstance(provider.get_required_service(WantsPlain, key="fast").store, MemoryStore)


@pytest.mark.parametrize("unkeyed_too", [False, True])
def test_a_named_key_that_is_missing_is_an_error(unkeyed_too: bool) -> None:
    """KEY-15, KEY-16: no falling back to the unkeyed service."""
    services = ServiceCollection().add_transient(WantsFast).add_singleton(Store, DiskStore, key="slow")
    if unkeyed_too:
        services.add_singleton(Store, MemoryStore)

    with pytest.raises(UnresolvableDependencyError, match="fast") as caught:
        services.build_service_provider().get_service(WantsFast)

    assert (caught.value.service_type, caught.value.key) == (Store, "fast")


def test_a_named_key_that_is_missing_leaves_the_default() -> None:
    """KEY-17, CTR-02: also when the unkeyed service is there."""
    services = ServiceCollection().add_transient(WantsFastOrNot).add_singleton(Store, MemoryStore)

    assert services.build_service_provider().get_required_service(WantsFastOrNot).store is None


def test_a_key_does_not_flow_down_by_itself() -> None:
    """KEY-18: ordinary parameters of a keyed service are unkeyed."""
    provider = both_stores().add_transient(Ordinary, key="fast").build_service_provider()

    assert isinstance(provider.get_required_service(Ordinary, key="fast").store, MemoryStore)


@pytest.mark.parametrize("registered", ["fast", ANY_KEY])
def test_a_parameter_can_inherit_the_key(registered: Any) -> None:
    """KEY-19: the dependency is resolved with the key that the service is resolved with."""
    provider = both_stores().add_transient(Inherits, key=registered).build_service_provider()

    assert isinstance(provider.get_required_service(Inherits, key="fast").store, DiskStore)


def test_an_inherited_key_goes_down_a_chain() -> None:
    """KEY-19: each mark hands it on."""

    class Outer:
        def __init__(self, inner: Annotated[Inherits, InheritKey]) -> None:
            self.inner = inner

    provider = (
        both_stores().add_transient(Inherits, key=ANY_KEY).add_transient(Outer, key=ANY_KEY).build_service_provider()
    )

    assert isinstance(provider.get_required_service(Outer, key="fast").inner.store, DiskStore)


def test_an_inherited_key_without_a_registration_is_an_error() -> None:
    """KEY-20: although the service exists under another key and unkeyed."""
    provider = both_stores().add_transient(Inherits, key="slow").build_service_provider()

    with pytest.raises(UnresolvableDependencyError, match="slow") as caught:
        provider.get_service(Inherits, key="slow")

    assert caught.value.key == "slow"


def test_inheriting_without_a_key_is_an_unkeyed_look_up() -> None:
    """KEY-22: there is nothing to inherit."""
    provider = both_stores().add_transient(Inherits).build_service_provider()

    assert isinstance(provider.get_required_service(Inherits).store, MemoryStore)


def test_any_key_with_an_own_key_of_one_type_validates() -> None:
    """KEY-34: whether it fits is known only when it is asked for."""
    services = ServiceCollection().add_transient(KnowsItsNumber, key=ANY_KEY)

    services.build_service_provider(validate_on_build=True)


@pytest.mark.parametrize(
    "hint",
    [
        Annotated[Store, FromKeyedServices("fast")] | None,
        Annotated[Store | None, FromKeyedServices("fast")],
        Annotated[Store, "documentation", FromKeyedServices("fast"), "more"],
    ],
)
def test_marks_are_found_beside_other_metadata_and_none(hint: Any) -> None:
    """CTR-26: wherever they stand."""

    class Wants:
        def __init__(self, store: hint) -> None:
            self.store = store

    provider = both_stores().add_transient(Wants).build_service_provider()

    assert isinstance(provider.get_required_service(Wants).store, DiskStore)


def test_a_sequence_parameter_can_be_keyed() -> None:
    """KEY-04, KEY-14, CTR-27: all of one key, or of every key."""

    class Wants:
        def __init__(
            self,
            fast: Annotated[Sequence[Store], FromKeyedServices("fast")],
            every: Annotated[list[Store], FromKeyedServices(ANY_KEY)],
        ) -> None:
            self.fast, self.every = fast, every

    provider = both_stores().add_singleton(Store, MemoryStore, key="slow").add_transient(Wants).build_service_provider()

    wants = provider.get_required_service(Wants)

    assert [type(store) for store in wants.fast] == [DiskStore]
    assert [type(store) for store in wants.every] == [DiskStore, MemoryStore]


def make_with_key(key: Annotated[str, ServiceKey], store: Annotated[Store, InheritKey], leaf: Leaf) -> list[Any]:
    return [key, store, leaf]


@pytest.mark.parametrize("registered", ["fast", ANY_KEY])
def test_a_keyed_factory_receives_the_key_asked_for(registered: Any) -> None:
    """FAC-12, KEY-11: marks count on a factory's parameters too."""
    services = both_stores().add_singleton(Leaf).add_singleton(list, factory=make_with_key, key=registered)
    provider = services.build_service_provider()

    key, store, leaf = provider.get_required_service(list, key="fast")

    assert key == "fast"
    assert isinstance(store, DiskStore)
    assert leaf is provider.get_service(Leaf)
