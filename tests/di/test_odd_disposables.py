"""Things with a close that is not what it seems."""

import functools
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

from tests.di.toys import Journal, Leaf


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


class Disguised:
    def __init__(self, journal: Journal) -> None:
        self.journal = journal

    @plain
    async def close(self) -> None:
        self.journal.write("closed")


class UnhashableMeta(type):
    def __eq__(cls, other: object) -> bool:
        return cls is other

    __hash__ = None  # type: ignore[assignment]


class OfUnhashable(metaclass=UnhashableMeta):
    lines: list[str] = []  # noqa: RUF012 - shared on purpose

    def close(self) -> None:
        self.lines.append("closed")


class Pool:
    """Awaitable, and can be closed asynchronously, as database pools are."""

    def __await__(self) -> Iterator[Any]:
        return iter(())

    async def close(self) -> None:
        raise AssertionError("closed")


@plain
def generate(journal: Journal) -> Iterator[Leaf]:
    yield Leaf()
    journal.write("finished")


@plain
async def generate_async(journal: Journal) -> AsyncIterator[Leaf]:
    yield Leaf()
    journal.write("finished")
