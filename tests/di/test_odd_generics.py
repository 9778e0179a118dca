"""Generics that strain the rules: growing, partly closed, partly fixed, and of the wrong argument."""

from typing import Annotated, Any, Generic, Protocol, TypeVar

import pytest

from corner_host.di import FromKeyedServices, RegistrationError, ServiceCollection, ServiceProvider
from corner_host.primitives import CornerHostError
from tests.di.toys import Repository, SqlRepository, T, U, User, UserRepository


class Validator(Generic[T]):
    pass


class OpenValidator(Validator[T]):
    def __init__(self, kind: type[T]) -> None:
        self.kind = kind


class CheckedBy(Repository[T]):
    def __init__(self, kind: type[T], validator: Validator[T]) -> None:
        self.kind, self.validator = kind, validator


class Growing(Repository[T]):
    def __init__(self, inner: Repository[list[T]]) -> None:
        raise AssertionError("not reached")


def test_a_generic_that_needs_an_ever_growing_one_is_an_error() -> None:
    """CIR-07, CON-04: it ends, and says what grows; neither a hang nor a RecursionError."""
    provider = ServiceCollection().add_singleton(Repository, Growing).build_service_provider()

    with pytest.raises(CornerHostError, match="Repository"):
        provider.get_service(Repository[int])


class Pair(Generic[T, U]):
    pass


class UserPair(Pair[User, T]):
    pass


def test_a_base_with_fewer_variables_is_refused_or_closed_rightly() -> None:
    """GEN-09, GEN-22: an implementation that fixes one of two arguments does not fit the open service."""
    with pytest.raises(CornerHostError, match="UserPair"):
        ServiceCollection().add_singleton(Pair, UserPair)


class Deep(SqlRepository[list[T]]):
    """A repository of lists: its variable is inside of the argument of its base."""


def test_a_variable_inside_of_an_argument_is_refused_or_matched() -> None:
    """GEN-22, D7: Repository[list[int]] from Deep[int], or a clear refusal; never Deep[list[int]]."""
    try:
        provider = ServiceCollection().add_singleton(Repository, Deep).build_service_provider()
    except CornerHostError:
        return

    found: Any = provider.get_service(Repository[list[int]])
    assert found.__orig_class__ == Deep[int]


@pytest.mark.parametrize("implementation", [SqlRepository[str], UserRepository])
def test_an_implementation_of_another_closed_form_is_refused(implementation: Any) -> None:
    """REG-11, D5: both arguments are known, so it is certain."""
    with pytest.raises(RegistrationError, match="Repository"):
        ServiceCollection().add_singleton(Repository[int], implementation)


def test_a_closed_implementation_is_built_with_its_argument() -> None:
    """GEN-20, GEN-24: given as an alias, as service or as implementation."""
    services = ServiceCollection().add_singleton(Repository[int], SqlRepository[int]).add_singleton(SqlRepository[str])
    provider = services.build_service_provider()

    repository: Any = provider.get_required_service(Repository[int])

    assert repository.kind is int
    assert provider.get_required_service(SqlRepository[str]).kind is str


class Everywhere(Repository[T]):
    def __init__(
        self,
        item: T,
        maybe: T | None,
        many: list[T],
        keyed: Annotated[Repository[T], FromKeyedServices("k")],
        named: dict[str, T] | None = None,
    ) -> None:
        self.all = item, maybe, many, keyed, named


def test_the_argument_goes_into_every_corner_of_the_hints() -> None:
    """GEN-21: alone, in unions, collections, marked hints."""
    services = ServiceCollection().add_singleton(User).add_singleton(Repository, Everywhere)
    services.add_singleton(Repository, SqlRepository, key="k")
    provider = services.build_service_provider()

    everywhere: Any = provider.get_required_service(Repository[User])
    item, maybe, many, keyed, named = everywhere.all

    assert item is maybe is provider.get_service(User)
    assert many == [item]
    assert keyed.kind is User
    assert named is None


Out_co = TypeVar("Out_co", covariant=True)


class Getting(Protocol[Out_co]):
    def get(self) -> type[Out_co]: ...


class Getter(Generic[T]):
    def __init__(self, kind: type[T]) -> None:
        self.kind = kind

    def get(self) -> type[T]:
        return self.kind


def test_a_generic_protocol_is_an_open_service() -> None:
    """GEN-01, GEN-20, REG-11: kept by shape, so its variables go by position."""
    getting: Any = Getting
    provider = ServiceCollection().add_singleton(getting, Getter).build_service_provider()

    assert provider.get_required_service(getting[int]).get() is int


def test_one_factory_may_ask_for_another_closed_form_of_itself() -> None:
    """CIR-07, CIR-13, GEN-11: another argument is another service."""

    def make(kind: type[T], provider: ServiceProvider) -> Repository[T]:
        inner: Any = provider.get_service(Repository[str]) if kind is int else None
        repository = SqlRepository(kind)
        repository.inner = inner  # type: ignore[attr-defined]
        return repository

    provider = ServiceCollection().add_transient(Repository, factory=make).build_service_provider()

    repository: Any = provider.get_required_service(Repository[int])

    assert repository.inner.kind is str


W = TypeVar("W")


class OtherVariable(CheckedBy[W]):
    """Inherits a constructor that speaks of another variable."""


class ForUsers(CheckedBy[User]):
    """Inherits a constructor, and says for good what its variable is."""


class ForUsersAgain(ForUsers):
    """One step further away."""


@pytest.mark.parametrize(
    ("service", "implementation", "asked"),
    [
        (Repository, OtherVariable, Repository[User]),
        (Repository[User], OtherVariable[User], Repository[User]),
        (Repository[User], ForUsers, Repository[User]),
        (ForUsersAgain, ForUsersAgain, ForUsersAgain),
    ],
)
def test_an_inherited_constructor_is_read_with_the_arguments_of_its_class(
    service: Any, implementation: Any, asked: Any
) -> None:
    """GEN-21, GEN-22, CTR-20, D7: variables are followed through the bases, up to the class that wrote the hints."""
    services = ServiceCollection().add_singleton(service, implementation)
    services.add_singleton(Validator, OpenValidator)

    repository: Any = services.build_service_provider().get_required_service(asked)

    assert repository.kind is User
    assert repository.validator.kind is User
