"""Threads that enter one graph from different ends: nobody waits for what waits for him."""

import sys
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from corner_host.di import ServiceLifetime

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


@pytest.fixture
def eager_switching() -> Iterator[None]:
    """Let threads take turns as often as the interpreter can."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    yield
    sys.setswitchinterval(before)
