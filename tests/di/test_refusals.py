"""Wrong registrations: each is refused with its own message, as early as it is certain."""

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any, Generic, Protocol, TypeVar, TypeVarTuple, runtime_checkable

import pytest

from corner_host.di import (
    RegistrationError,
    ServiceCollection,
    ServiceDescriptor,
    ServiceLifetime,
)
from tests.di.toys import (
    LIFETIMES,
    Leaf,
    Mailer,
    MemoryStore,
    Postman,
    Repository,
    SqlRepository,
    Store,
    T,
    U,
    User,
    UserRepository,
    add,
)

Ts = TypeVarTuple("Ts")
Number = TypeVar("Number", bound=int)


class Pair(Generic[T, U]):
    pass


ANY_PAIR: Any = Pair


class OpenStore(Repository[T], ABC):
    @abstractmethod
    def load(self) -> T: ...


class HalfStore(Store):
    """Still abstract."""


class Shelf(Generic[*Ts]):
    pass


@runtime_checkable
class Named(Protocol):
    name: str


@runtime_checkable
class Loading(Protocol):
    def load(self) -> str: ...


@pytest.mark.parametrize("lifetime", LIFETIMES)
@pytest.mark.parametrize(("service", "implementation"), [(Store, HalfStore), (Mailer, Mailer), (Loading, Loading)])
def test_an_abstract_implementation_is_refused_and_named(
    lifetime: ServiceLifetime, service: Any, implementation: Any
) -> None:
    """REG-09, D5: abstract classes and protocols cannot be built; the message names both types."""
    with pytest.raises(RegistrationError) as caught:
        add(ServiceCollection(), lifetime, service, implementation)

    assert implementation.__name__ in str(caught.value)
    assert service.__name__ in str(caught.value)
    assert caught.value.service_type is service


def test_an_interface_alone_is_refused() -> None:
    """REG-02, REG-09: an interface cannot be its own implementation."""
    with pytest.raises(RegistrationError, match="Store"):
        ServiceCollection().add_singleton(Store)


def test_an_open_implementation_of_a_closed_service_is_refused() -> None:
    """REG-10: nothing says what to close it with."""
    with pytest.raises(RegistrationError, match="SqlRepository"):
        ServiceCollection().add_singleton(Repository[User], SqlRepository)


@pytest.mark.parametrize("lifetime", LIFETIMES)
def test_an_implementation_of_another_type_is_refused_when_added(lifetime: ServiceLifetime) -> None:
    """REG-11, D5: both are classes, so the answer is certain at once."""
    with pytest.raises(RegistrationError, match=r"Leaf.*Store|Store.*Leaf") as caught:
        add(ServiceCollection(), lifetime, Store, Leaf)

    assert caught.value.service_type is Store
    assert caught.value.implementation is Leaf


def test_a_structural_implementation_is_never_refused() -> None:
    """REG-11: a plain protocol is kept by shape, which only a type checker can judge."""
    provider = ServiceCollection().add_singleton(Mailer, Postman).build_service_provider()

    assert provider.get_required_service(Mailer).send("hello") == "by hand: hello"


def test_a_checkable_protocol_is_checked_and_one_with_data_is_not() -> None:
    """REG-11: issubclass where it answers; a protocol with data members cannot be asked."""
    services = ServiceCollection().add_singleton(Loading, MemoryStore).add_singleton(Named, Leaf)

    with pytest.raises(RegistrationError, match="Loading"):
        services.add_singleton(Loading, Leaf)

    assert len(services) == 2


def test_an_instance_of_another_type_is_refused() -> None:
    """REG-12, D5: the message names the instance's type and the service."""
    with pytest.raises(RegistrationError, match=r"Leaf.*Store|Store.*Leaf"):
        ServiceCollection().add_singleton(Store, instance=Leaf())


def a_function() -> Leaf:
    return Leaf()


