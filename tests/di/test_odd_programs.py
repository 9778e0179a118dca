"""Programs nobody should write and somebody will: re-entrancy, mixed loops and threads, interrupted work."""

import threading
from typing import Any

import anyio
import anyio.from_thread
import anyio.lowlevel
import anyio.to_thread
import pytest

from corner_host.di import (
    AsyncFactoryError,
    CircularDependencyError,
    ServiceCollection,
    ServiceLifetime,
    ServiceProvider,
    ServiceProviderDisposedError,
)
from tests.di.toys import LIFETIMES, AsyncClosable, Branch, Closable, Journal, Leaf, Tree, add, at_once, journalled


@pytest.mark.parametrize("lifetime", LIFETIMES)
@pytest.mark.parametrize(
    "error", [SystemExit(3), KeyboardInterrupt(), GeneratorExit(), StopIteration(), StopAsyncIteration()]
)
def test_whatever_a_constructor_raises_passes_and_leaves_a_working_container(
    lifetime: ServiceLifetime, error: BaseException
) -> None:
    """RES-18, LIF-15: also what is no Exception."""
    errors = [error]

    class Explodes:
        def __init__(self, leaf: Leaf) -> None:
            if errors:
                raise errors.pop()

    services = ServiceCollection().add_singleton(Leaf)
    add(services, lifetime, Explodes)
    inside = services.build_service_provider().create_scope().service_provider

    with pytest.raises(type(error)) as caught:
        inside.get_service(Explodes)

    assert caught.value is error
    assert isinstance(inside.get_service(Explodes), Explodes)


def test_a_factory_may_use_scopes_of_its_own() -> None:
    """SCO-05, LIF-11: a singleton that is put together in a scope which ends before it is done."""
    services, journal = journalled()

    def make(provider: ServiceProvider) -> Leaf:
        with provider.create_scope() as scope:
            scope.service_provider.get_service(Closable)
        return Leaf()

    services.add_scoped(Closable).add_singleton(Leaf, factory=make)
    provider = services.build_service_provider()

    assert provider.create_scope().service_provider.get_service(Leaf) is provider.get_service(Leaf)
    assert journal.lines == ["Closable closed"]


def test_a_scoped_factory_that_asks_for_itself_in_a_new_scope_is_a_cycle() -> None:
    """CIR-14, D9: it would open scope after scope, and nothing tells the container that it ends."""
    scopes: list[int] = []

    def make(provider: ServiceProvider) -> Leaf:
        scopes.append(1)
        assert len(scopes) < 50
        with provider.create_scope() as scope:
            return scope.service_provider.get_required_service(Leaf)

    inside = ServiceCollection().add_scoped(Leaf, factory=make).build_service_provider().create_scope().service_provider

    with pytest.raises(CircularDependencyError):
        inside.get_service(Leaf)


def test_two_threads_in_one_loop_of_factories_do_not_hang() -> None:
    """CIR-14, D9: each holds what the other needs; at least one is told that it is a cycle."""
    one_in, other_in = threading.Event(), threading.Event()

    class One:
        pass

    class Other:
        pass

    def make_one(provider: ServiceProvider) -> One:
        one_in.set()
        other_in.wait(1)
        provider.get_required_service(Other)
        return One()

    def make_other(provider: ServiceProvider) -> Other:
        other_in.set()
        one_in.wait(1)
        provider.get_required_service(One)
        return Other()

    provider = ServiceCollection().add_singleton(One, factory=make_one).add_singleton(Other, factory=make_other)
    built = provider.build_service_provider()
    outcomes: list[Any] = []

    def ask(kind: type) -> None:
        try:
            outcomes.append(built.get_service(kind))
        except CircularDependencyError as error:
            outcomes.append(error)

    threads = [threading.Thread(target=ask, args=(kind,), daemon=True) for kind in (One, Other)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)

    assert not any(thread.is_alive() for thread in threads)
    assert any(isinstance(outcome, CircularDependencyError) for outcome in outcomes)


class Gate:
    def __init__(self) -> None:
        self.reached, self.open = anyio.Event(), anyio.Event()

    async def make(self) -> Leaf:
        self.reached.set()
        await self.open.wait()
        return Leaf()


@pytest.mark.parametrize("asked", [Leaf, Branch, Tree])
async def test_a_plain_call_never_blocks_the_loop_that_is_making_the_service(asked: Any) -> None:
    """D8, CON-06: it says at once that this needs the asynchronous door; the other task goes on."""
    gate = Gate()
    services = ServiceCollection().add_singleton(Leaf, factory=gate.make).add_singleton(Branch).add_singleton(Tree)
    provider = services.build_service_provider()

    with anyio.fail_after(10):
        async with anyio.create_task_group() as group:
            group.start_soon(provider.get_required_service_async, Tree)
            await gate.reached.wait()
            with pytest.raises(AsyncFactoryError):
                provider.get_service(asked)
            gate.open.set()

    assert isinstance(provider.get_service(asked), asked)


