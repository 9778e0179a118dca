"""Threads: one singleton for all, no lock for the whole container, and graphs deeper than the stack."""

import threading
from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest

from corner_host.di import ServiceCollection, ServiceLifetime, ServiceProvider
from tests.di.toys import LIFETIMES, Branch, Leaf, Repository, T, Tree, add, at_once, chain_of

TWO_MEET = 0.05
"""Seconds that a constructor waits for a second one to join it, which must never come."""


def ask_in_turn(provider: ServiceProvider, kinds: Iterator[Any]) -> Any:
    """Ask for the next of *kinds*."""
    return provider.get_required_service(next(kinds))


class Lonely:
    """Counts the constructors that ran; waits for company."""

    made = 0

    def __init__(self) -> None:
        type(self).made += 1
        threading.Event().wait(TWO_MEET)


@pytest.mark.parametrize("by_factory", [False, True])
def test_sixteen_threads_get_one_singleton(by_factory: bool) -> None:
    """CON-01, behaviour 8: the constructor runs once, the others wait for it."""

    class Single(Lonely):
        pass

    services = ServiceCollection()
    services.add_singleton(Single, factory=lambda: Single())  # noqa: PLW0108 - a factory, not the class if by_factory else services.add_singleton(Single)
    provider = services.build_service_provider()

    found = at_once(16, lambda: provider.get_required_service(Single))

    assert len({id(single) for single in found}) == 1
    assert Single.made == 1


def test_sixteen_threads_get_one_singleton_behind_a_transient() -> None:
    """CON-01: also when it is reached as a dependency, in scopes of their own."""

    class Single(Lonely):
        pass

    class Consumer:
        def __init__(self, single: Single, leaf: Leaf) -> None:
            self.single, self.leaf = single, leaf

    services = ServiceCollection().add_singleton(Single).add_scoped(Leaf).add_transient(Consumer)
    provider = services.build_service_provider()

    def ask() -> Consumer:
        with provider.create_scope() as scope:
            return scope.service_provider.get_required_service(Consumer)

    found = at_once(16, ask)

    assert len({id(consumer.single) for consumer in found}) == 1
    assert len({id(consumer.leaf) for consumer in found}) == 16


def test_threads_sharing_a_scope_share_its_scoped_object() -> None:
    """CON-01, CON-06: a scope may be used by several threads."""

    class Scoped(Lonely):
        pass

    inside = ServiceCollection().add_scoped(Scoped).build_service_provider().create_scope().service_provider

    found = at_once(16, lambda: inside.get_required_service(Scoped))

    assert len({id(scoped) for scoped in found}) == 1


def test_different_singletons_resolve_in_parallel() -> None:
    """CON-02: ten singletons that share a dependency, a hundred fresh providers."""
    kinds = [type(f"Kind{number}", (Branch,), {}) for number in range(10)]

    for _ in range(100):
        provider = ServiceCollection().add_singleton(Leaf).build_service_provider()
        services = ServiceCollection().add_singleton(Leaf)
        for kind in kinds:
            services.add_singleton(kind)
        provider = services.build_service_provider()
        found = at_once(10, partial(ask_in_turn, provider, iter(kinds)))

        assert len({type(one) for one in found}) == 10
        assert len({id(one.leaf) for one in found}) == 1


def test_a_foreign_lock_does_not_deadlock_with_the_container() -> None:
    """CON-03: one service is locked at a time, never the container."""
    foreign, inside_factory = threading.Lock(), threading.Event()

    class Slow:
        pass

    def make_slow() -> Slow:
        inside_factory.set()
        with foreign:
            return Slow()

    services = ServiceCollection().add_singleton(Slow, factory=make_slow).add_singleton(Leaf).add_singleton(Branch)
    provider = services.build_service_provider()

    with foreign:
        thread = threading.Thread(target=provider.get_service, args=(Slow,), daemon=True)
        thread.start()
        assert inside_factory.wait(10)
        branch = at_once(1, lambda: provider.get_required_service(Branch))[0]
    thread.join(10)

    assert branch.leaf is provider.get_service(Leaf)
    assert not thread.is_alive()


