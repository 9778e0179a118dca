"""Decorating: a registered service is wrapped, whatever its lifetime and origin."""

from typing import Any

import pytest

from corner_host.di import ServiceCollection, ServiceLifetime, ServiceValidationError
from tests.di.toys import (
    LIFETIMES,
    Closable,
    DiskStore,
    Journal,
    Leaf,
    MemoryStore,
    Repository,
    SqlRepository,
    Store,
    T,
    User,
    add,
    journalled,
)


class Cached(Store):
    def __init__(self, inner: Store, leaf: Leaf) -> None:
        self.inner, self.leaf = inner, leaf

    def load(self) -> str:
        return f"cached {self.inner.load()}"


class Logged(Store):
    def __init__(self, inner: Store) -> None:
        self.inner = inner

    def load(self) -> str:
        return f"logged {self.inner.load()}"


@pytest.mark.parametrize("lifetime", LIFETIMES)
def test_a_decorator_takes_the_service_it_wraps(lifetime: ServiceLifetime) -> None:
    """D11: its other parameters are injected, and the lifetime stays."""
    services = ServiceCollection().add_singleton(Leaf)
    add(services, lifetime, Store, MemoryStore)
    inside = services.decorate(Store, Cached).build_service_provider().create_scope().service_provider

    store: Any = inside.get_required_service(Store)

    assert store.load() == "cached memory"
    assert store.leaf is inside.get_service(Leaf)
    assert (inside.get_service(Store) is store) == (lifetime is not ServiceLifetime.TRANSIENT)


def test_the_last_decorator_is_the_outermost() -> None:
    """D11: in the order of the calls, from the inside out."""
    services = ServiceCollection().add_singleton(Leaf).add_singleton(Store, MemoryStore)
    provider = services.decorate(Store, Cached).decorate(Store, Logged).build_service_provider()

    assert provider.get_required_service(Store).load() == "logged cached memory"


def test_every_registration_present_at_build_is_wrapped() -> None:
    """D11: instances, factories and types, also those that came after the call, and consumers see it."""

    class Shop:
        def __init__(self, stores: list[Store], store: Store) -> None:
            self.loads = [one.load() for one in [*stores, store]]

    services = ServiceCollection().add_singleton(Store, instance=MemoryStore()).decorate(Store, Logged)
    services.add_singleton(Store, factory=MemoryStore).add_transient(Store, DiskStore).add_transient(Shop)

    loads = services.build_service_provider().get_required_service(Shop).loads

    assert loads == ["logged memory", "logged memory", "logged disk", "logged disk"]


def test_only_the_named_key_is_wrapped() -> None:
    """D11: unkeyed without a key, keyed with it."""
    services = ServiceCollection().add_singleton(Store, MemoryStore).add_singleton(Store, MemoryStore, key="k")
    plain = services.decorate(Store, Logged).build_service_provider()

    assert plain.get_required_service(Store).load() == "logged memory"
    assert plain.get_required_service(Store, key="k").load() == "memory"

    keyed = ServiceCollection().add_singleton(Store, MemoryStore, key="k").decorate(Store, Logged, key="k")

    assert keyed.build_service_provider().get_required_service(Store, key="k").load() == "logged memory"


def test_a_decorator_may_be_a_function() -> None:
    """D11: with an annotated or a single parameter."""

    def log(inner: Store) -> Store:
        return Logged(inner)

    services = ServiceCollection().add_singleton(Store, MemoryStore).decorate(Store, log)
    services.decorate(Store, lambda inner: Logged(inner))  # noqa: PLW0108 - a callable without an annotation

    assert services.build_service_provider().get_required_service(Store).load() == "logged logged memory"


class Unannotated(Store):
    def __init__(self, inner, times: int = 2) -> None:  # type: ignore[no-untyped-def]
        self.inner = inner
        self.times = times

    def load(self) -> str:
        return self.times * str(self.inner.load())


def test_a_parameter_without_a_hint_is_what_a_decorator_wraps() -> None:
    """D11: in a class as in a function."""
    services = ServiceCollection().add_singleton(Store, MemoryStore).decorate(Store, Unannotated)

    with services.build_service_provider(validate_on_build=True) as provider:
        assert provider.get_required_service(Store).load() == "memorymemory"


def test_decorating_what_is_not_registered_is_an_error_at_build() -> None:
    """D11, D6: in the validation group, whether validation was asked for or not."""
    with pytest.raises(ServiceValidationError) as caught:
        ServiceCollection().decorate(Store, Logged).build_service_provider()

    assert "Store" in str(caught.value.exceptions[0])


def test_wrapped_and_wrapping_objects_are_closed_in_reverse_order() -> None:
    """D11, DIS-03: the outer one first, each once."""
    services, journal = journalled()

    class Inner(Closable):
        pass

    class Outer(Closable):
        def __init__(self, inner: Closable, journal: Journal) -> None:
            super().__init__(journal)

    with (
        services.add_scoped(Closable, Inner).decorate(Closable, Outer).build_service_provider().create_scope() as scope
    ):
        scope.service_provider.get_service(Closable)

    assert journal.lines == ["Outer closed", "Inner closed"]


def test_a_decorated_instance_is_not_closed() -> None:
    """D11, INS-02: its decorator is."""
    services, journal = journalled()

    class Outer(Closable):
        def __init__(self, inner: Closable, journal: Journal) -> None:
            super().__init__(journal)

    services.add_singleton(Closable, instance=Closable(journal)).decorate(Closable, Outer)
    with services.build_service_provider() as provider:
        provider.get_service(Closable)

    assert journal.lines == ["Outer closed"]


class Wrapping(Repository[T]):
    def __init__(self, inner: Repository[T], kind: type[T]) -> None:
        self.inner, self.kind = inner, kind


def test_open_generics_can_be_decorated() -> None:
    """D11: each closed form has its own wrapper."""
    services = ServiceCollection().add_singleton(Repository, SqlRepository).decorate(Repository, Wrapping)

    wrapping: Any = services.build_service_provider().get_required_service(Repository[User])

    kinds = wrapping.kind, wrapping.inner.kind

    assert kinds == (User, User)
    assert type(wrapping) is Wrapping


async def test_what_is_made_asynchronously_can_be_decorated() -> None:
    """D11, D8: the wrapped service is awaited first."""

    async def make() -> Store:
        return MemoryStore()

    provider = ServiceCollection().add_singleton(Store, factory=make).decorate(Store, Logged).build_service_provider()

    assert (await provider.get_required_service_async(Store)).load() == "logged memory"


def test_a_broken_decorator_is_found_on_build() -> None:
    """D11, VB-01: what it needs besides the service must be registered."""
    services = ServiceCollection().add_singleton(Store, MemoryStore).decorate(Store, Cached)

    with pytest.raises(ServiceValidationError) as caught:
        services.build_service_provider(validate_on_build=True)

    assert "Leaf" in str(caught.value.exceptions[0])
