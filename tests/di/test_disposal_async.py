"""Closing asynchronously: which method is called, and one after the other."""

from typing import Any

import anyio
import anyio.lowlevel
import pytest

from corner_host.di import (
    AsyncDisposable,
    AsyncDisposalError,
    ServiceCollection,
    ServiceProvider,
    ServiceProviderDisposedError,
)
from tests.di.toys import AsyncClosable, BothClosable, Closable, Journal, journalled


class Slow(AsyncClosable):
    async def aclose(self) -> None:
        self.journal.write("Slow begins")
        for _ in range(3):
            await anyio.lowlevel.checkpoint()
        self.journal.write("Slow ends")


class ByAbc(AsyncDisposable):
    def __init__(self, journal: Journal) -> None:
        self.journal = journal

    async def aclose(self) -> None:
        self.journal.write("ByAbc aclosed")


class AsyncNamedClose:
    """What many client libraries do: an asynchronous method that is called close."""

    def __init__(self, journal: Journal) -> None:
        self.journal = journal

    async def close(self) -> None:
        await anyio.lowlevel.checkpoint()
        self.journal.write("AsyncNamedClose closed")


def owner_of(kind: Any, *, scope: bool) -> tuple[Any, Journal]:
    """Return a provider or scope that has made *kind*, and the journal."""
    services, journal = journalled()
    provider = services.add_scoped(kind).build_service_provider()
    owner: Any = provider.create_scope() if scope else provider
    (owner.service_provider if scope else owner).get_service(kind)
    return owner, journal


@pytest.mark.parametrize("scope", [False, True])
async def test_asynchronous_closing_prefers_the_asynchronous_method(scope: bool) -> None:
    """DIS-05, SCO-10: an object with both is closed by aclose alone."""
    owner, journal = owner_of(BothClosable, scope=scope)

    await owner.aclose()

    assert journal.lines == ["BothClosable aclosed"]


@pytest.mark.parametrize("scope", [False, True])
def test_synchronous_closing_prefers_the_synchronous_method(scope: bool) -> None:
    """DIS-06, SCO-10: an object with both is closed by close alone."""
    owner, journal = owner_of(BothClosable, scope=scope)

    owner.close()

    assert journal.lines == ["BothClosable closed"]


@pytest.mark.parametrize("scope", [False, True])
@pytest.mark.parametrize("kind", [AsyncClosable, AsyncNamedClose, ByAbc])
def test_what_can_only_be_closed_asynchronously_is_an_error_synchronously(kind: Any, scope: bool) -> None:
    """DIS-07: it names the type and says to use aclose."""
    owner, journal = owner_of(kind, scope=scope)

    with pytest.raises(AsyncDisposalError, match=rf"(?s){kind.__name__}.*aclose"):
        owner.close()

    assert journal.lines == []


@pytest.mark.parametrize("scope", [False, True])
@pytest.mark.parametrize("kind", [AsyncClosable, AsyncNamedClose, ByAbc, Closable])
async def test_everything_is_closed_asynchronously(kind: Any, scope: bool) -> None:
    """DIS-08, SCO-10, D3: aclose, an asynchronous close, and a plain close."""
    owner, journal = owner_of(kind, scope=scope)

    async with owner:
        pass

    assert len(journal.lines) == 1
    assert kind.__name__ in journal.lines[0]


async def test_mixed_objects_are_closed_one_after_the_other() -> None:
    """DIS-09, DIS-10, DIS-11, DIS-03: once each, never at the same time, in reverse."""
    services, journal = journalled()
    services.add_scoped(Closable).add_scoped(AsyncClosable).add_transient(Slow).add_scoped(BothClosable)
    scope = services.build_service_provider().create_scope()
    for kind in (Slow, Closable, AsyncClosable, Slow, BothClosable):
        scope.service_provider.get_service(kind)

    await scope.aclose()

    assert journal.lines == [
        "BothClosable aclosed",
        "Slow begins",
        "Slow ends",
        "AsyncClosable aclosed",
        "Closable closed",
        "Slow begins",
        "Slow ends",
    ]


async def test_closing_twice_asynchronously_is_closing_once() -> None:
    """DIS-10, DIS-12: also mixed with the synchronous way."""
    owner, journal = owner_of(Slow, scope=True)

    await owner.aclose()
    await owner.aclose()
    owner.close()

    assert journal.lines == ["Slow begins", "Slow ends"]