def test_a_bigger_graph_of_open_generics_does_not_deadlock() -> None:
    """CON-03: threads that enter one graph from different ends all get through."""

    class Wide(Repository[T]):
        def __init__(self, leaf: Leaf) -> None:
            self.leaf = leaf

    class One:
        def __init__(self, first: Repository[int], second: Repository[str]) -> None:
            self.parts = first, second

    class Other:
        def __init__(self, second: Repository[str], first: Repository[int]) -> None:
            self.parts = first, second

    services = ServiceCollection().add_singleton(Leaf).add_singleton(Repository, Wide)
    services.add_singleton(One).add_singleton(Other)

    for _ in range(20):
        provider = services.build_service_provider()
        found = at_once(16, partial(ask_in_turn, provider, iter([One, Other] * 8)))

        assert len({id(part) for one in found for part in one.parts}) == 2


def test_transients_are_made_by_many_threads_at_once() -> None:
    """CON-05, behaviour 8: each gets its own, and no thread sees a cycle in another's work."""
    services = ServiceCollection().add_transient(Leaf).add_transient(Branch).add_transient(Tree)
    provider = services.build_service_provider()

    found = at_once(16, lambda: [provider.get_required_service(Tree) for _ in range(50)])

    assert len({id(tree) for trees in found for tree in trees}) == 16 * 50


@pytest.mark.parametrize("lifetime", LIFETIMES)
def test_a_chain_of_a_thousand_services_resolves_on_a_small_stack(lifetime: ServiceLifetime) -> None:
    """CON-04: first and later, in a thread with 256 KB of stack."""
    chain = chain_of(1000)
    services = ServiceCollection()
    for link in chain:
        add(services, lifetime, link)
    provider = services.build_service_provider()
    depths: list[Any] = []

    def resolve() -> None:
        for _ in range(3):
            with provider.create_scope() as scope:
                depths.append(getattr(scope.service_provider.get_required_service(chain[0]), "depth", None))

    before = threading.stack_size(256 * 1024)
    try:
        thread = threading.Thread(target=resolve)
        thread.start()
    finally:
        threading.stack_size(before)
    thread.join()

    assert depths == [1000, 1000, 1000]


def test_a_chain_of_a_thousand_services_validates_on_build() -> None:
    """CON-04, VB-05: validation walks as deep as resolving does."""
    services = ServiceCollection()
    for link in chain_of(1000):
        services.add_scoped(link)

    services.build_service_provider(validate_on_build=True, validate_scopes=True)


def test_a_chain_of_mixed_lifetimes_resolves() -> None:
    """CON-04: singletons above, scoped in the middle and transients below are one chain too."""
    chain = chain_of(900)
    services = ServiceCollection()
    for number, link in enumerate(chain):
        add(
            services,
            [ServiceLifetime.TRANSIENT, ServiceLifetime.SCOPED, ServiceLifetime.SINGLETON][number // 300],
            link,
        )
    provider = services.build_service_provider()

    for _ in range(3):
        inside: ServiceProvider = provider.create_scope().service_provider
        assert getattr(inside.get_required_service(chain[0]), "depth", None) == 900


def test_a_failed_singleton_lets_the_waiting_threads_try() -> None:
    """LIF-15, CON-01: one of sixteen fails, the other fifteen share what the next one made."""
    attempts: list[int] = []

    class Flaky(Lonely):
        def __init__(self) -> None:
            attempts.append(1)
            super().__init__()
            if len(attempts) == 1:
                raise ConnectionError("first")

    provider = ServiceCollection().add_singleton(Flaky).build_service_provider()

    def ask() -> Flaky | None:
        try:
            return provider.get_required_service(Flaky)
        except ConnectionError:
            return None

    found = at_once(16, ask)

    assert found.count(None) == 1
    assert len({id(one) for one in found if one is not None}) == 1
    assert len(attempts) == 2
