"""The graph: what has to happen to make a service. Pure facts, built by ``graph``, read by ``engine``.

A `Slot` is one registration, closed over its type arguments and its key; the object it makes is kept under it. A `Site` is
a slot, a constant or a sequence together with the sites of what it needs.
"""

import inspect
from collections.abc import Iterator
from functools import partial
from typing import Any, Final, final, get_origin

from .descriptors import ServiceDescriptor
from .generics import NO_ARGUMENTS, Arguments, constructor_arguments
from .lifetimes import ServiceLifetime
from .signatures import Parameter, parameters_of
from .trampoline import Task, run


@final
class Making:
    """How the maker's result becomes the object.

    Attributes:
        is_async: Whether it takes an ``await``.
        is_generator: Whether the maker yields the object, and disposes of it by itself.
    """

    __slots__ = ("is_async", "is_generator")

    def __init__(self, *, is_async: bool = False, is_generator: bool = False) -> None:
        self.is_async = is_async
        self.is_generator = is_generator


PLAIN: Final = Making()
ASYNC: Final = Making(is_async=True)
GENERATOR: Final = Making(is_generator=True)
ASYNC_GENERATOR: Final = Making(is_async=True, is_generator=True)


def making_of(maker: Any) -> Making:
    """Tell how *maker* makes, from what kind of function it is."""
    if isinstance(maker, type):
        return PLAIN
    while isinstance(maker, partial):
        maker = maker.func
    if not inspect.isroutine(maker) and not isinstance(maker, type):
        maker = type(maker).__call__
    if inspect.iscoroutinefunction(maker):
        return ASYNC
    if inspect.isasyncgenfunction(maker):
        return ASYNC_GENERATOR
    return GENERATOR if inspect.isgeneratorfunction(maker) else PLAIN


@final
class Step:
    """One service on the way from the one that was asked for, as errors show it.

    Attributes:
        service_type: The service.
        key: Its key.
        implementation: What makes it.
        parameter: Which parameter of that leads on.
    """

    __slots__ = ("implementation", "key", "parameter", "service_type")

    def __init__(self, service_type: Any, key: object, implementation: Any, parameter: str | None) -> None:
        self.service_type = service_type
        self.key = key
        self.implementation = implementation
        self.parameter = parameter

    def by(self, parameter: str | None) -> "Step":
        """Return the same step, led on by *parameter*."""
        return Step(self.service_type, self.key, self.implementation, parameter)


NOTHING_GIVEN: Final = frozenset[str]()  # one for all: there may be thousands of slots


@final
class Slot:
    """One registration, closed over its type arguments and its key; also the place of the object it makes.

    Slots outlive the sites, which are made anew when something is overridden.
    """

    __slots__ = (
        "_hint_arguments",
        "_parameters",
        "arguments",
        "descriptor",
        "given",
        "inner",
        "is_certain",
        "is_class",
        "is_registered",
        "is_tracked",
        "key",
        "lifetime",
        "maker",
        "makes_unhashable",
        "making",
        "provider",
        "reenters_scope",
        "service_type",
    )

    def __init__(
        self,
        descriptor: ServiceDescriptor,
        service_type: Any,
        key: object,
        maker: Any,
        *,
        arguments: Arguments = NO_ARGUMENTS,
        is_class: bool,
        is_registered: bool = False,
        is_tracked: bool = True,
        inner: "Slot | None" = None,
    ) -> None:
        self.descriptor = descriptor
        self.service_type = service_type
        self.key = key
        self.maker = maker
        self.arguments = arguments
        self.is_class = is_class
        self.is_registered = is_registered
        self.is_tracked = is_tracked
        self.inner = inner
        self.lifetime = descriptor.lifetime
        self.making = PLAIN if is_class else making_of(maker)
        self.is_certain = is_class or self.making is not PLAIN
        self.given = NOTHING_GIVEN
        self.makes_unhashable = False
        self.reenters_scope = False
        self.provider: Any = None
        self._hint_arguments: Arguments | None = None
        self._parameters: tuple[Parameter, ...] | None = None

    @property
    def hint_arguments(self) -> Arguments:
        """What the type variables in the maker's hints stand for; an inherited constructor may speak of others."""
        if not self.is_class:
            return self.arguments
        if self._hint_arguments is None:
            self._hint_arguments = constructor_arguments(self.maker, self.arguments)
        return self._hint_arguments

    @property
    def makes_its_class(self) -> bool:
        """Whether what it makes is certainly a new object of the class that is called."""
        cls = get_origin(self.maker) or self.maker
        new: Any = getattr(cls, "__new__", None)
        return self.is_class and new is object.__new__

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        """The parameters that the container fills."""
        found = self.all_parameters
        return tuple(parameter for parameter in found if parameter.name not in self.given) if self.given else found

    @property
    def all_parameters(self) -> tuple[Parameter, ...]:
        """The maker's parameters."""
        if self._parameters is None:
            self._parameters = parameters_of(self.maker)
        return self._parameters


