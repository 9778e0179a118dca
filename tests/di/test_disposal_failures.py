"""Closing that fails: neither stops the rest nor disappears."""

from collections.abc import AsyncIterator, Iterator
from typing import Any

import anyio
import pytest

from corner_host.di import ServiceCollection
from tests.di.toys import Closable, Journal, Leaf, journalled


class First(Closable):
    pass


class Second(Closable):
    pass


class Third(Closable):
    pass


class Broken(Closable):
    error: BaseException = OSError("disk full")

    def close(self) -> None:
        super().close()
        raise self.error


class AlsoBroken(Broken):
    error = ValueError("also")


class Interrupted(Broken):
    error = KeyboardInterrupt()


async def close(owner: Any, *, asynchronously: bool) -> None:
    if asynchronously:
        await owner.aclose()
    else:
        owner.close()


def owner_of(*kinds: type, scope: bool) -> tuple[Any, Journal]:
    """Return a provider or scope that has made these in order, and the journal."""
    services, journal = journalled()
    for kind in kinds:
        services.add_scoped(kind)
    provider = services.build_service_provider()
    owner: Any = provider.create_scope() if scope else provider
    for kind in kinds:
        (owner.service_provider if scope else owner).get_service(kind)
    return owner, journal


both_ways = pytest.mark.parametrize("asynchronously", [False, True])
both_owners = pytest.mark.parametrize("scope", [False, True])


@both_ways
@both_owners
async def test_one_failure_is_raised_unchanged_after_the_rest_was_closed(asynchronously: bool, scope: bool) -> None:
    """DIS-17, behaviour 4: the very exception, and nothing leaks."""
    owner, journal = owner_of(First, Broken, Third, scope=scope)

    with pytest.raises(OSError, match="disk full") as caught:
        await close(owner, asynchronously=asynchronously)

    assert caught.value is Broken.error
    assert journal.lines == ["Third closed", "Broken closed", "First closed"]


@both_ways
@both_owners
async def test_several_failures_are_raised_as_a_group_in_order(asynchronously: bool, scope: bool) -> None:
    """DIS-18, behaviour 4: members in the order of closing."""
    owner, journal = owner_of(First, Broken, Second, AlsoBroken, Third, scope=scope)

    with pytest.raises(ExceptionGroup) as caught:
        await close(owner, asynchronously=asynchronously)

    assert caught.value.exceptions == (AlsoBroken.error, Broken.error)
    assert len(journal.lines) == 5


@both_ways
async def test_an_interruption_is_raised_after_the_rest_was_closed(asynchronously: bool) -> None:
    """DIS-18: Ctrl+C while closing neither leaks nor gets lost."""
    owner, journal = owner_of(First, Interrupted, Third, scope=True)

    with pytest.raises(KeyboardInterrupt):
        await close(owner, asynchronously=asynchronously)

    assert journal.lines == ["Third closed", "Interrupted closed", "First closed"]


@both_ways
async def test_an_interruption_beside_another_failure_is_not_hidden(asynchronously: bool) -> None:
    """DIS-18: whatever else failed, the interruption is what is raised or in the group that is."""
    owner, journal = owner_of(First, Broken, Interrupted, scope=True)

    with pytest.raises(BaseException) as caught:  # noqa: PT011 - either shape will do
        await close(owner, asynchronously=asynchronously)

    seen = [caught.value, *getattr(caught.value, "exceptions", ())]
    assert any(isinstance(error, KeyboardInterrupt) for error in seen)
    assert journal.lines == ["Interrupted closed", "Broken closed", "First closed"]


@both_ways
async def test_a_failure_of_the_body_stays_as_context(asynchronously: bool) -> None:
    """DIS-18: as with contextlib.ExitStack."""
    owner, _ = owner_of(Broken, scope=True)

    with pytest.raises(OSError, match="disk full") as caught:
        if asynchronously:
            async with owner:
                raise LookupError("body")
        else:
            with owner:
                raise LookupError("body")

    assert isinstance(caught.value.__context__, LookupError)


@both_ways
async def test_a_failure_of_the_body_passes_when_closing_works(asynchronously: bool) -> None:
    """DIS-18: leaving a scope never swallows."""
    owner, journal = owner_of(First, scope=True)

    with pytest.raises(LookupError, match="body"):
        if asynchronously:
            async with owner:
                raise LookupError("body")
        else:
            with owner:
                raise LookupError("body")

    assert journal.lines == ["First closed"]


@both_ways
async def test_a_failed_closing_is_not_tried_again(asynchronously: bool) -> None:
    """DIS-12, DIS-17: the second call does nothing."""
    owner, journal = owner_of(Broken, scope=True)
    with pytest.raises(OSError, match="disk full"):
        await close(owner, asynchronously=asynchronously)

    await close(owner, asynchronously=asynchronously)

    assert journal.lines == ["Broken closed"]


def test_a_generator_that_fails_after_its_yield_counts_as_a_failed_closing() -> None:
    """DIS-17, FAC-15: raised unchanged, after the rest."""
    services, journal = journalled()

    def make(journal: Journal) -> Iterator[Leaf]:
        yield Leaf()
        raise OSError("lost")

    provider = services.add_singleton(First).add_singleton(Leaf, factory=make).build_service_provider()
    provider.get_service(First)
    provider.get_service(Leaf)

    with pytest.raises(OSError, match="lost"):
        provider.close()

    assert journal.lines == ["First closed"]


async def test_an_asynchronous_generator_that_fails_after_its_yield_counts_too() -> None:
    """DIS-18, FAC-15, D8: in a group with the others."""
    services, journal = journalled()

    async def make(journal: Journal) -> AsyncIterator[Leaf]:
        yield Leaf()
        raise OSError("lost")

    services.add_singleton(First).add_singleton(Leaf, factory=make).add_singleton(AlsoBroken)
    provider = services.build_service_provider()
    for kind in (First, Leaf, AlsoBroken):
        await provider.get_service_async(kind)

    with pytest.raises(ExceptionGroup) as caught:
        await provider.aclose()

    assert [type(error) for error in caught.value.exceptions] == [ValueError, OSError]
    assert journal.lines == ["AlsoBroken closed", "First closed"]


async def test_cancellation_beside_a_failure_is_not_lost() -> None:
    """DIS-18, D8: the cancelled scope ends as cancelled or with the failure, and everything is closed."""
    services, journal = journalled()

    class Waits(Closable):
        async def aclose(self) -> None:
            self.journal.write("Waits begins")
            await anyio.sleep_forever()

    services.add_scoped(First).add_scoped(Waits).add_scoped(Broken)
    scope = services.build_service_provider().create_scope()
    for kind in (First, Waits, Broken):
        scope.service_provider.get_service(kind)

    outcome: list[BaseException] = []
    with anyio.move_on_after(0.01) as deadline:
        try:
            await scope.aclose()
        except BaseException as error:
            outcome.append(error)
            if not isinstance(error, Exception):
                raise
    assert deadline.cancel_called
    assert journal.lines == ["Broken closed", "Waits begins", "First closed"]
    assert outcome


def test_a_collection_without_failures_closes_quietly() -> None:
    """DIS-17: no group, no note, no output."""
    ServiceCollection().build_service_provider().close()