NONSENSE: list[tuple[str, Callable[[Any], object]]] = [
    ("no service", lambda services: services.add_singleton(None)),
    ("None as instance", lambda services: services.add_singleton(Leaf, instance=None)),
    ("a factory that cannot be called", lambda services: services.add_singleton(Leaf, factory=42)),
    ("a string as service", lambda services: services.add_singleton("Leaf", factory=Leaf)),
    ("an object as service", lambda services: services.add_singleton(Leaf(), factory=Leaf)),
    ("a function as implementation", lambda services: services.add_singleton(Leaf, a_function)),
    ("a lambda as implementation", lambda services: services.add_transient(Leaf, lambda: Leaf())),  # noqa: PLW0108 - a callable without an annotation
    ("an instance as implementation", lambda services: services.add_scoped(Leaf, Leaf())),
    ("factory and instance", lambda services: services.add_singleton(Leaf, factory=Leaf, instance=Leaf())),
    ("type and instance", lambda services: services.add_singleton(Leaf, Leaf, instance=Leaf())),
    ("an unhashable key", lambda services: services.add_singleton(Leaf, key=["a", "list"])),
    ("a list as ANY key by factory", lambda services: services.add_scoped(Leaf, factory=Leaf, key={})),
]


@pytest.mark.parametrize("register", [pytest.param(change, id=name) for name, change in NONSENSE])
def test_nonsense_is_refused_when_added(register: Callable[[ServiceCollection], object]) -> None:
    """REG-13, FAC-13, KEY-35: what cannot be meant is refused at once, and nothing was added."""
    services = ServiceCollection()

    with pytest.raises(RegistrationError):
        register(services)

    assert len(services) == 0


def test_a_function_as_implementation_is_told_the_keyword() -> None:
    """FAC-13: the message shows how a factory is given."""
    with pytest.raises(RegistrationError, match="factory="):
        services: Any = ServiceCollection()
        services.add_singleton(Leaf, a_function)


@pytest.mark.parametrize("lifetime", [ServiceLifetime.SCOPED, ServiceLifetime.TRANSIENT])
def test_only_a_singleton_can_be_an_instance(lifetime: ServiceLifetime) -> None:
    """REG-04: a ready object has no shorter life."""
    with pytest.raises(RegistrationError):
        ServiceDescriptor(Leaf, lifetime=lifetime, instance=Leaf())
    with pytest.raises(TypeError):
        add(ServiceCollection(), lifetime, Leaf, instance=Leaf())


def make_something() -> Any:
    return UserRepository()


GENERIC_MISTAKES: list[tuple[str, Any, dict[str, Any], str]] = [
    ("closed implementation", Repository, {"implementation_type": UserRepository}, "UserRepository"),
    ("instance", Repository, {"instance": UserRepository()}, "Repository"),
    ("factory that does not say what it makes of the argument", Repository, {"factory": make_something}, "Repository"),
    ("other arity", Repository, {"implementation_type": Pair}, "Pair"),
    ("abstract open implementation", Repository, {"implementation_type": OpenStore}, "OpenStore"),
    ("half-closed service", ANY_PAIR[T, int], {"implementation_type": Pair}, "Pair"),
    ("variadic service", Shelf, {"implementation_type": Shelf}, "Shelf"),
]


@pytest.mark.parametrize(
    ("service", "arguments", "named"), [pytest.param(*rest, id=name) for name, *rest in GENERIC_MISTAKES]
)
def test_an_open_generic_needs_an_open_implementation_of_its_arity(
    service: Any, arguments: dict[str, Any], named: str
) -> None:
    """GEN-08, GEN-09, GEN-10, GEN-26: refused when added, naming what does not fit."""
    with pytest.raises(RegistrationError, match=named):
        ServiceDescriptor(service, lifetime=ServiceLifetime.SINGLETON, **arguments)


def test_two_type_parameters_do_not_implement_one() -> None:
    """GEN-09: the message names both types."""

    class Both(Repository[T], Generic[T, U]):
        pass

    with pytest.raises(RegistrationError, match=r"(?s)Both.*Repository|Repository.*Both"):
        ServiceCollection().add_singleton(Repository, Both)


def test_a_registration_error_is_a_value_error_with_fields() -> None:
    """ERR-03: service, key and implementation are data."""
    with pytest.raises(ValueError, match="Store") as caught:
        ServiceCollection().add_singleton(Store, Leaf, key="k")

    error = caught.value
    assert isinstance(error, RegistrationError)
    assert (error.service_type, error.key, error.implementation) == (Store, "k", Leaf)


def test_a_lifetime_that_is_none_is_refused_or_understood() -> None:
    """REG-01: never a singleton by name that is made anew each time."""
    try:
        services = ServiceCollection()
        services.append(ServiceDescriptor(Leaf, lifetime="singleton"))  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return

    provider = services.build_service_provider()
    assert provider.get_service(Leaf) is provider.get_service(Leaf)
