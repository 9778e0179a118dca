"""Tasks: one asynchronous singleton for all, whoever is cancelled."""

import anyio
import anyio.to_thread
import pytest

from corner_host.di import ServiceCollection, ServiceLifetime, ServiceProvider
from tests.di.toys import Leaf, add

SHARED = [ServiceLifetime.SINGLETON, ServiceLifetime.SCOPED]


class Gate:
    """A factory that waits until the test lets it go."""

    def __init__(self) -> None:
        self.calls = 0
        self.reached = anyio.Event()
        self.open = anyio.Event()
        self.fails = False

    async def make(self) -> Leaf:
        self.calls += 1
        self.reached.set()
        await self.open.wait()
        if self.fails:
            self.fails = False
            raise ConnectionError("refused")
        return Leaf()


def gated(lifetime: ServiceLifetime, gate: Gate) -> ServiceProvider:
    services = ServiceCollection()
    add(services, lifetime, Leaf, factory=gate.make)
    return services.build_service_provider().create_scope().service_provider


@pytest.mark.parametrize("lifetime", SHARED)
async def test_tasks_that_ask_together_get_one_object(lifetime: ServiceLifetime) -> None:
    """CON-06, D8: the factory runs once, the other tasks wait for it."""
    gate, found = Gate(), list[Leaf]()
    provider = gated(lifetime, gate)

    async def ask() -> None:
        found.append(await provider.get_required_service_async(Leaf))

    async with anyio.create_task_group() as group:
        for _ in range(16):
            group.start_soon(ask)
        await anyio.wait_all_tasks_blocked()
        gate.open.set()

    assert len(found) == 16
    assert len({id(leaf) for leaf in found}) == 1
    assert gate.calls == 1


@pytest.mark.parametrize("lifetime", SHARED)
async def test_a_cancelled_waiter_takes_nobody_with_it(lifetime: ServiceLifetime) -> None:
    """CON-06, D8: the factory and the other waiters go on."""
    gate, found = Gate(), list[Leaf]()
    provider = gated(lifetime, gate)

    async def ask(scope: anyio.CancelScope) -> None:
        with scope:
            found.append(await provider.get_required_service_async(Leaf))

    scopes = [anyio.CancelScope() for _ in range(3)]
    async with anyio.create_task_group() as group:
        group.start_soon(ask, scopes[0])
        await gate.reached.wait()
        group.start_soon(ask, scopes[1])
        group.start_soon(ask, scopes[2])
        await anyio.wait_all_tasks_blocked()
        scopes[1].cancel()
        await anyio.wait_all_tasks_blocked()
        gate.open.set()

    assert [scope.cancelled_caught for scope in scopes] == [False, True, False]
    assert len(found) == 2
    assert found[0] is found[1]
    assert gate.calls == 1


@pytest.mark.parametrize("lifetime", SHARED)
async def test_a_cancelled_creator_leaves_the_others_an_object(lifetime: ServiceLifetime) -> None:
    """CON-06, D8: the task that began the work may be cancelled; the waiting ones still get their service."""
    gate, found = Gate(), list[Leaf]()
    provider = gated(lifetime, gate)

    async def ask(scope: anyio.CancelScope) -> None:
        with scope:
            found.append(await provider.get_required_service_async(Leaf))

    first, second, third = anyio.CancelScope(), anyio.CancelScope(), anyio.CancelScope()
    with anyio.fail_after(10):
        async with anyio.create_task_group() as group:
            group.start_soon(ask, first)
            await gate.reached.wait()
            group.start_soon(ask, second)
            group.start_soon(ask, third)
            await anyio.wait_all_tasks_blocked()
            first.cancel()
            await anyio.wait_all_tasks_blocked()
            gate.open.set()

    assert first.cancelled_caught
    assert len(found) == 2
    assert found[0] is found[1] is await provider.get_required_service_async(Leaf)


@pytest.mark.parametrize("lifetime", SHARED)
async def test_a_failed_factory_is_tried_again(lifetime: ServiceLifetime) -> None:
    """LIF-15, FAC-09, D8: the failure reaches its caller unchanged and is not remembered."""
    gate = Gate()
    gate.open.set()
    gate.fails = True
    provider = gated(lifetime, gate)

    with pytest.raises(ConnectionError, match="refused"):
        await provider.get_required_service_async(Leaf)

    assert isinstance(await provider.get_required_service_async(Leaf), Leaf)
    assert gate.calls == 2


async def test_the_only_asker_cancelled_leaves_a_working_container() -> None:
    """LIF-15, D8: whoever asks next makes the object."""
    gate = Gate()
    provider = gated(ServiceLifetime.SINGLETON, gate)

    with anyio.move_on_after(0) as scope:
        await provider.get_required_service_async(Leaf)
    gate.open.set()

    assert scope.cancelled_caught
    assert isinstance(await provider.get_required_service_async(Leaf), Leaf)


async def test_different_asynchronous_singletons_do_not_wait_for_each_other() -> None:
    """CON-03, D8: a slow factory holds up only those who need its service."""
    gate = Gate()

    async def make_int() -> int:
        return 7

    services = ServiceCollection().add_singleton(Leaf, factory=gate.make).add_singleton(int, factory=make_int)
    provider = services.build_service_provider()

    async with anyio.create_task_group() as group:
        group.start_soon(provider.get_required_service_async, Leaf)
        await gate.reached.wait()
        with anyio.fail_after(10):
            number = await provider.get_required_service_async(int)
        gate.open.set()

    assert number == 7


async def test_an_asynchronous_transient_is_made_per_task() -> None:
    """CON-05, D8: nobody waits and everybody has an own object."""
    gate, found = Gate(), list[Leaf]()
    provider = gated(ServiceLifetime.TRANSIENT, gate)

    async def ask() -> None:
        found.append(await provider.get_required_service_async(Leaf))

    async with anyio.create_task_group() as group:
        for _ in range(8):
            group.start_soon(ask)
        await anyio.wait_all_tasks_blocked()
        gate.open.set()

    assert len({id(leaf) for leaf in found}) == 8
    assert gate.calls == 8


async def test_worker_threads_and_tasks_share_one_singleton() -> None:
    """CON-01, CON-06: a plain singleton asked for by a loop and by its worker threads is made once."""
    made: list[Leaf] = []

    def make() -> Leaf:
        made.append(Leaf())
        return made[-1]

    provider = ServiceCollection().add_singleton(Leaf, factory=make).build_service_provider()
    found: list[Leaf] = []

    async def ask_in_task() -> None:
        found.append(await provider.get_required_service_async(Leaf))

    async def ask_in_thread() -> None:
        found.append(await anyio.to_thread.run_sync(provider.get_required_service, Leaf))

    async with anyio.create_task_group() as group:
        for _ in range(8):
            group.start_soon(ask_in_task)
            group.start_soon(ask_in_thread)

    assert len(made) == 1
    assert all(leaf is made[0] for leaf in found)
    assert len(found) == 16
