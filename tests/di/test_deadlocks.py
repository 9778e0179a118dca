"""Threads that enter one graph from different ends: nobody waits for what waits for him."""

import random
import sys
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from corner_host.di import ServiceCollection, ServiceLifetime
from tests.di.toys import LIFETIMES, add, chain_of

SHARED = [ServiceLifetime.SINGLETON, ServiceLifetime.SCOPED]


def finishes(*work: Callable[[], Any]) -> list[Any]:
    """Run each in a thread of its own; return their results, or fail if one does not come back."""
    results: list[Any] = []
    threads = [threading.Thread(target=lambda one=one: results.append(one()), daemon=True) for one in work]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert not any(thread.is_alive() for thread in threads), "the threads wait for each other"
    return results


class Meeting:
    """Two threads are brought to the point where each is in the middle of something."""

    def __init__(self) -> None:
        self.below_begun, self.above_begun = threading.Event(), threading.Event()


class BelowBegins:
    def __init__(self, meeting: Meeting) -> None:
        meeting.below_begun.set()
        meeting.above_begun.wait(0.1)


class AboveBegins:
    def __init__(self, meeting: Meeting) -> None:
        meeting.above_begun.set()


class Deepest:
    pass


class Below:
    def __init__(self, begins: BelowBegins, deepest: Deepest) -> None:
        self.deepest = deepest


class Above:
    def __init__(self, begins: AboveBegins, below: Below) -> None:
        self.below = below


def make_below(begins: BelowBegins, deepest: Deepest) -> Below:
    return Below(begins, deepest)


@pytest.mark.parametrize("at_root", [True, False])
@pytest.mark.parametrize("by_factory", [True, False])
@pytest.mark.parametrize("deepest", SHARED)
@pytest.mark.parametrize("below", SHARED)
@pytest.mark.parametrize("above", LIFETIMES)
def test_two_threads_in_one_graph_get_through(
    above: ServiceLifetime, below: ServiceLifetime, deepest: ServiceLifetime, by_factory: bool, at_root: bool
) -> None:
    """CON-03: one waits for what the other makes, and the other needs more on the way; whatever the lifetimes."""
    meeting = Meeting()
    services = ServiceCollection().add_singleton(Meeting, instance=meeting)
    services.add_transient(BelowBegins).add_transient(AboveBegins)
    add(services, above, Above)
    add(services, deepest, Deepest)
    if by_factory:
        add(services, below, Below, factory=make_below)
    else:
        add(services, below, Below)
    provider = services.build_service_provider()
    owner = provider if at_root else provider.create_scope().service_provider

    def ask_above() -> Any:
        meeting.below_begun.wait(10)
        return owner.get_required_service(Above)

    found = finishes(lambda: owner.get_required_service(Below), ask_above)

    assert sorted(type(one).__name__ for one in found) == ["Above", "Below"]


@pytest.fixture
def eager_switching() -> Iterator[None]:
    """Let threads take turns as often as the interpreter can."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    yield
    sys.setswitchinterval(before)


@pytest.mark.usefixtures("eager_switching")
def test_many_threads_in_a_chain_of_all_lifetimes_get_through() -> None:
    """CON-02, CON-03: entered anywhere, at the root, in a scope of their own, and in one scope for all."""
    dice = random.Random(7)
    for round_number in range(12):
        chain = chain_of(20)
        services = ServiceCollection()
        for number, link in enumerate(chain):
            lifetime = LIFETIMES[(number * 7 + round_number) % 3]
            add(services, lifetime, link, **({"factory": link} if dice.random() < 0.3 else {}))
        provider = services.build_service_provider()
        shared = provider.create_scope().service_provider
        owners = [provider, shared, provider.create_scope().service_provider] * 3

        found = finishes(
            *(lambda owner=owner, link=dice.choice(chain): owner.get_required_service(link) for owner in owners)
        )

        assert len(found) == len(owners)
