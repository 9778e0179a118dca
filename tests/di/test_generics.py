"""Open generics: one registration for every closed form."""

from typing import Any, Generic, TypeVar

import pytest

from corner_host.di import ServiceCollection, ServiceLifetime, UnresolvableDependencyError
from tests.di.toys import LIFETIMES, Admin, Leaf, Repository, SqlRepository, T, U, User, UserRepository, add

Person = TypeVar("Person", bound=User)
Text = TypeVar("Text", str, bytes)
K = TypeVar("K")
V = TypeVar("V")


class PersonRepository(Repository[Person]):
    """Only for users and their kin."""


class TextRepository(Repository[Text]):
    """Only for str and bytes."""


class Validator(Generic[T]):
    pass


class CheckedRepository(Repository[T]):
    def __init__(self, validator: Validator[T], leaf: Leaf) -> None:
        self.validator, self.leaf = validator, leaf


class OpenValidator(Validator[T]):
    def __init__(self, kind: type[T]) -> None:
        self.kind = kind


class Pair(Generic[T, U]):
    pass


class SwappedPair(Pair[V, K], Generic[K, V]):
    def __init__(self, first: type[K], second: type[V]) -> None:
        self.kinds = first, second


@pytest.mark.parametrize("lifetime", LIFETIMES)
def test_a_closed_form_closes_the_implementation_and_its_dependencies(lifetime: ServiceLifetime) -> None:
    """GEN-01, GEN-20, GEN-21: the argument goes down into the constructor's hints."""
    services = ServiceCollection().add_singleton(Leaf)
    add(services, lifetime, Repository, CheckedRepository)
    add(services, lifetime, Validator, OpenValidator)

    repository: Any = services.build_service_provider().get_required_service(Repository[User])

    validator, leaf = repository.validator, repository.leaf

    assert type(repository) is CheckedRepository
    assert validator.kind is User
    assert isinstance(leaf, Leaf)


def test_an_open_class_can_be_its_own_implementation() -> None:
    """GEN-20, REG-02: one open type stands for both."""
    provider = ServiceCollection().add_transient(OpenValidator).build_service_provider()

    assert provider.get_required_service(OpenValidator[int]).kind is int


def test_a_closed_registration_is_preferred_although_it_came_first() -> None:
    """GEN-02, GEN-20: the exact answer wins over the general one."""
    services = (
        ServiceCollection().add_singleton(Repository[User], UserRepository).add_singleton(Repository, SqlRepository)
    )
    provider = services.build_service_provider()

    assert isinstance(provider.get_service(Repository[User]), UserRepository)
    assert isinstance(provider.get_service(Repository[Leaf]), SqlRepository)


def test_the_last_of_two_open_registrations_answers() -> None:
    """GEN-03: as with any service."""
    services = ServiceCollection().add_singleton(Repository, PersonRepository).add_singleton(Repository, SqlRepository)

    assert isinstance(services.build_service_provider().get_service(Repository[User]), SqlRepository)


def test_open_and_closed_registrations_come_in_order() -> None:
    """GEN-04, INS-04: all that match a closed form, as they were registered."""
    ready = UserRepository()
    services = (
        ServiceCollection().add_singleton(Repository[User], UserRepository).add_singleton(Repository, SqlRepository)
    )
    services.add_singleton(Repository[Leaf], instance=Repository()).add_singleton(Repository[User], instance=ready)
    services.add_singleton(Repository, PersonRepository)

    found = services.build_service_provider().get_services(Repository[User])

    assert [type(one) for one in found] == [UserRepository, SqlRepository, UserRepository, PersonRepository]
    assert found[2] is ready


@pytest.mark.parametrize(
    ("implementation", "argument"), [(PersonRepository, int), (TextRepository, int), (TextRepository, bool)]
)
def test_an_argument_outside_the_bound_is_an_error_for_one(implementation: Any, argument: type) -> None:
    """GEN-05, GEN-23: bound and constraints of the type variable are kept, and both types named."""
    provider = ServiceCollection().add_singleton(Repository, implementation).build_service_provider()

    with pytest.raises(UnresolvableDependencyError, match=implementation.__name__) as caught:
        provider.get_service(Repository[argument])  # type: ignore[valid-type]

    assert argument.__name__ in str(caught.value)


def test_an_argument_within_the_bound_is_fine() -> None:
    """GEN-23: issubclass for a bound, membership for constraints."""
    services = ServiceCollection().add_singleton(Repository, PersonRepository)
    provider = services.add_singleton(Pair, SwappedPair).build_service_provider()
    texts = ServiceCollection().add_singleton(Repository, TextRepository).build_service_provider()

    assert isinstance(provider.get_service(Repository[Admin]), PersonRepository)
    assert isinstance(texts.get_service(Repository[bytes]), TextRepository)


def test_what_does_not_fit_is_left_out_of_a_sequence() -> None:
    """GEN-06: silently, down to an empty sequence."""
    services = ServiceCollection().add_singleton(Repository, PersonRepository)
    assert list(services.build_service_provider().get_services(Repository[int])) == []

    services.add_singleton(Repository, SqlRepository).add_singleton(Repository, TextRepository)
    found = services.build_service_provider().get_services(Repository[int])

    assert [type(one) for one in found] == [SqlRepository]


