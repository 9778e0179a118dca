"""Loops that only running shows: through factories, constructors and asynchronous code."""

from functools import partial

import anyio
import anyio.lowlevel
import pytest

from corner_host.di import (
    CircularDependencyError,
    ServiceCollection,
    ServiceLifetime,
    ServiceProvider,
)
from tests.di.failures import cycle
from tests.di.toys import LIFETIMES, Branch, Leaf, Tree, add, at_once


class Egg:
    """What the factory makes."""


def hidden(lifetime: ServiceLifetime, other: ServiceLifetime, calls: list[str]) -> ServiceCollection:
    """A loop that only running shows: a class needs what a factory makes, which asks for the class."""

    class Visible:
        def __init__(self, made: Egg) -> None:
            calls.append("Visible")

    def make_egg(provider: ServiceProvider) -> Egg:
        calls.append("factory")
        assert len(calls) < 50
        provider.get_required_service(Visible)
        return Egg()

    services = ServiceCollection().add_singleton(Leaf)
    add(services, lifetime, Visible)
    add(services, other, Egg, factory=make_egg)
    return services


@pytest.mark.parametrize("lifetime", LIFETIMES)
@pytest.mark.parametrize("other", LIFETIMES)
def test_a_loop_through_a_factory_is_found_when_it_runs(lifetime: ServiceLifetime, other: ServiceLifetime) -> None:
    """CIR-14, CIR-15, D9, behaviour 8: for every lifetime, not on build, and the container stays usable."""
    calls: list[str] = []
    services = hidden(lifetime, other, calls)
    provider = services.build_service_provider(validate_on_build=True)
    inside = provider.create_scope().service_provider

    for asked in (services[1].service_type, Egg):
        for _ in range(2):
            calls.clear()
            error = cycle(inside.get_service, asked)
            assert error.path[0] == asked
            assert error.path[-1] in error.path[:-1]
            assert " -> " in str(error)
            assert "through a factory" in str(error)
            assert calls.count("Visible") == 0
    assert provider.get_service(Leaf)


@pytest.mark.parametrize("lifetime", LIFETIMES)
def test_a_constructor_that_asks_for_its_own_type_is_a_loop(lifetime: ServiceLifetime) -> None:
    """CIR-16, D9: as through a factory."""
    calls: list[int] = []

    class Asks:
        def __init__(self, provider: ServiceProvider) -> None:
            calls.append(1)
            assert len(calls) < 50
            provider.get_service(Asks)

    services = ServiceCollection()
    add(services, lifetime, Asks)
    inside = services.build_service_provider().create_scope().service_provider

    assert cycle(inside.get_service, Asks).path == (Asks, Asks)


@pytest.mark.parametrize("lifetime", LIFETIMES)
async def test_a_loop_through_an_asynchronous_factory_is_found(lifetime: ServiceLifetime) -> None:
    """CIR-14, D8, D9: it neither hangs nor overflows."""
    calls: list[int] = []

    async def make(provider: ServiceProvider) -> Leaf:
        calls.append(1)
        assert len(calls) < 50
        return await provider.get_required_service_async(Leaf)

    services = ServiceCollection()
    add(services, lifetime, Leaf, factory=make)
    inside = services.build_service_provider().create_scope().service_provider

    with anyio.fail_after(10):
        for _ in range(2):
            with pytest.raises(CircularDependencyError):
                await inside.get_service_async(Leaf)


def test_a_kept_provider_used_later_is_no_loop() -> None:
    """CIR-17: after construction it may ask for anything."""

    class Lazy:
        def __init__(self, provider: ServiceProvider) -> None:
            self.provider = provider

        def me(self) -> object:
            return self.provider.get_service(Lazy)

    lazy = ServiceCollection().add_singleton(Lazy).build_service_provider().get_required_service(Lazy)

    assert lazy.me() is lazy


def test_sixteen_threads_see_no_false_cycle() -> None:
    """CIR-14, CON-05, behaviour 8: being under construction is a matter of one resolve, not of the process."""

    def make_tree(provider: ServiceProvider) -> Tree:
        return Tree(provider.get_required_service(Branch), provider.get_required_service(Leaf))

    for lifetime in LIFETIMES:
        services = ServiceCollection()
        add(services, lifetime, Tree, factory=make_tree)
        add(services, lifetime, Branch, factory=lambda p: Branch(p.get_required_service(Leaf)))
        add(services, lifetime, Leaf)
        inside = services.build_service_provider().create_scope().service_provider

        assert all(at_once(16, partial(inside.get_service, Tree)))


async def test_tasks_see_no_false_cycle() -> None:
    """CIR-14, D8, D9: a task that a factory started is not the factory."""

    async def make_branch(provider: ServiceProvider) -> Branch:
        found: list[Leaf] = []

        async def ask() -> None:
            found.append(await provider.get_required_service_async(Leaf))

        async with anyio.create_task_group() as group:
            for _ in range(3):
                group.start_soon(ask)
        return Branch(found[0])

    async def make_leaf() -> Leaf:
        await anyio.lowlevel.checkpoint()
        return Leaf()

    services = ServiceCollection().add_singleton(Branch, factory=make_branch).add_singleton(Leaf, factory=make_leaf)
    provider = services.build_service_provider()

    with anyio.fail_after(10):
        branch = await provider.get_required_service_async(Branch)

    assert branch.leaf is await provider.get_service_async(Leaf)
