"""Programs that must pass both checkers; never run."""

from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Iterator, Sequence
from typing import Annotated, Generic, NewType, Protocol, TypeVar, assert_type

from corner_host.di import (
    FromConfiguration,
    FromKeyedServices,
    InheritKey,
    ServiceCollection,
    ServiceKey,
    ServiceProvider,
    ServiceScope,
    call,
    call_async,
    create_factory,
    create_instance,
    get_service_or_create_instance,
)

T = TypeVar("T")
Address = NewType("Address", str)


class Mailer(Protocol):
    def send(self, text: str) -> None: ...


class SmtpMailer:
    def send(self, text: str) -> None: ...


class Store(ABC):
    @abstractmethod
    def load(self) -> str: ...


class DiskStore(Store):
    def load(self) -> str:
        return ""


class Repository(Generic[T]):
    def one(self) -> T:
        raise NotImplementedError


class SqlRepository(Repository[T]): ...


class Marked:
    def __init__(
        self,
        mailer: Annotated[Mailer, FromKeyedServices("fast")],
        inherited: Annotated[Mailer, InheritKey],
        own: Annotated[str, ServiceKey],
        size: Annotated[int, FromConfiguration("A:Size")],
    ) -> None: ...


def make_store() -> Store:
    return DiskStore()


async def make_store_later(mailer: Mailer) -> Store:
    return DiskStore()


def yield_store() -> Iterator[Store]:
    yield DiskStore()


async def yield_store_later() -> AsyncIterator[Store]:
    yield DiskStore()


def registering(services: ServiceCollection) -> None:
    assert_type(services.add_singleton(Mailer, SmtpMailer), ServiceCollection)
    assert_type(services.add_scoped(Store, DiskStore).add_transient(DiskStore), ServiceCollection)
    services.add_singleton(Repository, SqlRepository)  # pyright: ignore[reportUnknownArgumentType] # a generic class
    services.add_singleton(Repository[int], SqlRepository[int])
    services.add_singleton(Store, factory=make_store, key="k").add_scoped(Store, factory=make_store_later)
    services.add_transient(Store, factory=yield_store).add_scoped(Store, factory=yield_store_later)
    services.add_singleton(Store, DiskStore, factory=lambda provider: DiskStore())
    services.add_singleton(int, instance=7).add_singleton(Address, instance=Address("x"))
    services.add_singleton(list[int], instance=[1]).add_singleton(Marked)
    services.try_add_singleton(Mailer, SmtpMailer)
    services.decorate(Store, DiskStore)


def asking(provider: ServiceProvider) -> None:
    assert_type(provider.get_required_service(Mailer), Mailer)
    assert_type(provider.get_required_service(Store, key="k"), Store)
    assert_type(provider.get_service(Store), Store | None)
    assert_type(provider.get_services(Mailer), Sequence[Mailer])
    assert_type(provider.get_required_service(Repository[int]).one(), int)
    assert_type(provider.get_required_service(list[int]), list[int])
    assert_type(provider.get_required_service(Annotated[Store, "documented"]), Store)
    assert_type(provider.get_required_service(Address), Address)
    assert_type(provider.is_service(Store), bool)
    with provider.create_scope() as scope:
        assert_type(scope, ServiceScope)
        assert_type(scope.service_provider.get_required_service(Store).load(), str)
    with provider.override(Store, DiskStore()):
        pass


async def awaiting(provider: ServiceProvider) -> None:
    assert_type(await provider.get_required_service_async(Store), Store)
    assert_type(await provider.get_service_async(Mailer), Mailer | None)
    assert_type(await provider.get_services_async(Store), Sequence[Store])
    async with provider.create_scope() as scope:
        assert_type(scope, ServiceScope)
    assert_type(await call_async(provider, make_store_later), Store)


def building(provider: ServiceProvider) -> None:
    assert_type(create_instance(provider, DiskStore), DiskStore)
    assert_type(create_factory(DiskStore, int)(provider, 1), DiskStore)
    assert_type(get_service_or_create_instance(provider, DiskStore), DiskStore)
    assert_type(call(provider, make_store), Store)
