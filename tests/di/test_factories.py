"""Factories: called with what they ask for, as often as the lifetime says."""

from typing import Any

import pytest

from corner_host.di import (
    ServiceCollection,
    ServiceLifetime,
    ServiceNotRegisteredError,
    ServiceProvider,
    UnresolvableDependencyError,
)
from tests.di.toys import (
    LIFETIMES,
    Branch,
    Closable,
    DiskStore,
    Leaf,
    MemoryStore,
    Store,
    Tree,
    add,
    journalled,
)


def test_a_factory_is_called_with_a_provider_it_can_resolve_from() -> None:
    """FAC-01: by annotation, or as the one parameter without."""

    def annotated(provider: ServiceProvider) -> Branch:
        return Branch(provider.get_required_service(Leaf))

    services = ServiceCollection().add_singleton(Leaf).add_singleton(Branch, factory=annotated)
    services.add_singleton(Tree, factory=lambda p: Tree(p.get_required_service(Branch), p.get_required_service(Leaf)))
    provider = services.build_service_provider()

    tree = provider.get_required_service(Tree)

    assert tree.branch.leaf is tree.leaf is provider.get_service(Leaf)


def test_a_factory_has_its_parameters_injected() -> None:
    """FAC-01, CTR-02, CTR-23: by the rules that constructors have."""

    def make(leaf: Leaf, store: Store | None, *, size: int = 3) -> tuple[Any, ...]:
        return leaf, store, size

    provider = ServiceCollection().add_singleton(Leaf).add_singleton(tuple, factory=make).build_service_provider()

    assert provider.get_service(tuple) == (provider.get_service(Leaf), None, 3)


def test_two_parameters_without_hints_are_an_error() -> None:
    """FAC-01, CTR-33: only a single one can be meant as the provider."""
    provider = ServiceCollection().add_singleton(Leaf, factory=lambda one, two: Leaf()).build_service_provider()

    with pytest.raises(UnresolvableDependencyError, match="'one'"):
        provider.get_service(Leaf)


@pytest.mark.parametrize("lifetime", LIFETIMES)
def test_a_factory_gets_the_provider_of_whoever_owns_its_product(lifetime: ServiceLifetime) -> None:
    """FAC-02, LIF-11: the scope's for scoped and transient, the root's for singletons."""

    def make(provider: ServiceProvider) -> list[Leaf | None]:
        return [provider.get_service(Leaf)]

    services = ServiceCollection().add_scoped(Leaf)
    add(services, lifetime, list, factory=make)
    provider = services.build_service_provider()
    inside = provider.create_scope().service_provider

    owner = provider if lifetime is ServiceLifetime.SINGLETON else inside

    assert inside.get_service(list) == [owner.get_service(Leaf)]


def test_lifetimes_hold_for_factories_within_a_graph() -> None:
    """FAC-03, FAC-04, LIF-06: transient products differ, scoped ones are shared in the scope, singletons everywhere."""

    class Three:
        def __init__(self, single: int, scoped: str, transient: bytes) -> None:
            self.parts = single, scoped, transient

    counts: dict[str, int] = {"single": 0, "scoped": 0, "transient": 0}

    def count(what: str) -> int:
        counts[what] += 1
        return counts[what]

    services = ServiceCollection().add_transient(Three)
    services.add_singleton(int, factory=lambda: count("single"))
    services.add_scoped(str, factory=lambda: str(count("scoped")))
    services.add_transient(bytes, factory=lambda: str(count("transient")).encode())
    provider = services.build_service_provider()
    here, there = provider.create_scope().service_provider, provider.create_scope().service_provider

    parts = [scope.get_required_service(Three).parts for scope in (here, here, there)]

    assert parts == [(1, "1", b"1"), (1, "1", b"2"), (1, "2", b"3")]


def test_what_a_factory_made_is_closed_with_its_owner() -> None:
    """FAC-05, FAC-06: singletons with the provider, every transient with its scope."""
    services, journal = journalled()

    class Fleeting(Closable):
        pass

    services.add_singleton(Closable, factory=Closable).add_transient(Fleeting, factory=lambda j=journal: Fleeting(j))
    provider = services.build_service_provider()

    with provider.create_scope() as scope:
        scope.service_provider.get_service(Closable)
        scope.service_provider.get_service(Fleeting)
        scope.service_provider.get_service(Fleeting)
    assert journal.lines == ["Fleeting closed", "Fleeting closed"]

    provider.close()

    assert journal.lines[2:] == ["Closable closed"]


