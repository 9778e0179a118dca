"""Calling a function with services for its parameters, as a class or factory gets them.

The function need not be registered, and what it returns is the caller's: no provider keeps or closes it.
"""

import inspect
from collections.abc import Awaitable, Callable, Hashable, Iterable, Mapping, Sequence
from typing import Any, Generic, TypeVar, cast, final, overload

from corner_host.primitives import name_of

from .descriptors import ServiceDescriptor
from .engine import engine_of
from .engine.construction import Construction
from .engine.walk import resolve, resolve_async
from .keys import normal, optional_member
from .lifetimes import ServiceLifetime
from .provider import ServiceProvider
from .signatures import KEYWORD_ONLY, POSITIONAL_ONLY, Parameter, UnreadableHint
from .sites import Call, Slot

R = TypeVar("R")

NOTHING_KNOWN: Mapping[Any, Any] = {}


def call(
    provider: ServiceProvider,
    function: Callable[..., R],
    /,
    *args: Any,
    known: Mapping[Any, Any] = NOTHING_KNOWN,
    **kwargs: Any,
) -> R:
    """Call *function* with *args* and *kwargs*, and services for the parameters that are left.

    Args:
        provider: Where the services come from.
        function: Any callable.
        *args: Fill the parameters that are neither *known* nor in *kwargs*, in order; the rest goes to a variadic one.
        known: Objects by type: a parameter of that very type gets the object.
        **kwargs: Go to the parameters of their names.

    Raises:
        TypeError: There are too many arguments.
        UnresolvableDependencyError: A parameter can be filled in no way.

    Example:
        >>> from corner_host.di import ServiceCollection
        >>> def greet(name: str, punctuation: bytes) -> str:
        ...     return f"hello {name}{punctuation.decode()}"
        >>> provider = ServiceCollection().add_singleton(bytes, instance=b"!").build_service_provider()
        >>> call(provider, greet, "you")
        'hello you!'
    """
    slot, given, more = _prepared(function, args, known, kwargs)
    site = engine_of(provider).site_of(provider, slot)
    with Construction(site, provider, site, None):
        return cast("R", called(slot, {**services_for(site, provider), **given}, more))


@overload
async def call_async(
    provider: ServiceProvider,
    function: Callable[..., Awaitable[R]],
    /,
    *args: Any,
    known: Mapping[Any, Any] = NOTHING_KNOWN,
    **kwargs: Any,
) -> R: ...
@overload
async def call_async(
    provider: ServiceProvider,
    function: Callable[..., R],
    /,
    *args: Any,
    known: Mapping[Any, Any] = NOTHING_KNOWN,
    **kwargs: Any,
) -> R: ...
async def call_async(
    provider: ServiceProvider,
    function: Callable[..., Any],
    /,
    *args: Any,
    known: Mapping[Any, Any] = NOTHING_KNOWN,
    **kwargs: Any,
) -> Any:
    """Do as `call`; services may be made asynchronously, and what *function* returns is awaited where it can be."""
    slot, given, more = _prepared(function, args, known, kwargs)
    site = engine_of(provider).site_of(provider, slot)
    found = {name: await resolve_async(child, provider) for name, child in site.children() if name is not None}
    result = called(slot, {**found, **given}, more)
    return await result if inspect.isawaitable(result) else result


@final
class PreparedCall(Generic[R]):
    """A function to be called often, with services for all its parameters.

    The call is planned like a registered service, once a container; functions of equal *place* share the plan.

    Args:
        function: A plain function that returns something; it must behave the same for an equal *place*.
        place: Tells calls apart; hashable.

    Example:
        >>> from corner_host.di import ServiceCollection
        >>> def greet(name: str, punctuation: bytes) -> str:
        ...     return f"hello {name}{punctuation.decode()}"
        >>> services = ServiceCollection().add_singleton(bytes, instance=b"!").add_singleton(str, instance="you")
        >>> PreparedCall(greet, place=greet)(services.build_service_provider())
        'hello you!'
    """

    __slots__ = ("_function", "_place")

    def __init__(self, function: Callable[..., R], *, place: Hashable) -> None:
        self._function = function
        self._place = (PreparedCall, place)

    def __call__(self, provider: ServiceProvider) -> R:
        """Call it. Errors as for `ServiceProvider.get_required_service`."""
        plan = provider.plans_.get(self._place)
        if plan is None:
            slot = free_slot(self._function, is_class=False)
            plan = engine_of(provider).plan_of_slot(provider, slot, self._place)
        result: R = plan(provider)
        return result