def test_one_that_does_not_fit_does_not_fall_back_to_an_earlier() -> None:
    """GEN-07: the last is asked and cannot."""
    services = ServiceCollection().add_singleton(Repository, SqlRepository).add_singleton(Repository, PersonRepository)

    with pytest.raises(UnresolvableDependencyError):
        services.build_service_provider().get_service(Repository[int])


def test_an_open_singleton_is_one_object_per_closed_form() -> None:
    """GEN-11, GEN-17, behaviour 9: singly and in a sequence the same."""
    provider = ServiceCollection().add_singleton(Repository, SqlRepository).build_service_provider()

    assert provider.get_service(Repository[User]) is provider.get_service(Repository[User])
    assert provider.get_service(Repository[User]) is provider.get_services(Repository[User])[0]
    assert len({id(provider.get_service(Repository[kind])) for kind in (User, Leaf)}) == 2  # type: ignore[valid-type]


@pytest.mark.parametrize("lifetime", [ServiceLifetime.SINGLETON, ServiceLifetime.SCOPED])
def test_an_open_registration_thrice_is_three_objects_per_form(lifetime: ServiceLifetime) -> None:
    """GEN-12, LIF-14: each registration has a slot of its own for each closed form."""
    services = ServiceCollection()
    for _ in range(3):
        add(services, lifetime, Repository, SqlRepository)
    inside = services.build_service_provider().create_scope().service_provider

    found = [*inside.get_services(Repository[User]), *inside.get_services(Repository[Leaf])]

    assert len({id(one) for one in found}) == 6
    assert inside.get_service(Repository[User]) is found[2]


def test_only_closed_forms_are_services() -> None:
    """GEN-13, GEN-25, SELF-06: the bare class is not registered, and None when asked for."""
    provider = ServiceCollection().add_singleton(Repository, SqlRepository).build_service_provider()

    assert provider.is_service(Repository[User])
    assert not provider.is_service(Repository)
    assert provider.get_service(Repository) is None


def test_arguments_match_exactly() -> None:
    """GEN-14: a repository of admins is no repository of users."""
    services = ServiceCollection().add_singleton(Repository[Admin], instance=Repository())
    provider = services.build_service_provider()

    assert provider.get_service(Repository[User]) is None
    assert list(provider.get_services(Repository[User])) == []
    assert provider.get_service(Repository[Admin]) is not None


def test_a_keyed_open_registration_answers_under_its_key() -> None:
    """GEN-15: key and argument together."""
    provider = ServiceCollection().add_singleton(Repository, SqlRepository, key="k").build_service_provider()

    assert isinstance(provider.get_service(Repository[User], key="k"), SqlRepository)
    assert provider.get_service(Repository[User]) is None
    assert [type(one) for one in provider.get_services(Repository[User], key="k")] == [SqlRepository]


def test_build_validation_passes_over_open_registrations() -> None:
    """GEN-16, VB-04: whether one works depends on the argument."""
    services = ServiceCollection().add_singleton(Repository, CheckedRepository)

    services.build_service_provider(validate_on_build=True)


def test_type_variables_are_mapped_through_the_bases() -> None:
    """GEN-22, D7: the implementation lists its variables in another order than its base."""
    provider = ServiceCollection().add_singleton(Pair, SwappedPair).build_service_provider()

    pair: Any = provider.get_required_service(Pair[int, str])

    assert pair.kinds == (str, int)


def test_an_implementation_can_know_its_argument() -> None:
    """GEN-24: a type[T] parameter during construction, __orig_class__ afterwards."""
    provider = ServiceCollection().add_singleton(Repository, SqlRepository).build_service_provider()

    repository: Any = provider.get_required_service(Repository[User])

    assert repository.kind is User
    assert repository.__orig_class__ == SqlRepository[User]


def test_a_factory_can_make_every_closed_form() -> None:
    """GEN-08, GEN-24: a factory that is told the argument is as good as an open implementation."""

    def make(kind: type[T], leaf: Leaf) -> Repository[T]:
        return SqlRepository(kind)

    services = ServiceCollection().add_singleton(Leaf).add_singleton(Repository, factory=make)
    provider = services.build_service_provider()

    repository: Any = provider.get_required_service(Repository[User])

    assert repository.kind is User
    assert provider.get_service(Repository[User]) is repository
    assert provider.get_service(Repository[Leaf]) is not repository


def test_an_argument_may_be_generic_itself() -> None:
    """GEN-01: closed forms nest, and inner variables are substituted as well."""

    class ListValidator(Repository[T]):
        def __init__(self, kind: type[T], inner: Validator[list[T]]) -> None:
            self.kind, self.inner = kind, inner

    services = ServiceCollection().add_singleton(Repository, ListValidator).add_singleton(Validator, OpenValidator)
    provider = services.build_service_provider()

    nested: Any = provider.get_required_service(Repository[Repository[User]])
    plain: Any = provider.get_required_service(Repository[int])

    assert nested.kind == Repository[User]
    assert plain.inner.kind == list[int]
    assert provider.get_service(Validator[list[int]]) is plain.inner