async def test_tasks_that_close_together_close_once() -> None:
    """DIS-12: while the first is at it, a second call closes nothing again."""
    owner, journal = owner_of(Slow, scope=False)

    async with anyio.create_task_group() as group:
        for _ in range(3):
            group.start_soon(owner.aclose)

    assert journal.lines == ["Slow begins", "Slow ends"]


@pytest.mark.parametrize("again", ["aclose", "close"])
async def test_nothing_is_closed_beside_what_is_being_closed(again: str) -> None:
    """DIS-12: a second call, while the first waits for one object, does nothing: the next is not closed before its turn."""
    services, journal = journalled()
    may_end = anyio.Event()

    class Waiting(AsyncClosable):
        async def aclose(self) -> None:
            self.journal.write("Waiting begins")
            await may_end.wait()
            self.journal.write("Waiting ends")

    provider = services.add_singleton(Closable).add_singleton(Waiting).build_service_provider()
    provider.get_required_service(Closable)
    provider.get_required_service(Waiting)

    async with anyio.create_task_group() as group:
        group.start_soon(provider.aclose)
        await anyio.wait_all_tasks_blocked()
        if again == "aclose":
            await provider.aclose()
        else:
            provider.close()
        meanwhile = list(journal.lines)
        may_end.set()

    assert meanwhile == ["Waiting begins"]
    assert journal.lines == ["Waiting begins", "Waiting ends", "Closable closed"]


async def test_an_asynchronous_object_made_too_late_is_closed_at_once() -> None:
    """DIS-19: a factory that closes its own provider."""
    services, journal = journalled()

    async def suicidal(provider: ServiceProvider, journal: Journal) -> AsyncClosable:
        await provider.aclose()
        return AsyncClosable(journal)

    provider = services.add_singleton(AsyncClosable, factory=suicidal).build_service_provider()

    with anyio.fail_after(10), pytest.raises(ServiceProviderDisposedError):
        await provider.get_service_async(AsyncClosable)

    assert journal.lines == ["AsyncClosable aclosed"]


async def test_a_provider_closed_during_an_asynchronous_resolve_loses_nothing() -> None:
    """DIS-19: whoever comes too late is told, and the object is closed."""
    services, journal = journalled()
    reached, go_on = anyio.Event(), anyio.Event()

    async def make(journal: Journal) -> AsyncClosable:
        reached.set()
        await go_on.wait()
        return AsyncClosable(journal)

    provider = services.add_singleton(AsyncClosable, factory=make).build_service_provider()

    async def ask() -> None:
        with pytest.raises(ServiceProviderDisposedError):
            await provider.get_service_async(AsyncClosable)

    with anyio.fail_after(10):
        async with anyio.create_task_group() as group:
            group.start_soon(ask)
            await reached.wait()
            await provider.aclose()
            go_on.set()

    assert journal.lines == ["AsyncClosable aclosed"]


async def test_a_cancelled_closing_still_closes_everything() -> None:
    """DIS-18, D8: what closes plainly is closed, what awaits is begun, and the cancellation goes on."""
    services, journal = journalled()
    services.add_scoped(Closable).add_scoped(Slow).add_scoped(AsyncClosable)

    with anyio.CancelScope() as cancelled:
        async with services.build_service_provider().create_scope() as scope:
            for kind in (Closable, Slow, AsyncClosable):
                scope.service_provider.get_service(kind)
            cancelled.cancel()
            await anyio.lowlevel.checkpoint()

    assert cancelled.cancelled_caught
    assert journal.lines[0] == "AsyncClosable aclosed"
    assert journal.lines[-1] == "Closable closed"
    assert "Slow begins" in journal.lines


def test_an_asynchronous_only_object_does_not_keep_the_others_open() -> None:
    """DIS-07, DIS-17: the error comes after the rest was closed."""
    services, journal = journalled()

    class First(Closable):
        pass

    class Last(Closable):
        pass

    provider = services.add_singleton(First).add_singleton(AsyncClosable).add_singleton(Last).build_service_provider()
    for kind in (First, AsyncClosable, Last):
        provider.get_service(kind)

    with pytest.raises(AsyncDisposalError):
        provider.close()

    assert journal.lines == ["Last closed", "First closed"]


async def test_an_empty_scope_closes_without_ado() -> None:
    """DIS-04, DIS-12: nothing made, nothing to do, in either way."""
    provider = ServiceCollection().build_service_provider()

    async with provider.create_scope():
        pass
    with provider.create_scope():
        pass
    await provider.aclose()
