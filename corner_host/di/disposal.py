"""How an object ends, and ending many of them.

The container closes what it made, in the reverse of the order in which it was finished, never what it was given. An
object closes by ``close()`` or ``aclose()``, looked up on its type; ``async def close()`` counts as asynchronous. One that
fails does not keep the rest open: all are closed, then a single error is raised as it is, several as a group.
"""

import inspect
from abc import ABC, abstractmethod
from collections.abc import AsyncGenerator, Awaitable, Callable, Generator
from typing import Any, Final, NamedTuple, Protocol, final

import anyio

from corner_host.primitives import name_of

from .errors import AsyncDisposalError, UnresolvableDependencyError

SHIELDED_SECONDS: Final = 30.0
"""How long closing goes on, for all objects together, after its caller was cancelled."""


class Disposable(ABC):
    """Something the container closes: for classes that want to say so by their base. ``close()`` alone suffices."""

    @abstractmethod
    def close(self) -> None:
        """Let go of what is held."""


class AsyncDisposable(ABC):
    """Something the container closes asynchronously. ``async def aclose()`` alone suffices."""

    @abstractmethod
    async def aclose(self) -> None:
        """Let go of what is held."""


class Disposal(NamedTuple):
    """What a type offers for ending its objects."""

    plain: Callable[[Any], object] | None
    asynchronous: Callable[[Any], Awaitable[object]] | None
    is_awaitable: bool

    @property
    def is_needed(self) -> bool:
        """Whether there is anything to call."""
        return self.plain is not None or self.asynchronous is not None


_known: dict[type, Disposal] = {}
_plain: dict[type, Callable[[Any], object]] = {}
_plain_of = _plain.get


def disposal_of(cls: type) -> Disposal:
    """Return how objects of *cls* end."""
    try:
        return _known[cls]
    except KeyError:
        close, aclose = _method(cls, "close"), _method(cls, "aclose")
        if close is not None and inspect.iscoroutinefunction(close):
            close, aclose = None, aclose or close
        if close is not None:
            _plain[cls] = close
        found = _known[cls] = Disposal(close, aclose, hasattr(cls, "__await__"))
        return found


def _method(cls: type, name: str) -> Callable[[Any], Any] | None:
    found = getattr(cls, name, None)
    return found if callable(found) else None


@final
class GeneratorEnd:
    """What follows the ``yield`` of a generator factory."""

    __slots__ = ("_factory", "_generator", "_service")

    def __init__(self, generator: Generator[Any], factory: Any, service: str) -> None:
        self._generator = generator
        self._factory = factory
        self._service = service

    def close(self) -> None:
        """Let the generator run to its end."""
        try:
            next(self._generator)
        except StopIteration:
            return
        self._generator.close()
        raise yields_wrongly(self._factory, self._service, "more than once")


@final
class AsyncGeneratorEnd:
    """What follows the ``yield`` of an async generator factory."""

    __slots__ = ("_factory", "_generator", "_service")

    def __init__(self, generator: AsyncGenerator[Any], factory: Any, service: str) -> None:
        self._generator = generator
        self._factory = factory
        self._service = service

    async def aclose(self) -> None:
        """Let the generator run to its end."""
        try:
            await anext(self._generator)
        except StopAsyncIteration:
            return
        await self._generator.aclose()
        raise yields_wrongly(self._factory, self._service, "more than once")

    def __repr__(self) -> str:
        return name_of(self._factory)


def yields_wrongly(factory: Any, service: str, how: str) -> UnresolvableDependencyError:
    """Return the error for a generator factory that does not yield exactly once."""
    message = (
        f"The generator factory {name_of(factory)} of {service} yielded {how}.\n"
        "To fix: yield the service once; what follows the yield is its disposal."
    )
    return UnresolvableDependencyError(message, implementation=factory)


class Owner(Protocol):
    """Who holds objects until it ends."""

    @property
    def name_(self) -> str:
        """What it is called in messages."""
        ...


def close_all(held: list[Any], owner: Owner) -> None:
    """Close everything in *held*, last first, and empty it.

    Raises:
        AsyncDisposalError: An object only closes asynchronously.
        ExceptionGroup: Several failed.
    """
    failures: list[BaseException] | None = None
    while held:
        item: object = held.pop()
        plain = _plain_of(type(item))
        try:
            if plain is None:
                _close_rarely(item, owner)
            else:
                plain(item)
        except BaseException as error:  # noqa: BLE001 - raised below, once the rest is closed
            failures = [error] if failures is None else [*failures, error]
    if failures is not None:
        _raise(failures, owner)


async def aclose_all(held: list[Any], owner: Owner, *, cancelled: bool = False) -> None:
    """Close everything in *held*, last first, one after the other; asynchronously where an object can.

    A cancellation of the caller cuts short the closing that it meets. The others are closed nevertheless, shielded, for
    up to `SHIELDED_SECONDS`; then the cancellation goes on.

    Args:
        held: What to close; it is emptied.
        owner: Who held it, for messages.
        cancelled: The caller is leaving by a cancellation already: shield from the start.
    """
    failures: list[BaseException] = []
    while held and not cancelled:
        item: object = held.pop()
        ways = disposal_of(type(item))
        try:
            if ways.asynchronous is not None:
                await ways.asynchronous(item)
            elif ways.plain is not None:
                ways.plain(item)
        except BaseException as error:  # noqa: BLE001 - raised below, once the rest is closed
            failures.append(error)
            cancelled = not isinstance(error, Exception)
    if held:
        await _aclose_shielded(held, owner, failures)
    if failures:
        _raise(failures, owner)


async def _aclose_shielded(held: list[Any], owner: Owner, failures: list[BaseException]) -> None:
    """Close the rest of *held* after a cancellation, for a limited time."""
    with anyio.move_on_after(SHIELDED_SECONDS, shield=True) as scope:
        while held:
            try:
                await aclose_all(held, owner)
            except BaseException as error:
                if scope.cancel_called:
                    raise
                failures.append(error)
    if scope.cancelled_caught:
        left = ", ".join(name_of(type(item)) for item in held) or "none"
        held.clear()
        text = f"Closing {owner.name_} took longer than {SHIELDED_SECONDS:g} s; not begun: {left}."
        failures.append(TimeoutError(text))


def _close_rarely(item: object, owner: Owner) -> None:
    ways = disposal_of(type(item))
    if ways.plain is not None:
        ways.plain(item)
    elif ways.asynchronous is not None:
        raise _only_async(item, owner)


def _only_async(item: object, owner: Owner) -> AsyncDisposalError:
    what = repr(item) if isinstance(item, AsyncGeneratorEnd) else name_of(type(item))
    message = (
        f"{what} only closes asynchronously, and {owner.name_} that holds it was closed by a plain call.\n"
        "To fix: use 'async with', or 'await aclose()'."
    )
    return AsyncDisposalError(message, service_type=type(item))


def _raise(failures: list[BaseException], owner: Owner) -> None:
    """Raise a single failure as it is, several as a group; an interruption goes before all errors."""
    interruptions = [error for error in failures if not isinstance(error, Exception)]
    errors = [error for error in failures if isinstance(error, Exception)]
    if interruptions:
        for error in errors:
            interruptions[0].add_note(f"While {owner.name_} was being closed, this failed too: {error!r}")
        raise interruptions[0]
    if len(errors) == 1:
        raise errors[0]
    message = f"{len(errors)} objects failed while {owner.name_} was being closed"
    raise ExceptionGroup(message, errors)
