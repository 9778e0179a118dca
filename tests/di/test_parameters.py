"""What a parameter gets: a service, its default, None, or a clear error."""

from collections.abc import Callable
from typing import Annotated, Any, Optional, Union

import pytest

from corner_host.di import ServiceCollection, UnresolvableDependencyError
from tests.di.toys import (
    Branch,
    DiskStore,
    Leaf,
    Mailer,
    MemoryStore,
    Postman,
    Repository,
    Store,
    User,
    UserRepository,
    provider_with,
)

DEFAULT = Leaf()


class Defaulted:
    def __init__(self, leaf: Leaf = DEFAULT) -> None:
        self.leaf = leaf


class Nullable:
    def __init__(self, leaf: Leaf | None) -> None:
        self.leaf = leaf


class OldNullable:
    def __init__(self, leaf: Optional[Leaf]) -> None:  # noqa: UP045 - the old spelling
        self.leaf = leaf


class NullableDefaulted:
    def __init__(self, leaf: Leaf | None = None) -> None:
        self.leaf = leaf


class ImplicitlyNullable:
    def __init__(self, leaf: Leaf = None) -> None:  # type: ignore[assignment]
        self.leaf = leaf


TOLERANT: list[Any] = [Defaulted, Nullable, OldNullable, NullableDefaulted, ImplicitlyNullable]


def test_a_missing_dependency_names_parameter_type_and_class() -> None:
    """CTR-01, CTR-21: the error says all three, and where the request came from."""
    provider = ServiceCollection().add_transient(Branch).build_service_provider()

    with pytest.raises(UnresolvableDependencyError) as caught:
        provider.get_required_service(Branch)

    error = caught.value
    assert (error.service_type, error.parameter, error.implementation) == (Leaf, "leaf", Branch)
    assert all(word in str(error) for word in ("tests.di.toys.Leaf", "'leaf'", "tests.di.toys.Branch"))


def test_an_unregistered_parameter_takes_its_default() -> None:
    """CTR-02, CTR-22, D1: nothing registered is what defaults are for."""
    assert provider_with(Defaulted).get_required_service(Defaulted).leaf is DEFAULT


@pytest.mark.parametrize("consumer", TOLERANT)
def test_a_registration_wins_over_default_and_none(consumer: Any) -> None:
    """CTR-03, CTR-22, CTR-23, CTR-24, CTR-39, D1: what is registered is injected."""
    provider = provider_with(Leaf, consumer)

    assert provider.get_required_service(consumer).leaf is provider.get_service(Leaf)


@pytest.mark.parametrize("consumer", TOLERANT)
def test_a_broken_registration_is_not_hidden_by_a_default(consumer: Any) -> None:
    """CTR-04, CTR-22, CTR-24, behaviour 7: not registered is not the same as cannot be built."""

    class Broken(Leaf):
        def __init__(self, store: Store) -> None:
            raise AssertionError("not reached")

    provider = ServiceCollection().add_singleton(Leaf, Broken).add_singleton(consumer).build_service_provider()

    with pytest.raises(UnresolvableDependencyError) as caught:
        provider.get_service(consumer)

    assert caught.value.service_type is Store


@pytest.mark.parametrize("consumer", [Nullable, OldNullable, NullableDefaulted, ImplicitlyNullable])
def test_an_unregistered_parameter_that_may_be_none_is_none(consumer: Any) -> None:
    """CTR-23, CTR-39, D2: the hint says that None is legal."""
    assert provider_with(consumer).get_required_service(consumer).leaf is None


def test_a_union_of_two_types_is_refused() -> None:
    """CTR-25: never the first registered member, which would change meaning with the next registration."""

    class Undecided:
        def __init__(self, store: MemoryStore | DiskStore) -> None:
            raise AssertionError("not reached")

    provider = provider_with(MemoryStore, Undecided)

    with pytest.raises(UnresolvableDependencyError, match="store") as caught:
        provider.get_service(Undecided)

    assert caught.value.parameter == "store"
    assert caught.value.implementation is Undecided
    assert "MemoryStore" in str(caught.value)
    assert "DiskStore" in str(caught.value)