def test_two_loops_share_one_asynchronous_singleton() -> None:
    """CON-01, D8: in two threads, on two back ends, made once."""
    calls: list[str] = []
    barrier = threading.Barrier(4)

    async def make() -> Leaf:
        calls.append("made")
        await anyio.sleep(0.02)
        return Leaf()

    provider = ServiceCollection().add_singleton(Leaf, factory=make).build_service_provider()
    found: list[Leaf] = []

    async def ask() -> None:
        found.append(await provider.get_required_service_async(Leaf))

    def run(backend: str) -> None:
        barrier.wait(10)
        anyio.run(ask, backend=backend)

    threads = [threading.Thread(target=run, args=(backend,), daemon=True) for backend in ("asyncio", "trio") * 2]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)

    assert len(found) == 4
    assert len({id(leaf) for leaf in found}) == 1
    assert calls == ["made"]


async def test_a_worker_thread_may_resolve_what_a_task_is_making() -> None:
    """D8, CON-01: a plain call from a worker thread is answered or told to use the asynchronous door; it never hangs."""
    gate = Gate()
    provider = ServiceCollection().add_singleton(Leaf, factory=gate.make).build_service_provider()

    outcomes: list[object] = []

    def ask() -> None:
        anyio.from_thread.run_sync(gate.open.set)
        try:
            outcomes.append(provider.get_service(Leaf))
        except AsyncFactoryError as error:
            outcomes.append(error)

    with anyio.fail_after(10):
        async with anyio.create_task_group() as group:
            group.start_soon(provider.get_required_service_async, Leaf)
            await gate.reached.wait()
            group.start_soon(anyio.to_thread.run_sync, ask)

    [outcome] = outcomes
    assert isinstance(outcome, AsyncFactoryError) or outcome is provider.get_service(Leaf)


def test_threads_that_close_together_close_once() -> None:
    """DIS-12: sixteen at once."""
    services, journal = journalled()
    for _ in range(20):
        services.add_singleton(Closable)
    provider = services.build_service_provider()
    provider.get_services(Closable)

    at_once(16, provider.close)

    assert journal.lines == ["Closable closed"] * 20


def test_resolving_that_races_with_closing_loses_no_object() -> None:
    """DIS-19: whatever was made is closed exactly once; whoever came too late is told."""
    for _ in range(30):
        made: list[object] = []
        closed: list[object] = []

        class Counted:
            def __init__(self, made: list[object] = made, closed: list[object] = closed) -> None:
                made.append(self)
                self.closed = closed

            def close(self) -> None:
                self.closed.append(self)

        provider = ServiceCollection().add_transient(Counted).build_service_provider()
        turn = iter(range(8))

        def work(turn: Any = turn, provider: ServiceProvider = provider, counted: type = Counted) -> None:
            if next(turn) == 4:
                provider.close()
                return
            try:
                for _ in range(50):
                    provider.get_service(counted)
            except ServiceProviderDisposedError:
                pass

        at_once(8, work)

        assert sorted(map(id, made)) == sorted(map(id, closed))


def test_five_thousand_implementations_come_as_one_sequence() -> None:
    """RES-04, RES-14: in order."""
    services = ServiceCollection()
    kinds = [type(f"Kind{number}", (Leaf,), {}) for number in range(5000)]
    for kind in kinds:
        services.add_singleton(Leaf, kind)
    provider = services.build_service_provider(validate_on_build=True)

    assert [type(leaf) for leaf in provider.get_services(Leaf)] == kinds


def test_an_object_that_a_thread_finishes_during_an_asynchronous_closing_is_closed_by_it() -> None:
    """DIS-19: it can only be closed asynchronously, and the closing that is under way takes it along."""
    services, journal = journalled()
    begun, closing = threading.Event(), threading.Event()

    class Slow:
        async def aclose(self) -> None:
            closing.set()
            await anyio.to_thread.run_sync(finished.wait)
            journal.write("Slow aclosed")

    class Late(AsyncClosable):
        def __init__(self, journal: Journal) -> None:
            super().__init__(journal)
            begun.set()
            closing.wait(10)

    provider = services.add_singleton(Slow).add_singleton(Late).build_service_provider()
    provider.get_service(Slow)
    finished, outcomes = threading.Event(), list[BaseException]()

    def ask() -> None:
        try:
            provider.get_service(Late)
        except RuntimeError as error:
            outcomes.append(error)
        finally:
            finished.set()

    thread = threading.Thread(target=ask)
    thread.start()
    begun.wait(10)
    anyio.run(provider.aclose)
    thread.join(10)

    assert [type(error) for error in outcomes] == [ServiceProviderDisposedError]
    assert sorted(journal.lines) == ["Late aclosed", "Slow aclosed"]
