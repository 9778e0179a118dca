"""Asynchronous factories: through the asynchronous door, and with advice at the other."""

from collections.abc import AsyncIterator, Sequence

import anyio
import anyio.lowlevel
import pytest

from corner_host.di import (
    AsyncDisposalError,
    AsyncFactoryError,
    ServiceCollection,
    ServiceLifetime,
    ServiceProvider,
    UnresolvableDependencyError,
)
from tests.di.toys import LIFETIMES, Branch, Closable, Journal, Leaf, Tree, add, journalled


async def make_leaf() -> Leaf:
    await anyio.lowlevel.checkpoint()
    return Leaf()


async def open_leaf(journal: Journal) -> AsyncIterator[Leaf]:
    await anyio.lowlevel.checkpoint()
    journal.write("opened")
    yield Leaf()
    await anyio.lowlevel.checkpoint()
    journal.write("finished")


@pytest.mark.parametrize("lifetime", LIFETIMES)
async def test_an_asynchronous_factory_is_awaited(lifetime: ServiceLifetime) -> None:
    """D8: by the asynchronous door, with the lifetime it was registered with."""
    services = ServiceCollection()
    add(services, lifetime, Leaf, factory=make_leaf)
    inside = services.build_service_provider().create_scope().service_provider

    first, second = await inside.get_required_service_async(Leaf), await inside.get_service_async(Leaf)

    assert isinstance(first, Leaf)
    assert (first is second) == (lifetime is not ServiceLifetime.TRANSIENT)


async def test_asynchronous_services_may_be_anywhere_in_a_graph() -> None:
    """D8: plain classes may need them, and their own parameters are injected."""

    async def make_branch(leaf: Leaf, provider: ServiceProvider) -> Branch:
        assert await provider.get_required_service_async(Leaf) is leaf
        return Branch(leaf)

    services = ServiceCollection().add_scoped(Leaf, factory=make_leaf).add_scoped(Branch, factory=make_branch)
    inside = services.add_transient(Tree).build_service_provider().create_scope().service_provider

    for _ in range(3):
        tree = await inside.get_required_service_async(Tree)

        assert tree.branch.leaf is tree.leaf


@pytest.mark.parametrize("lifetime", LIFETIMES)
def test_the_plain_door_advises_the_other(lifetime: ServiceLifetime) -> None:
    """FAC-14, D8: the error names the service and the call to use instead."""
    services = ServiceCollection().add_transient(Branch)
    add(services, lifetime, Leaf, factory=make_leaf)
    provider = services.build_service_provider()

    for ask in (provider.get_service, provider.get_required_service):
        for kind in (Leaf, Branch):
            with pytest.raises(AsyncFactoryError, match=r"(?s)Leaf.*get_required_service_async") as caught:
                ask(kind)
            assert caught.value.service_type is Leaf
    with pytest.raises(AsyncFactoryError):
        provider.get_services(Leaf)


@pytest.mark.parametrize("lifetime", LIFETIMES)
def test_an_awaitable_from_a_plain_factory_is_found_and_closed(lifetime: ServiceLifetime) -> None:
    """FAC-14: a lambda around a coroutine function: no coroutine is left that was never awaited."""
    services = ServiceCollection()
    add(services, lifetime, Leaf, factory=lambda: make_leaf())  # noqa: PLW0108 - a callable without an annotation
    provider = services.build_service_provider()

    for _ in range(3):
        with pytest.raises(AsyncFactoryError, match="Leaf"):
            provider.get_service(Leaf)


async def test_the_asynchronous_door_awaits_what_a_plain_factory_returned() -> None:
    """FAC-14, D8: a lambda around a coroutine function works there."""
    provider = ServiceCollection().add_singleton(Leaf, factory=lambda: make_leaf()).build_service_provider()  # noqa: PLW0108 - a callable without an annotation

    leaf = await provider.get_required_service_async(Leaf)

    assert isinstance(leaf, Leaf)
    assert await provider.get_required_service_async(Leaf) is leaf