@pytest.mark.parametrize("lifetime", LIFETIMES)
async def test_a_factory_may_answer_none(lifetime: ServiceLifetime) -> None:
    """FAC-07: lenient calls and sequences give the None; the required call says where it came from; each time."""
    services = ServiceCollection()
    add(services, lifetime, Leaf, factory=lambda: None)
    inside = services.build_service_provider().create_scope().service_provider

    for _ in range(4):
        assert inside.get_service(Leaf) is None
        assert await inside.get_service_async(Leaf) is None
        assert list(inside.get_services(Leaf)) == [None]
        assert inside.is_service(Leaf)
        with pytest.raises(ServiceNotRegisteredError, match=r"(?s)Leaf.*None"):
            inside.get_required_service(Leaf)
        with pytest.raises(ServiceNotRegisteredError, match=r"(?s)Leaf.*None"):
            await inside.get_required_service_async(Leaf)


def test_validating_calls_no_factory() -> None:
    """FAC-08, VB-05: a factory may do anything, so it is not tried out."""
    calls: list[str] = []
    services = ServiceCollection().add_singleton(Leaf, factory=lambda: calls.append("called"))

    services.build_service_provider(validate_on_build=True, validate_scopes=True)

    assert calls == []


def test_the_parameters_of_a_factory_are_validated() -> None:
    """VB-01, FAC-01: what it asks for by annotation is known without calling it."""

    def make(store: Store) -> Leaf:
        raise AssertionError("not reached")

    provider = ServiceCollection().add_singleton(Leaf, factory=make)

    with pytest.raises(ExceptionGroup) as caught:
        provider.build_service_provider(validate_on_build=True)

    [error] = caught.value.exceptions
    assert isinstance(error, UnresolvableDependencyError)
    assert (error.service_type, error.parameter) == (Store, "store")


@pytest.mark.parametrize("lifetime", LIFETIMES)
def test_what_a_factory_raises_passes_unchanged(lifetime: ServiceLifetime) -> None:
    """FAC-09, RES-18: the very object, and the next call tries again."""
    errors = [OSError("first"), OSError("second")]
    remaining = list(errors)

    def make() -> Leaf:
        if remaining:
            raise remaining.pop(0)
        return Leaf()

    services = ServiceCollection()
    add(services, lifetime, Leaf, factory=make)
    provider = services.build_service_provider()

    for error in errors:
        with pytest.raises(OSError, match=r"first|second") as caught:
            provider.get_service(Leaf)
        assert caught.value is error
    assert isinstance(provider.get_service(Leaf), Leaf)


def test_forwarding_shares_one_object_between_services() -> None:
    """FAC-10, D4, DIS-21: three services, one object, closed once."""
    services, journal = journalled()

    class Both(Closable, Store):
        def load(self) -> str:
            return ""

    services.add_singleton(Both)
    services.add_singleton(Store, factory=lambda p: p.get_required_service(Both))
    services.add_singleton(Closable, factory=lambda p: p.get_required_service(Both))
    provider = services.build_service_provider()

    assert len({id(provider.get_service(kind)) for kind in (Store, Closable, Both)}) == 1
    provider.close()

    assert journal.lines == ["Both closed"]


def test_factories_for_related_types_keep_to_their_own_kind() -> None:
    """FAC-11, KEY-25: over many calls, as plans are compiled."""
    services = ServiceCollection().add_transient(Store, factory=MemoryStore).add_transient(DiskStore, factory=DiskStore)
    services.add_transient(MemoryStore, factory=lambda: MemoryStore())  # noqa: PLW0108 - a callable without an annotation
    provider = services.build_service_provider()

    asked: list[Any] = [Store, DiskStore, MemoryStore]
    for _ in range(100):
        kinds = [type(provider.get_service(kind)) for kind in asked]
        assert kinds == [MemoryStore, DiskStore, MemoryStore]


def test_the_declared_type_of_a_factory_may_be_stated() -> None:
    """REG-03, TRY-08: implementation and factory together."""
    services = ServiceCollection().add_singleton(Store, MemoryStore, factory=lambda: MemoryStore())  # noqa: PLW0108 - a callable without an annotation

    assert services[0].implementation_type is MemoryStore
    assert isinstance(services.build_service_provider().get_service(Store), MemoryStore)