@pytest.mark.parametrize("hint", [MemoryStore | DiskStore, Union[MemoryStore, DiskStore, None], Union[int, str]])  # noqa: UP007 - the old spelling
def test_a_union_with_a_default_takes_the_default(hint: Any) -> None:
    """CTR-25: also when a member is registered."""

    class Undecided:
        def __init__(self, store: hint = "default") -> None:
            self.store = store

    assert provider_with(MemoryStore, Undecided).get_required_service(Undecided).store == "default"


@pytest.mark.parametrize(
    "hint",
    [
        Annotated[Leaf, "documentation"],
        Annotated[Leaf, Leaf, lambda: DEFAULT, ...],
        Annotated[Leaf, "a"] | None,
        Annotated[Leaf | None, "a"],
        Optional[Annotated[Annotated[Leaf, 1], 2]],  # noqa: UP045 - the old spelling
    ],
)
def test_foreign_metadata_is_ignored(hint: Any) -> None:
    """CTR-26: Annotated is shared with others; only our own marks count."""

    class Documented:
        def __init__(self, leaf: hint) -> None:
            self.leaf = leaf

    provider = provider_with(Leaf, Documented)

    assert provider.get_required_service(Documented).leaf is provider.get_service(Leaf)


def test_a_closed_generic_parameter_is_looked_up_as_such() -> None:
    """CTR-27: the arguments are part of the key."""

    class Page:
        def __init__(self, users: Repository[User]) -> None:
            self.users = users

    services = ServiceCollection().add_singleton(Repository[User], UserRepository).add_singleton(Page)

    assert isinstance(services.build_service_provider().get_required_service(Page).users, UserRepository)


def test_a_protocol_parameter_is_a_key_like_any_class() -> None:
    """CTR-28: nobody searches for something of that shape."""

    class Post:
        def __init__(self, mailer: Mailer) -> None:
            self.mailer = mailer

    services = ServiceCollection().add_singleton(Postman).add_singleton(Post)

    with pytest.raises(UnresolvableDependencyError):
        services.build_service_provider().get_service(Post)

    services.add_singleton(Mailer, Postman)

    assert isinstance(services.build_service_provider().get_required_service(Post).mailer, Postman)


def test_a_parameter_without_a_hint_takes_its_default_or_is_an_error() -> None:
    """CTR-33: services are never found by a parameter's name."""

    class Bare:
        def __init__(self, leaf) -> None:  # type: ignore[no-untyped-def]
            raise AssertionError("not reached")

    class BareDefaulted:
        def __init__(self, leaf=7) -> None:  # type: ignore[no-untyped-def]
            self.leaf = leaf

    provider = provider_with(Leaf, Bare, BareDefaulted)

    assert provider.get_required_service(BareDefaulted).leaf == 7
    with pytest.raises(UnresolvableDependencyError, match="'leaf'") as caught:
        provider.get_service(Bare)
    assert (caught.value.parameter, caught.value.implementation) == ("leaf", Bare)


@pytest.mark.parametrize("hint", [object, Any, type[Leaf], type, Callable[..., Leaf], Callable[[], Leaf]])
@pytest.mark.parametrize("state", ["unregistered", "defaulted", "registered"])
def test_wide_hints_are_looked_up_exactly(hint: Any, state: str) -> None:
    """CTR-36: no factory and no class is made up for them."""
    nothing = object()

    class Strict:
        def __init__(self, thing: hint) -> None:
            self.thing = thing

    class Relaxed:
        def __init__(self, thing: hint = nothing) -> None:
            self.thing = thing

    services = ServiceCollection().add_singleton(Strict).add_singleton(Relaxed).add_singleton(Leaf)
    if state == "registered":
        services.add_singleton(hint, factory=lambda: Leaf)
    provider = services.build_service_provider()

    if state == "unregistered":
        with pytest.raises(UnresolvableDependencyError):
            provider.get_service(Strict)
    elif state == "defaulted":
        assert provider.get_required_service(Relaxed).thing is nothing
    else:
        assert provider.get_required_service(Strict).thing is provider.get_required_service(Relaxed).thing is Leaf
