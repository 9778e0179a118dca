"""How an object ends: what its type offers for that. And the base classes for types that want to say so.

An object closes by ``close()`` or ``aclose()``, looked up on its type, if that can be called without arguments; ``async
def close()`` counts as asynchronous. ``__exit__`` is never called on its own: it would let go of what nobody entered.
"""

import inspect
from abc import ABC, abstractmethod
from collections.abc import AsyncGenerator, Awaitable, Callable, Generator
from types import FunctionType
from typing import Any, final

import corner_host.di as door
from corner_host.primitives import name_of


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


class Disposal:
    """What a type offers for ending its objects."""

    __slots__ = ("asynchronous", "is_awaitable", "plain")

    def __init__(
        self,
        plain: Callable[[Any], object] | None,
        asynchronous: Callable[[Any], Awaitable[object]] | None,
        *,
        is_awaitable: bool,
    ) -> None:
        self.plain = plain
        self.asynchronous = asynchronous
        self.is_awaitable = is_awaitable

    @property
    def is_needed(self) -> bool:
        """Whether there is anything to call."""
        return self.plain is not None or self.asynchronous is not None

    @property
    def is_plain(self) -> bool:
        """Whether there is a plain way, and no other."""
        return self.plain is not None and self.asynchronous is None

    def held(self, item: object) -> "Held":
        """Return how *item*, an object of the type, is held until it ends."""
        if self.plain is not None and self.asynchronous is None:
            return item, self.plain
        return Ending(item, self.plain, self.asynchronous), Ending.close


Held = tuple[Any, Callable[[Any], object]]
"""What is held, and how it closes: an object that closes plainly and in no other way, or an `Ending`."""


@final
class Ending:
    """An object that can close asynchronously."""

    __slots__ = ("_plain", "asynchronous", "item")

    def __init__(
        self,
        item: object,
        plain: Callable[[Any], object] | None,
        asynchronous: Callable[[Any], Awaitable[object]] | None,
    ) -> None:
        self.item = item
        self._plain = plain
        self.asynchronous = asynchronous

    @property
    def is_only_asynchronous(self) -> bool:
        """Whether a plain call cannot close it."""
        return self._plain is None

    def close(self) -> object:
        """Close the object by a plain call; returns this ending itself if there is none."""
        return self if self._plain is None else self._plain(self.item)


@final
class Endings:
    """What is known about the types one provider has met. It goes with the provider, so that types can go, too."""

    __slots__ = ("_known", "harmless")

    def __init__(self) -> None:
        self._known: dict[type, Disposal] = {}
        self.harmless: set[type] = set()
        """Types whose objects need no disposal and no await; plans look here first."""

    def of(self, cls: type) -> Disposal:
        """Return how objects of *cls* end."""
        try:
            return self._known[cls]
        except KeyError:
            found = self._known[cls] = disposal_of(cls)
            return found
        except TypeError:  # a class that cannot be hashed
            return disposal_of(cls)


def disposal_of(cls: type) -> Disposal:
    """Find out how objects of *cls* end.

    Example:
        >>> import io, threading
        >>> disposal_of(io.BytesIO).is_needed, disposal_of(type(threading.Lock())).is_needed
        (True, False)
    """
    close, is_async = _method(cls, "close")
    aclose, _ = _method(cls, "aclose")
    if is_async:
        close, aclose = None, aclose or close
    return Disposal(close, aclose, is_awaitable=hasattr(cls, "__await__"))


def _method(cls: type, name: str) -> tuple[Callable[[Any], Any] | None, bool]:
    """Return what calls the method, None without one, and whether it is asynchronous."""
    written = next((base.__dict__[name] for base in cls.__mro__ if name in base.__dict__), None)
    if written is None or not callable(getattr(cls, name)):
        return None, False
    bound = isinstance(written, (classmethod, staticmethod))
    if not _takes(getattr(cls, name), 0 if bound else 1):
        return None, False
    is_async = inspect.iscoroutinefunction(getattr(cls, name))
    if isinstance(written, FunctionType):
        return written, is_async

    def call(item: object) -> Any:
        return getattr(item, name)()

    return call, is_async


def _takes(function: Callable[..., Any], count: int) -> bool:
    try:
        inspect.signature(function).bind(*[None] * count)
    except TypeError:
        return False
    except ValueError:  # a builtin that does not say what it takes
        return True
    return True


def is_awaitable(thing: object) -> bool:
    """Tell whether *thing* can be awaited, going by its type, which need not be hashable for it."""
    return hasattr(type(thing), "__await__")


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


def yields_wrongly(factory: Any, service: str, how: str) -> "door.UnresolvableDependencyError":
    """Return the error for a generator factory that does not yield exactly once."""
    message = (
        f"The generator factory {name_of(factory)} of {service} yielded {how}.\n"
        "To fix: yield the service once; what follows the yield is its disposal."
    )
    return door.UnresolvableDependencyError(message, implementation=factory)