async def test_a_made_service_may_be_had_by_the_plain_call() -> None:
    """D8: once it exists, nothing needs to be awaited."""
    services = ServiceCollection().add_singleton(Leaf, factory=make_leaf).add_transient(Branch)
    provider = services.build_service_provider()

    leaf = await provider.get_required_service_async(Leaf)

    assert provider.get_service(Leaf) is leaf
    assert provider.get_required_service(Branch).leaf is leaf


@pytest.mark.parametrize("lifetime", LIFETIMES)
async def test_what_follows_an_asynchronous_yield_is_the_disposal(lifetime: ServiceLifetime) -> None:
    """FAC-15, D3, D8: awaited when its owner is closed."""
    services, journal = journalled()
    add(services, lifetime, Leaf, factory=open_leaf)

    async with services.build_service_provider() as provider, provider.create_scope() as scope:
        assert isinstance(await scope.service_provider.get_service_async(Leaf), Leaf)
        assert journal.lines == ["opened"]

    assert journal.lines == ["opened", "finished"]


async def test_plain_and_asynchronous_disposals_keep_one_order() -> None:
    """DIS-03, DIS-09, DIS-11, D8: reverse of creation, one after the other."""
    services, journal = journalled()

    class Below(Closable):
        pass

    class Above(Closable):
        def __init__(self, journal: Journal, leaf: Leaf) -> None:
            super().__init__(journal)

    async def open_upon(journal: Journal, below: Below) -> AsyncIterator[Leaf]:
        yield Leaf()
        await anyio.lowlevel.checkpoint()
        journal.write("finished")

    services.add_scoped(Below).add_scoped(Above).add_scoped(Leaf, factory=open_upon)
    async with services.build_service_provider().create_scope() as scope:
        await scope.service_provider.get_required_service_async(Above)

    assert journal.lines == ["Above closed", "finished", "Below closed"]


async def yields_nothing() -> AsyncIterator[Leaf]:
    return
    yield


async def yields_twice() -> AsyncIterator[Leaf]:
    yield Leaf()
    yield Leaf()


async def test_an_asynchronous_generator_yields_once() -> None:
    """FAC-15, D8: nothing or too much is an error that names the service."""
    empty = ServiceCollection().add_singleton(Leaf, factory=yields_nothing).build_service_provider()
    twice = ServiceCollection().add_singleton(Leaf, factory=yields_twice).build_service_provider()

    with pytest.raises(UnresolvableDependencyError, match=r"(?s)Leaf.*yield"):
        await empty.get_service_async(Leaf)
    await twice.get_service_async(Leaf)
    with pytest.raises(UnresolvableDependencyError, match=r"(?s)Leaf.*yield"):
        await twice.aclose()


async def test_closing_an_asynchronous_generator_synchronously_is_an_error() -> None:
    """DIS-07, D8: it cannot be awaited there, and the error says what to do."""
    services, _ = journalled()
    provider = services.add_singleton(Leaf, factory=open_leaf).build_service_provider()
    await provider.get_service_async(Leaf)

    with pytest.raises(AsyncDisposalError, match="aclose"):
        provider.close()


async def test_a_sequence_with_an_asynchronous_item_needs_the_asynchronous_door() -> None:
    """RES-07, D8: get_services says so, and the sequence can be asked for."""
    services = ServiceCollection().add_singleton(Leaf).add_singleton(Leaf, factory=make_leaf)
    provider = services.build_service_provider()

    with pytest.raises(AsyncFactoryError):
        provider.get_services(Leaf)

    assert len(await provider.get_required_service_async(Sequence[Leaf])) == 2


async def test_cancellation_passes_through_an_asynchronous_factory() -> None:
    """D8: never swallowed, and what was made before it is closed with its owner."""
    services, journal = journalled()

    async def make_forever(closable: Closable) -> Leaf:
        await anyio.sleep_forever()
        return Leaf()

    services.add_scoped(Closable).add_scoped(Leaf, factory=make_forever)
    with anyio.move_on_after(0) as deadline:
        async with services.build_service_provider().create_scope() as scope:
            await scope.service_provider.get_required_service_async(Leaf)

    assert deadline.cancelled_caught
    assert journal.lines == ["Closable closed"]
