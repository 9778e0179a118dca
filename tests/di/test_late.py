"""Registrations of an area that are made when somebody looks at them, or asks for one of their services."""

import threading
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from corner_host.di import ServiceCollection, ServiceDescriptor, ServiceLifetime, ServiceNotRegisteredError
from tests.di.toys import Leaf, MemoryStore, Repository, SqlRepository, Store, User, UserRepository

AREA = "tests.di.toys"


class Other:
    """Of another area than the toys."""


class Stores:
    """Not registered; the name is much like another's."""


class Register:
    """Registers toys; counts how often."""

    def __init__(self) -> None:
        self.times = 0

    def __call__(self, services: ServiceCollection) -> None:
        self.times += 1
        opened: Any = Repository
        services.add_singleton(Store, MemoryStore).add_transient(opened, SqlRepository)
        services.try_add_singleton(Other, instance=Other())


def late() -> tuple[ServiceCollection, Register]:
    """A collection with registrations before and after the late ones."""
    register = Register()
    services = (
        ServiceCollection().add_singleton(int, instance=7).add_late(AREA, register).add_singleton(str, instance="x")
    )
    return services, register


def early() -> ServiceCollection:
    """The same where nothing is late."""
    services = ServiceCollection().add_singleton(int, instance=7)
    Register()(services)
    return services.add_singleton(str, instance="x")


def names(services: ServiceCollection) -> list[str]:
    return [each.service_type.__name__ for each in services]


def test_nobody_who_asks_for_something_else_has_them_made() -> None:
    """Neither adding, nor building, nor another service, registered or not."""
    services, register = late()
    services.try_add_singleton(Other)
    provider = services.build_service_provider(validate_scopes=True, validate_on_build=True)

    assert (provider.get_service(int), provider.get_service(float), list(provider.get_services(str))) == (
        7,
        None,
        ["x"],
    )
    assert provider.is_service(Other)
    assert not provider.is_service(bytes)
    assert (register.times, services.is_late(AREA), services.is_late("tests.di")) == (0, True, False)


ASKING: dict[str, Callable[[Any], object]] = {
    "one": lambda provider: provider.get_service(Store),
    "required": lambda provider: provider.get_required_service(Store),
    "all": lambda provider: provider.get_services(Store)[0],
    "a form of a generic class": lambda provider: provider.get_required_service(Repository[User]),
    "whether it is there": lambda provider: provider.is_service(Store),
    "a consumer": lambda provider: provider.get_required_service(list[Store]),
}


@pytest.mark.parametrize("asking", ASKING)
def test_who_asks_for_one_of_them_gets_it(asking: str) -> None:
    """The registrations are made once for the provider."""
    services, register = late()
    provider = services.build_service_provider()

    assert ASKING[asking](provider)
    assert ASKING[asking](provider)
    assert register.times == 1


class Wrapped(MemoryStore):
    def __init__(self, inner: Store) -> None:
        self.inner = inner


LOOKING: dict[str, Callable[[ServiceCollection], object]] = {
    "iterate": list,
    "count": len,
    "index": lambda services: services[0],
    "insert": lambda services: services.insert(
        0, ServiceDescriptor(int, lifetime=ServiceLifetime.SINGLETON, instance=1)
    ),
    "delete": lambda services: services.__delitem__(-1),
    "remove": lambda services: services.remove_all(float),
    "replace": lambda services: services.replace(
        ServiceDescriptor(float, lifetime=ServiceLifetime.SINGLETON, instance=1.0)
    ),
    "add one of theirs": lambda services: services.add_singleton(Repository[User], UserRepository),
    "ask for one of theirs": lambda services: services.registrations_of(Leaf),
    "copy": lambda services: services.__copy__(),
}


@pytest.mark.parametrize("looking", LOOKING)
def test_who_looks_at_the_collection_sees_them_where_they_were_added(looking: str) -> None:
    """It makes no difference that they were late."""
    (services, register), others = late(), early()
    LOOKING[looking](services)
    LOOKING[looking](others)

    assert (register.times, services.is_late(AREA)) == (1, False)
    assert names(services) == names(others)


def test_they_stand_at_the_place_of_the_call() -> None:
    """Several areas too, and what they try to add sees what goes before."""
    services = ServiceCollection().add_singleton(Other, instance=Other())
    services.add_late(AREA, Register()).add_singleton(str, instance="x")
    services.add_late("decimal", lambda services: services.add_singleton(float, instance=1.0))
    services.add_singleton(int, instance=7)

    assert names(services) == ["Other", "Store", "Repository", "str", "float", "int"]


def test_a_form_that_was_registered_goes_before_theirs() -> None:
    """As it does when nothing is late."""
    services, _ = late()
    services.add_singleton(Repository[User], UserRepository)
    provider = services.build_service_provider()

    assert isinstance(provider.get_required_service(Repository[User]), UserRepository)
    assert [type(each) for each in provider.get_services(Repository[User])] == [SqlRepository, UserRepository]


def test_a_read_only_collection_still_shows_them() -> None:
    """What refuses changes is the collection, not what was promised before."""
    services, _ = late()
    services.make_read_only()

    assert len(services) == 5


def test_a_late_service_is_named_where_another_one_is_missing() -> None:
    """The hint knows all that is registered."""
    services, _ = late()

    with pytest.raises(ServiceNotRegisteredError, match=r"Did you mean: .*tests\.di\.toys\.Store"):
        services.build_service_provider().get_required_service(Stores)


def test_decorating_one_of_them_works() -> None:
    """The decorator is there before the service."""
    services, _ = late()
    services.decorate(Store, Wrapped)
    found = services.build_service_provider().get_required_service(Store)

    assert isinstance(found, Wrapped)
    assert isinstance(found.inner, MemoryStore)


def test_threads_that_ask_at_once_all_get_them() -> None:
    """Whoever comes while they are made waits."""
    entered, go_on = threading.Event(), threading.Event()

    def register(services: ServiceCollection) -> None:
        entered.set()
        assert go_on.wait(10)
        services.add_singleton(Store, MemoryStore)

    provider = ServiceCollection().add_late(AREA, register).build_service_provider()
    found: list[Sequence[Store]] = []
    threads = [threading.Thread(target=lambda: found.append(provider.get_services(Store))) for _ in range(4)]
    for thread in threads:
        thread.start()
    assert entered.wait(10)
    go_on.set()
    for thread in threads:
        thread.join(10)

    assert [len(each) for each in found] == [1] * 4