def free_slot(
    maker: Any, *, is_class: bool, given: Iterable[str] = (), arguments: Mapping[Any, Any] | None = None
) -> Slot:
    """Return a slot for something that is not registered, whose *given* parameters the container leaves alone."""
    descriptor = ServiceDescriptor(object, lifetime=ServiceLifetime.TRANSIENT, factory=maker)
    slot = Slot(descriptor, maker, None, maker, arguments=arguments or {}, is_class=is_class, is_tracked=False)
    slot.given = frozenset(given)
    return slot


def services_for(site: Call, provider: ServiceProvider) -> dict[str, Any]:
    """Resolve what *site* needs, by parameter."""
    return {name: resolve(child, provider) for name, child in site.children() if name is not None}


def called(slot: Slot, values: Mapping[str, Any], more: Sequence[Any] = ()) -> Any:
    """Call the maker of *slot* with *values* by parameter; *more* goes to its variadic parameter."""
    positional: list[Any] = []
    keywords: dict[str, Any] = {}
    skipped = False
    for parameter in slot.all_parameters:
        name = parameter.name
        if name not in values:
            skipped = True
        elif parameter.kind is KEYWORD_ONLY or (skipped and parameter.kind is not POSITIONAL_ONLY):
            keywords[name] = values[name]
        else:
            positional.append(values[name])
    known = {parameter.name for parameter in slot.all_parameters}
    keywords.update({name: value for name, value in values.items() if name not in known})
    return slot.maker(*positional, *more, **keywords)


def _prepared(
    function: Any, args: tuple[Any, ...], known: Mapping[Any, Any], kwargs: Mapping[str, Any]
) -> tuple[Slot, dict[str, Any], list[Any]]:
    slot = free_slot(function, is_class=isinstance(function, type))
    given = dict(kwargs)
    remaining = list(args)
    for parameter in slot.all_parameters:
        if parameter.name in given:
            continue
        kind = _type_of(parameter)
        if kind in known:
            given[parameter.name] = known[kind]
        elif remaining and parameter.kind is not KEYWORD_ONLY:
            given[parameter.name] = remaining.pop(0)
    takes_more, takes_names = _variadic(function) if remaining or kwargs else (False, False)
    if remaining and not takes_more:
        message = (
            f"{name_of(function)} was given {len(args)} argument(s), {len(remaining)} more than it has parameters for."
        )
        raise TypeError(message)
    names = {parameter.name for parameter in slot.all_parameters}
    for name in kwargs:
        if name not in names and not takes_names:
            message = f"{name_of(function)} has no parameter {name!r}."
            raise TypeError(message)
    slot.given = frozenset(given)
    return slot, given, remaining


def _variadic(function: Any) -> tuple[bool, bool]:
    """Tell whether *function* takes any number of positional arguments, and of keyword arguments."""
    try:
        kinds = {parameter.kind for parameter in inspect.signature(function).parameters.values()}
    except (TypeError, ValueError):
        return False, False
    return inspect.Parameter.VAR_POSITIONAL in kinds, inspect.Parameter.VAR_KEYWORD in kinds


def _type_of(parameter: Parameter) -> Any:
    if isinstance(parameter.hint, UnreadableHint):
        return None
    member = optional_member(normal(parameter.hint))
    return None if member is None else normal(member[0])