class Site:
    """What has to happen to make one service."""

    __slots__ = ("is_certain", "key", "lifetime", "needs_async", "place", "scoped", "service_type")

    def __init__(
        self, service_type: Any, key: object, lifetime: ServiceLifetime | None, children: "tuple[Site, ...]"
    ) -> None:
        self.service_type = service_type
        self.key = key
        self.lifetime = lifetime
        self.place: object = self
        self.needs_async: bool = any(child.needs_async for child in children)
        self.is_certain: bool = all(child.is_certain for child in children)
        if lifetime is ServiceLifetime.SCOPED:
            self.scoped: Site | None = self
        elif lifetime is ServiceLifetime.SINGLETON:
            self.scoped = None
        else:
            self.scoped = next((child.scoped for child in children if child.scoped is not None), None)

    def children(self) -> Iterator[tuple[str | None, "Site"]]:
        """Iterate over what it needs, each with the name of the parameter."""
        return iter(())


@final
class Constant(Site):
    """A value that is there already."""

    __slots__ = ("slot", "value")

    def __init__(self, service_type: Any, key: object, value: Any, slot: Slot | None = None) -> None:
        super().__init__(service_type, key, None, ())
        self.value = value
        self.slot = slot


@final
class CurrentProvider(Site):
    """The provider or scope that is asked."""

    __slots__ = ()

    def __init__(self, service_type: Any) -> None:
        super().__init__(service_type, None, None, ())


@final
class Sequence(Site):
    """All registrations of a service, as a tuple or as a list."""

    __slots__ = ("items", "kind")

    def __init__(
        self, service_type: Any, key: object, items: tuple[Site, ...], kind: type, lifetime: ServiceLifetime | None
    ) -> None:
        super().__init__(service_type, key, lifetime, items)
        self.items = items
        self.kind = kind

    def children(self) -> Iterator[tuple[str | None, Site]]:
        """Iterate over the items."""
        return ((None, item) for item in self.items)


@final
class Call(Site):
    """A call of a class or factory, with what it is given."""

    __slots__ = ("_names", "keywords", "positional", "reenters", "slot")

    def __init__(
        self,
        slot: Slot,
        positional: tuple[Site, ...],
        keywords: tuple[tuple[str, Site], ...],
        names: tuple[str, ...],
        lifetime: ServiceLifetime | None,
    ) -> None:
        children = positional + tuple(site for _, site in keywords)
        super().__init__(slot.service_type, slot.key, lifetime, children)
        self.slot = slot
        self.place = slot
        self.positional = positional
        self.keywords = keywords
        self._names = names
        self.needs_async = self.needs_async or slot.making.is_async
        self.is_certain = self.is_certain and slot.is_certain
        self.reenters = not slot.is_class or any(type(child) in _WAYS_BACK for child in children)
        # whoever is handed a provider can ask it for anything, itself included

    def children(self) -> Iterator[tuple[str | None, Site]]:
        """Iterate over what it is given."""
        yield from zip(self._names, self.positional, strict=True)
        yield from self.keywords


_WAYS_BACK = frozenset({CurrentProvider})


def refresh(site: Site) -> None:
    """See again which sites need an await, now that plain factories that return awaitables are known for it."""
    run(_refreshed(site, set()))


def _refreshed(site: Site, seen: set[Site]) -> Task:
    children = [child for _, child in site.children()]
    for child in children:
        if child not in seen:
            seen.add(child)
            yield _refreshed(child, seen)
    slot = site.slot if isinstance(site, Call) else None
    site.needs_async = any(child.needs_async for child in children) or (slot is not None and slot.making.is_async)
    site.is_certain = all(child.is_certain for child in children) and (slot is None or slot.is_certain)
