"""Mistakes that both checkers must see, one in each marked line; never run."""

from corner_host.di import ServiceCollection, ServiceDescriptor, ServiceProvider


class Store: ...


class Disk(Store): ...


def make() -> Store:
    return Disk()


def registering(services: ServiceCollection) -> None:
    services.add_singleton(Store, make)  # wrong: a function is no implementation
    services.add_singleton(Store, Disk())  # wrong: an instance goes to instance=
    services.add_singleton(Store, factory=42)  # wrong: not callable
    services.add_singleton(Store, factory=make, instance=Disk())  # wrong: two ways to make it
    services.add_singleton(Store, Disk, instance=Disk())  # wrong: two ways to make it
    services.add_scoped(Store, instance=Disk())  # wrong: an instance is a singleton
    services.add_transient(Store, instance=Disk())  # wrong: an instance is a singleton
    services.add_singleton(Store())  # wrong: an object is no service
    services.append(Store)  # wrong: not a descriptor
    ServiceDescriptor(Store)  # wrong: no lifetime


def asking(provider: ServiceProvider) -> None:
    provider.get_required_service(Store).load()  # wrong: no such method
    provider.get_service(Store).close()  # wrong: it may be None
    number: int = provider.get_required_service(Store)  # wrong: it is a Store
    provider.get_required_service(7)  # wrong: a number is no service
    with provider.override(Store):  # pass
        print(number)
