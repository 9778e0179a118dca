"""The toy services that the container's tests register, and the small questions they all ask."""

from abc import ABC, abstractmethod
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any, Generic, Protocol, TypeVar

from corner_host.di import ServiceCollection, ServiceLifetime, ServiceProvider

T = TypeVar("T")
U = TypeVar("U")

LIFETIMES = list(ServiceLifetime)


class Leaf:
    """Needs nothing."""


class Branch:
    """Needs a leaf."""

    def __init__(self, leaf: Leaf) -> None:
        self.leaf = leaf


class Tree:
    """Needs a branch, which needs a leaf, and a leaf of its own."""

    def __init__(self, branch: Branch, leaf: Leaf) -> None:
        self.branch = branch
        self.leaf = leaf


class Store(ABC):
    """An abstract base class with two implementations."""

    @abstractmethod
    def load(self) -> str:
        """Read."""


class MemoryStore(Store):
    def load(self) -> str:
        return "memory"


class DiskStore(Store):
    def load(self) -> str:
        return "disk"


class Shop:
    """Needs a store."""

    def __init__(self, store: Store) -> None:
        self.store = store


class Mailer(Protocol):
    """A protocol; ``Postman`` keeps it without deriving from it."""

    def send(self, text: str) -> str:
        """Send."""
        ...


class Postman:
    def send(self, text: str) -> str:
        return f"by hand: {text}"


class User:
    """An argument for the generic services."""


class Admin(User):
    """A user who may do more."""


class Repository(Generic[T]):
    """An open generic service."""


class SqlRepository(Repository[T]):
    """Its open generic implementation, which also is told what it is a repository of."""

    def __init__(self, kind: type[T]) -> None:
        self.kind = kind


class UserRepository(Repository[User]):
    """A closed implementation."""


class Journal:
    """What happened, in order."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def write(self, line: str) -> None:
        self.lines.append(line)


class Closable:
    """Writes its end to the journal; made after what it needs."""

    def __init__(self, journal: Journal) -> None:
        self.journal = journal

    def close(self) -> None:
        self.journal.write(f"{type(self).__name__} closed")


class AsyncClosable:
    """Can only be closed asynchronously."""

    def __init__(self, journal: Journal) -> None:
        self.journal = journal

    async def aclose(self) -> None:
        self.journal.write(f"{type(self).__name__} aclosed")


class BothClosable(Closable):
    """Can be closed in both ways."""

    async def aclose(self) -> None:
        self.journal.write(f"{type(self).__name__} aclosed")


def add(services: ServiceCollection, lifetime: ServiceLifetime, service: Any, *args: Any, **kwargs: Any) -> Any:
    """Call the add method of the lifetime."""
    return getattr(services, f"add_{lifetime.name.lower()}")(service, *args, **kwargs)


def provider_with(*singletons: Any, **options: Any) -> ServiceProvider:
    """Build a provider of these classes, each a singleton under its own name."""
    services = ServiceCollection()
    for service in singletons:
        services.add_singleton(service)
    return services.build_service_provider(**options)


def journalled() -> tuple[ServiceCollection, Journal]:
    """Return a collection that holds a journal, and the journal."""
    journal = Journal()
    return ServiceCollection().add_singleton(Journal, instance=journal), journal


def chain_of(length: int) -> list[type]:
    """Return classes each of which needs the one after it."""
    links: list[type] = [type("Link", (), {"depth": 1})]
    for depth in range(2, length + 1):
        below = links[-1]

        def __init__(self: Any, below: Any) -> None:
            self.depth = below.depth + 1

        __init__.__annotations__["below"] = below
        links.append(type("Link", (), {"__init__": __init__, "depth_in_chain": depth}))
    return links[::-1]


def at_once(threads: int, work: Callable[[], T]) -> list[T]:
    """Run *work* in many threads that start together; return what each got."""
    barrier = Barrier(threads)

    def together(_: int) -> T:
        barrier.wait(10)
        return work()

    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(together, range(threads)))
