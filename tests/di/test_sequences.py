"""Asking for all services of a type: every registration, in order, empty when there is none."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Any, get_origin

import pytest

from corner_host.di import ServiceCollection, ServiceLifetime, UnresolvableDependencyError
from tests.di.toys import Branch, DiskStore, Journal, Leaf, MemoryStore, Store, add, journalled, provider_with

TUPLES: list[Any] = [Sequence[Store], Iterable[Store], Collection[Store], tuple[Store, ...]]


def both_stores() -> ServiceCollection:
    return ServiceCollection().add_singleton(Store, MemoryStore).add_transient(Store, DiskStore)


def test_all_registrations_come_in_order() -> None:
    """RES-04, behaviour 1: reversed registrations give a reversed answer."""
    services = both_stores()

    assert [type(store) for store in services.build_service_provider().get_services(Store)] == [MemoryStore, DiskStore]

    services.reverse()

    assert [type(store) for store in services.build_service_provider().get_services(Store)] == [DiskStore, MemoryStore]


def test_one_registration_is_a_sequence_of_one_and_none_an_empty_one() -> None:
    """RES-05, RES-06: never None, never an error."""
    provider = provider_with(Leaf)

    assert list(provider.get_services(Leaf)) == [provider.get_service(Leaf)]
    assert list(provider.get_services(Store)) == []
    assert provider.get_service(Sequence[Store]) == ()


def test_getting_all_is_requiring_the_sequence() -> None:
    """RES-07: both are the same question."""
    provider = provider_with(Leaf)

    assert provider.get_services(Leaf) is provider.get_required_service(Sequence[Leaf])


async def test_sequences_come_through_the_asynchronous_door_too() -> None:
    """RES-04, RES-07, D8: with items that are made asynchronously."""

    async def make() -> DiskStore:
        return DiskStore()

    services = ServiceCollection().add_singleton(Store, MemoryStore).add_singleton(Store, factory=make)
    provider = services.build_service_provider()

    stores = await provider.get_required_service_async(Sequence[Store])

    assert [type(store) for store in stores] == [MemoryStore, DiskStore]
    assert await provider.get_required_service_async(list[Store]) == list(stores)


@pytest.mark.parametrize("hint", [Sequence[Store], list[Store]])
def test_a_registered_sequence_answers_itself(hint: Any) -> None:
    """RES-08: a registration of the sequence type wins over the one that would be put together."""
    mine: list[Store] = [DiskStore()]
    provider = both_stores().add_singleton(hint, instance=mine).build_service_provider()

    assert provider.get_service(hint) is mine


def test_a_parameter_that_is_a_sequence_is_always_satisfied() -> None:
    """RES-09: nothing registered is an empty sequence."""

    class Shop:
        def __init__(self, stores: Sequence[Store], leaves: list[Leaf]) -> None:
            self.stores, self.leaves = stores, leaves

    shop = provider_with(Shop).get_required_service(Shop)

    assert (list(shop.stores), shop.leaves) == ([], [])


def sequence_of(*lifetimes: ServiceLifetime) -> ServiceCollection:
    services = ServiceCollection()
    for lifetime in lifetimes:
        add(services, lifetime, Leaf)
    return services


def test_a_sequence_lives_as_long_as_its_shortest_item() -> None:
    """RES-10: all singletons: one sequence; with scoped ones: one per scope; with a transient: a new one each time."""
    single, scoped, transient = ServiceLifetime.SINGLETON, ServiceLifetime.SCOPED, ServiceLifetime.TRANSIENT
    singles = sequence_of(single, single).build_service_provider()
    mixed = sequence_of(single, scoped).build_service_provider()
    fleeting = sequence_of(single, transient).build_service_provider()
    here, there = mixed.create_scope().service_provider, mixed.create_scope().service_provider

    assert singles.get_services(Leaf) is singles.create_scope().service_provider.get_services(Leaf)
    assert here.get_services(Leaf) is here.get_services(Leaf)
    assert here.get_services(Leaf)[0] is there.get_services(Leaf)[0]
    assert here.get_services(Leaf)[1] is not there.get_services(Leaf)[1]
    assert fleeting.get_services(Leaf)[1] is not fleeting.get_services(Leaf)[1]


def test_instances_among_the_items_stay_the_same() -> None:
    """RES-11: the items are the registered objects each time."""
    first, second = Leaf(), Leaf()
    services = ServiceCollection().add_singleton(Leaf, instance=first).add_singleton(Leaf, instance=second)
    provider = services.build_service_provider()

    assert list(provider.get_services(Leaf)) == list(provider.get_services(Leaf)) == [first, second]


def test_one_item_that_cannot_be_built_fails_the_whole_request() -> None:
    """RES-12: the error names the missing type and the class that needs it."""

    class NeedsLeaf(Store):
        def __init__(self, leaf: Leaf) -> None:
            raise AssertionError("not reached")

        def load(self) -> str:
            return ""

    provider = both_stores().add_transient(Store, NeedsLeaf).build_service_provider()

    with pytest.raises(UnresolvableDependencyError, match="Leaf") as caught:
        provider.get_services(Store)

    assert caught.value.service_type is Leaf
    assert caught.value.implementation is NeedsLeaf


def test_a_sequence_is_not_lazy() -> None:
    """RES-14: every item is made when the sequence is."""
    services, journal = journalled()

    class Loud:
        def __init__(self, journal: Journal) -> None:
            journal.write("made")

    provider = services.add_transient(Loud).add_transient(Loud).build_service_provider()

    iter(provider.get_required_service(Iterable[Loud]))

    assert journal.lines == ["made", "made"]


def test_sequences_are_not_flattened() -> None:
    """RES-15: a sequence of sequences has only registered sequences as members."""
    mine = (MemoryStore(), MemoryStore())
    services = both_stores()

    assert list(services.build_service_provider().get_services(Sequence[Store])) == []

    services.add_singleton(Sequence[Store], instance=mine)

    assert list(services.build_service_provider().get_services(Sequence[Store])) == [mine]


@pytest.mark.parametrize("hint", TUPLES)
def test_read_only_collections_are_one_shared_tuple(hint: Any) -> None:
    """RES-16, D10: safe to share, so all of them are the same object."""
    provider = ServiceCollection().add_singleton(Store, MemoryStore).build_service_provider()

    assert isinstance(provider.get_service(hint), tuple)
    assert provider.get_service(hint) is provider.get_service(Sequence[Store])


def test_a_list_is_fresh_each_time() -> None:
    """RES-16, D10: nobody's appending shows up at another's."""
    provider = both_stores().build_service_provider()

    stores = provider.get_required_service(list[Store])
    stores.clear()

    assert len(provider.get_required_service(list[Store])) == 2


@pytest.mark.parametrize(
    "hint",
    [
        set[Store],
        frozenset[Store],
        dict[str, Store],
        Iterator[Store],
        list,
        tuple,
        Sequence,
        tuple[Store],
        tuple[Store, Store],
    ],
)
def test_other_collections_are_ordinary_services(hint: Any) -> None:
    """RES-16, D10: nothing is put together for them."""
    provider = both_stores().build_service_provider()

    assert provider.get_service(hint) is None
    assert not provider.is_service(hint)


@pytest.mark.parametrize("text", [str, bytes])
def test_text_is_never_a_sequence_of_services(text: type) -> None:
    """RES-16: str and bytes are sequences only to Python."""

    class NeedsText:
        def __init__(self, text: text) -> None:  # type: ignore[valid-type]
            raise AssertionError("not reached")

    with pytest.raises(UnresolvableDependencyError):
        provider_with(NeedsText).get_service(NeedsText)


@pytest.mark.parametrize("hint", [*TUPLES, list[Store]])
def test_a_sequence_parameter_takes_every_spelling(hint: Any) -> None:
    """RES-16, CTR-27, D10: as a parameter as well as at the door."""

    class Shop:
        def __init__(self, stores: hint) -> None:
            self.stores = stores

    provider = both_stores().add_transient(Shop).build_service_provider()

    shop = provider.get_required_service(Shop)

    assert [type(store) for store in shop.stores] == [MemoryStore, DiskStore]
    assert isinstance(shop.stores, list if get_origin(hint) is list else tuple)


@pytest.mark.parametrize("registered", [False, True])
def test_a_defaulted_collection_takes_what_is_registered_or_else_its_default(registered: bool) -> None:
    """CTR-02, RES-09: an empty sequence is not what the author of a default meant."""

    class Shop:
        def __init__(self, leaves: Sequence[Leaf] = ("default",)) -> None:  # type: ignore[assignment]
            self.leaves = leaves

    services = ServiceCollection().add_transient(Shop).add_transient(Branch)
    if registered:
        services.add_singleton(Leaf)
    provider = services.build_service_provider()

    leaves = provider.get_required_service(Shop).leaves

    assert list(leaves) == ([provider.get_service(Leaf)] if registered else ["default"])
