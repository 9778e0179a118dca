"""The asynchronous door, asked again and again in one scope after another."""

from collections.abc import AsyncIterator, Sequence
from typing import Any

import anyio.lowlevel
import pytest

from corner_host.di import ServiceCollection, ServiceLifetime, ServiceNotRegisteredError
from tests.di.toys import LIFETIMES, AsyncClosable, Branch, Closable, Journal, Leaf, Tree, add, journalled

OFTEN = 5


async def make_leaf() -> Leaf:
    await anyio.lowlevel.checkpoint()
    return Leaf()


class Scoped(Closable):
    pass


class Top(AsyncClosable):
    def __init__(self, journal: Journal, leaf: Leaf, scoped: Scoped, branch: Branch, leaves: Sequence[Leaf]) -> None:
        super().__init__(journal)
        self.leaf, self.scoped, self.branch, self.leaves = leaf, scoped, branch, leaves


@pytest.mark.parametrize("branch", LIFETIMES)
@pytest.mark.parametrize("top", [ServiceLifetime.SCOPED, ServiceLifetime.TRANSIENT])
async def test_a_graph_with_asynchronous_parts_is_the_same_each_time(
    branch: ServiceLifetime, top: ServiceLifetime
) -> None:
    """LIF-05, LIF-08, DIS-03, D8: shared in its scope, closed in reverse, by whichever door it is asked for again."""
    services, journal = journalled()
    services.add_scoped(Leaf, factory=make_leaf).add_scoped(Scoped)
    add(services, branch, Branch)
    add(services, top, Top)
    provider = services.build_service_provider()
    seen: list[Leaf] = []

    for _ in range(OFTEN):
        journal.lines.clear()
        async with provider.create_scope() as scope:
            inside = scope.service_provider
            made = await inside.get_required_service_async(Top)
            again = await inside.get_required_service_async(Top)

            assert (made is again) == (top is ServiceLifetime.SCOPED)
            assert made.leaf is again.leaf is made.leaves[0] is inside.get_service(Leaf)
            assert (made.branch.leaf is made.leaf) == (branch is not ServiceLifetime.SINGLETON)
            seen.append(made.leaf)
        tops = 1 if top is ServiceLifetime.SCOPED else 2

        assert journal.lines == ["Top aclosed"] * tops + ["Scoped closed"]
    assert len({id(leaf) for leaf in seen}) == OFTEN


async def test_asynchronous_transients_deep_in_a_graph_are_made_anew_each_time() -> None:
    """LIF-01, LIF-07, D8: two leaves in a tree, and others in the next."""
    services = ServiceCollection().add_transient(Leaf, factory=make_leaf).add_transient(Branch).add_transient(Tree)
    provider = services.build_service_provider()

    trees = [await provider.get_required_service_async(Tree) for _ in range(OFTEN)]

    assert len({id(leaf) for tree in trees for leaf in (tree.leaf, tree.branch.leaf)}) == 2 * OFTEN


async def test_an_asynchronous_generator_in_the_middle_is_finished_each_time() -> None:
    """FAC-15, DIS-03, D8: at its place in the order."""
    services, journal = journalled()

    async def open_leaf(journal: Journal, scoped: Scoped) -> AsyncIterator[Leaf]:
        journal.write("opened")
        yield Leaf()
        await anyio.lowlevel.checkpoint()
        journal.write("finished")

    services.add_scoped(Scoped).add_scoped(Leaf, factory=open_leaf).add_scoped(Branch).add_scoped(Top)
    provider = services.build_service_provider()

    for _ in range(OFTEN):
        journal.lines.clear()
        async with provider.create_scope() as scope:
            await scope.service_provider.get_required_service_async(Top)

        assert journal.lines == ["opened", "Top aclosed", "finished", "Scoped closed"]


@pytest.mark.parametrize("lifetime", [ServiceLifetime.SCOPED, ServiceLifetime.TRANSIENT])
async def test_a_factory_that_turns_to_none_is_told_from_one_that_is_missing(lifetime: ServiceLifetime) -> None:
    """FAC-07: after many objects; lenient calls give None, required ones say so, by both doors."""
    products: list[Any] = []
    services = ServiceCollection()
    add(services, lifetime, Leaf, factory=lambda: products.pop())  # noqa: PLW0108 - chosen anew at each call
    provider = services.build_service_provider()
    for _ in range(OFTEN):
        inside = provider.create_scope().service_provider
        products[:] = [Leaf(), Leaf()]
        assert inside.get_service(Leaf)
        assert isinstance(await inside.get_required_service_async(Leaf), Leaf)

    for _ in range(OFTEN):
        products[:] = [None] * 4
        inside = provider.create_scope().service_provider

        assert inside.get_service(Leaf) is None
        assert await inside.get_service_async(Leaf) is None
        with pytest.raises(ServiceNotRegisteredError, match="None"):
            inside.get_required_service(Leaf)
        with pytest.raises(ServiceNotRegisteredError, match="None"):
            await inside.get_required_service_async(Leaf)


@pytest.mark.parametrize("lifetime", LIFETIMES)
@pytest.mark.parametrize("by_factory", [True, False])
@pytest.mark.parametrize("first_asked", [Leaf, Branch])
async def test_both_doors_may_be_used_in_turns(lifetime: ServiceLifetime, by_factory: bool, first_asked: type) -> None:
    """LIF-05, LIF-16, D8: in every scope, whichever of them makes the object."""
    services = ServiceCollection().add_transient(Branch)
    add(services, lifetime, Leaf, **({"factory": lambda: Leaf()} if by_factory else {}))  # noqa: PLW0108 - a factory
    provider = services.build_service_provider()

    for turn in range(2 * OFTEN):
        inside = provider.create_scope().service_provider
        if turn % 2:
            inside.get_service(first_asked)
        else:
            await inside.get_service_async(first_asked)
        found = [
            inside.get_required_service(Leaf),
            await inside.get_required_service_async(Leaf),
            (await inside.get_required_service_async(Branch)).leaf,
            inside.get_required_service(Branch).leaf,
            inside.get_services(Leaf)[0],
        ]

        assert len({id(leaf) for leaf in found}) == (len(found) if lifetime is ServiceLifetime.TRANSIENT else 1)
