"""How an object ends, and ending many of them.

The container closes what it made, in the reverse of the order in which it was finished, never what it was given. An
object closes by ``close()`` or ``aclose()``, looked up on its type; ``async def close()`` counts as asynchronous. One that
fails does not keep the rest open: all are closed, then a single error is raised as it is, several as a group.
"""

import inspect
from abc import ABC, abstractmethod
from collections.abc import AsyncGenerator, Awaitable, Callable, Generator
from typing import Any, Final, NamedTuple, final

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


def disposal_of(cls: type) -> Disposal:
    """Return how objects of *cls* end."""
    try:
        return _known[cls]
    except KeyError:
        close, aclose = _method(cls, "close"), _method(cls, "aclose")
        if close is not None and inspect.iscoroutinefunction(close):
            close, aclose = None, aclose or close
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


def close_all(held: list[Any], owner: str) -> None:
    """Close everything in *held*, last first, and empty it.

    Raises:
        AsyncDisposalError: An object only closes asynchronously.
        ExceptionGroup: Several failed.
    """
    errors: list[Exception] = []
    interruption: BaseException | None = None
    while held:
        item = held.pop()
        try:
            plain = disposal_of(type(item)).plain
            if plain is None:
                errors.append(_only_async(item, owner))
            else:
                plain(item)
        except Exception as error:  # noqa: BLE001 - gathered, and raised below
            errors.append(error)
        except BaseException as error:  # noqa: BLE001 - raised below, once the rest is closed
            interruption = interruption or error
    _raise(errors, interruption, owner)


async def aclose_all(held: list[Any], owner: str, *, cancelled: bool = False) -> None:
    """Close everything in *held*, last first, one after the other; asynchronously where an object can.

    A cancellation of the caller cuts short the closing that it meets. The others are closed nevertheless, shielded, for
    up to `SHIELDED_SECONDS`; then the cancellation goes on.

    Args:
        held: What to close; it is emptied.
        owner: Who held it, for messages.
        cancelled: The caller is leaving by a cancellation already: shield from the start.
    """
    errors: list[Exception] = []
    interruption: BaseException | None = None
    if not cancelled:
        interruption = await _aclose_each(held, errors)
    if held:
        with anyio.move_on_after(SHIELDED_SECONDS, shield=True) as scope:
            while held:
                interruption = await _aclose_each(held, errors) or interruption
        if scope.cancelled_caught:
            left = ", ".join(name_of(type(item)) for item in held) or "the last one"
            errors.append(TimeoutError(f"Closing {owner} took longer than {SHIELDED_SECONDS:g} s; left open: {left}."))
            held.clear()
    _raise(errors, interruption, owner)


async def _aclose_each(held: list[Any], errors: list[Exception]) -> BaseException | None:
    """Close until *held* is empty, or until an interruption, which is returned: the caller raises it in the end."""
    while held:
        item = held.pop()
        ways = disposal_of(type(item))
        try:
            if ways.asynchronous is not None:
                await ways.asynchronous(item)
            elif ways.plain is not None:
                ways.plain(item)
        except Exception as error:  # noqa: BLE001 - gathered, and raised by the caller
            errors.append(error)
        except BaseException as error:  # noqa: BLE001 - raised by the caller, once the rest is closed
            return error
    return None


def _only_async(item: Any, owner: str) -> AsyncDisposalError:
    what = repr(item) if isinstance(item, AsyncGeneratorEnd) else name_of(type(item))
    message = (
        f"{what} only closes asynchronously, and {owner} that holds it was closed by a plain call.\n"
        "To fix: use 'async with', or 'await aclose()'."
    )
    return AsyncDisposalError(message, service_type=type(item))


def _raise(errors: list[Exception], interruption: BaseException | None, owner: str) -> None:
    if interruption is not None:
        for error in errors:
            interruption.add_note(f"While {owner} was being closed, this failed too: {error!r}")
        raise interruption
    if len(errors) == 1:
        raise errors[0]
    if errors:
        message = f"{len(errors)} objects failed while {owner} was being closed"
        raise ExceptionGroup(message, errors)
