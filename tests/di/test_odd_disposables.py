"""Things with a close that is not what it seems."""

import functools
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import pytest

from corner_host.di import AsyncDisposalError, AsyncFactoryError, ServiceCollection
from tests.di.toys import Journal, Leaf, journalled, provider_with


def plain(function: Callable[..., Any]) -> Callable[..., Any]:
    """Wrap so that nobody sees from outside that it is asynchronous or a generator."""

    @functools.wraps(function)
    def wrapper(*args: Any, **kwargs: Any) -> Any:
        return function(*args, **kwargs)

    return wrapper


class ClosingMeta(type):
    def close(cls) -> None:
        raise AssertionError("the class was closed")


class WithClosingMeta(metaclass=ClosingMeta):
    """Its class can be closed, it cannot."""


class Account:
    """Closing is its business, not its end."""

    def close(self, account: str) -> None:
        raise AssertionError("an account was closed")


class KeywordOnly:
    def close(self, *, force: bool) -> None:
        raise AssertionError("closed by force")


@pytest.mark.parametrize("kind", [WithClosingMeta, Account, KeywordOnly])
async def test_a_method_that_is_not_a_disposal_is_not_called(kind: type) -> None:
    """DIS-27, D3: close() takes no arguments and belongs to the objects of the type."""
    with provider_with(kind) as first:
        first.get_service(kind)
    async with provider_with(kind) as second:
        second.get_service(kind)


class ByClass:
    lines: list[str] = []  # noqa: RUF012 - shared on purpose

    @classmethod
    def close(cls) -> None:
        cls.lines.append("closed")


class ByStatic:
    lines: list[str] = []  # noqa: RUF012 - shared on purpose

    @staticmethod
    def close() -> None:
        ByStatic.lines.append("closed")


class WithOptions:
    lines: list[str] = []  # noqa: RUF012 - shared on purpose

    def close(self, wait: bool = True, **options: Any) -> None:
        self.lines.append("closed")


@pytest.mark.parametrize("kind", [ByClass, ByStatic, WithOptions])
def test_every_kind_of_method_that_can_be_called_without_arguments_is_a_disposal(kind: Any) -> None:
    """DIS-27, D3: class methods, static methods and options with defaults, as contextlib.closing would call them."""
    kind.lines.clear()

    with provider_with(kind) as provider:
        provider.get_service(kind)

    assert kind.lines == ["closed"]


class Disguised:
    def __init__(self, journal: Journal) -> None:
        self.journal = journal

    @plain
    async def close(self) -> None:
        self.journal.write("closed")


async def test_a_close_that_turns_out_to_be_asynchronous_is_awaited() -> None:
    """DIS-08, D3: a decorator may hide that it is a coroutine function."""
    services, journal = journalled()

    async with services.add_singleton(Disguised).build_service_provider() as provider:
        provider.get_service(Disguised)

    assert journal.lines == ["closed"]


def test_a_close_that_turns_out_to_be_asynchronous_is_an_error_synchronously() -> None:
    """DIS-07, D3: never a coroutine that nobody awaits."""
    services, _ = journalled()
    provider = services.add_singleton(Disguised).build_service_provider()
    provider.get_service(Disguised)

    with pytest.raises(AsyncDisposalError, match="Disguised"):
        provider.close()


class UnhashableMeta(type):
    def __eq__(cls, other: object) -> bool:
        return cls is other

    __hash__ = None  # type: ignore[assignment]


class OfUnhashable(metaclass=UnhashableMeta):
    lines: list[str] = []  # noqa: RUF012 - shared on purpose

    def close(self) -> None:
        self.lines.append("closed")


def make_unhashable() -> Any:
    return OfUnhashable()


def test_a_product_whose_class_cannot_be_hashed_is_closed_like_any() -> None:
    """DIS-27: what is remembered about types must not depend on their hash."""
    OfUnhashable.lines.clear()

    with ServiceCollection().add_singleton(Leaf, factory=make_unhashable).build_service_provider() as provider:
        provider.get_service(Leaf)

    assert OfUnhashable.lines == ["closed"]


class Pool:
    """Awaitable, and can be closed asynchronously, as database pools are."""

    def __await__(self) -> Iterator[Any]:
        return iter(())

    async def close(self) -> None:
        raise AssertionError("closed")


def make_pool() -> Pool:
    return Pool()


def test_an_awaitable_product_is_refused_without_leaving_a_coroutine_behind() -> None:
    """FAC-14: only coroutines are closed for never being awaited; a pool has a close of another kind."""
    provider = ServiceCollection().add_singleton(Pool, factory=make_pool).build_service_provider()

    with pytest.raises(AsyncFactoryError):
        provider.get_service(Pool)


@plain
def generate(journal: Journal) -> Iterator[Leaf]:
    yield Leaf()
    journal.write("finished")


@plain
async def generate_async(journal: Journal) -> AsyncIterator[Leaf]:
    yield Leaf()
    journal.write("finished")


def test_a_function_that_turns_out_to_be_a_generator_is_a_generator_factory() -> None:
    """FAC-15: a decorator may hide it; nobody wants the generator itself as a service."""
    services, journal = journalled()

    with services.add_singleton(Leaf, factory=generate).build_service_provider() as provider:
        assert isinstance(provider.get_service(Leaf), Leaf)

    assert journal.lines == ["finished"]


async def test_a_function_that_turns_out_to_be_an_asynchronous_generator_is_a_generator_factory() -> None:
    """FAC-15, D8: the same, through the asynchronous door."""
    services, journal = journalled()

    async with services.add_singleton(Leaf, factory=generate_async).build_service_provider() as provider:
        assert isinstance(await provider.get_service_async(Leaf), Leaf)

    assert journal.lines == ["finished"]
