"""Hints written as text: evaluated late, where they were written, one by one."""

from typing import Any

import pytest

from corner_host.di import ServiceCollection, ServiceValidationError, UnresolvableDependencyError
from tests.di import deferred
from tests.di.toys import DiskStore, Leaf, MemoryStore, Repository, Store, User, provider_with


def test_quoted_hints_are_evaluated_in_their_module() -> None:
    """CTR-30, CTR-26: with marks, generics and all."""
    services = ServiceCollection().add_singleton(deferred.Quoted).add_singleton(Leaf)
    services.add_singleton(Leaf, key="k").add_singleton(Store, MemoryStore).add_singleton(Store, DiskStore)
    provider = services.build_service_provider()

    quoted = provider.get_required_service(deferred.Quoted)

    assert quoted.leaf is provider.get_service(Leaf)
    assert quoted.keyed is provider.get_service(Leaf, key="k")
    assert len(quoted.stores) == 2


def test_hints_may_name_what_comes_later() -> None:
    """CTR-30: they are evaluated at the first resolve, not when adding."""
    hen = provider_with(Leaf, deferred.Hen, deferred.Egg, deferred.Shell).get_required_service(deferred.Hen)

    assert hen.egg is not None
    assert isinstance(hen.egg.shell, deferred.Shell)


class Derived(deferred.Base):
    """In a module that has no name Shell."""


class Wrapped(deferred.Base):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)


def test_an_inherited_constructor_is_read_in_its_own_module() -> None:
    """CTR-20: the class that defines __init__ says where its names live."""
    derived = provider_with(Leaf, deferred.Shell, Derived).get_required_service(Derived)

    assert isinstance(derived.shell, deferred.Shell)


def test_a_hint_for_checkers_only_with_a_default_takes_the_default() -> None:
    """CTR-31: only that parameter is affected; the others are injected."""
    services = ServiceCollection().add_singleton(Leaf).add_singleton(Store, MemoryStore)
    provider = services.add_singleton(deferred.UnknownWithDefault).build_service_provider()

    unknown = provider.get_required_service(deferred.UnknownWithDefault)

    assert unknown.price == "free"
    assert unknown.leaf is provider.get_service(Leaf)
    assert unknown.store is provider.get_service(Store)


def test_a_hint_for_checkers_only_without_a_default_is_explained() -> None:
    """CTR-31: the error names parameter, hint text and module."""
    with pytest.raises(UnresolvableDependencyError) as caught:
        provider_with(Leaf, deferred.Unknown).get_service(deferred.Unknown)

    assert (caught.value.parameter, caught.value.implementation) == ("price", deferred.Unknown)
    assert all(word in str(caught.value) for word in ("'price'", "OnlyForCheckers", "tests.di.deferred"))


def test_a_factory_whose_result_is_for_checkers_only_works() -> None:
    """CTR-31, REG-03: the result's hint is not needed to call it."""
    provider = ServiceCollection().add_singleton(Leaf).add_singleton(object, factory=deferred.make_quoted_result)

    assert isinstance(provider.build_service_provider().get_service(object), Leaf)


def test_a_quoted_local_class_is_explained() -> None:
    """CTR-32: it cannot be found from outside its function; the message suggests a factory."""
    local, needs_local = deferred.quoting_a_local_class()

    with pytest.raises(UnresolvableDependencyError, match="factory") as caught:
        provider_with(local, needs_local).get_service(needs_local)

    assert "Local" in str(caught.value)
    assert caught.value.parameter == "local"


def test_unreadable_hints_are_found_on_build() -> None:
    """VB-11, CTR-31, CTR-32, CTR-33, CTR-25: validation reports each of them."""
    _, needs_local = deferred.quoting_a_local_class()

    class Bare:
        def __init__(self, thing) -> None:  # type: ignore[no-untyped-def]
            pass

    class Undecided:
        def __init__(self, store: MemoryStore | DiskStore) -> None:
            pass

    with pytest.raises(ServiceValidationError) as caught:
        provider_with(deferred.Unknown, needs_local, Bare, Undecided, Leaf, validate_on_build=True)

    errors: Any = caught.value.exceptions
    assert [error.parameter for error in errors] == ["price", "local", "thing", "store"]


def test_open_generics_may_have_quoted_hints() -> None:
    """CTR-30, GEN-21, GEN-24: type variables in text are substituted as well."""
    provider = ServiceCollection().add_singleton(Repository, deferred.DeferredRepository).build_service_provider()

    repository = provider.get_required_service(Repository[User])

    assert isinstance(repository, deferred.DeferredRepository)
    assert repository.kind is User
