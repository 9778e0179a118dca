"""Building a class that need not be registered: arguments by hand, the rest from the provider.

What is built here is the caller's: no provider keeps or closes it.
"""

from collections.abc import Callable
from typing import Any, TypeVar, cast, get_origin

from typing_extensions import TypeForm

from corner_host.primitives import name_of

from .calling import called, free_slot, services_for
from .checks import why_not_built
from .engine import engine_of
from .engine.construction import Construction
from .errors import RegistrationError
from .generics import arguments_of, substitute
from .keys import normal, optional_member
from .provider import ServiceProvider
from .signatures import NO_HINT, Parameter, UnreadableHint
from .sites import Slot

T = TypeVar("T")


def create_instance(provider: ServiceProvider, cls: Callable[..., T], /, *args: Any, **kwargs: Any) -> T:
    """Build *cls* from *args* and *kwargs*, with services for its other parameters.

    Keyword arguments go to the parameters of their names. Each positional one goes to the first free parameter whose type
    accepts it. What is left comes from *provider*, else from its default.

    Raises:
        TypeError: An argument fits no parameter, or there are too many.
        UnresolvableDependencyError: A parameter can be filled neither way.
        RegistrationError: *cls* is abstract.

    Example:
        >>> from corner_host.di import ServiceCollection
        >>> class Report:
        ...     def __init__(self, title: str, copies: int) -> None:
        ...         self.title, self.copies = title, copies
        >>> provider = ServiceCollection().add_singleton(str, instance="sales").build_service_provider()
        >>> create_instance(provider, Report, 3).title
        'sales'
    """
    _check_provider(provider)
    slot = _slot(cls)
    given = _by_name(slot, kwargs)
    for argument in args:
        given[_free_for(slot, given, argument)] = argument
    slot.given = frozenset(given)
    return cast("T", _build(provider, slot, given))


def create_factory(cls: Callable[..., T], /, *argument_types: Any) -> Callable[..., T]:
    """Prepare ``factory(provider, *args)``, which builds *cls* with arguments of *argument_types*, in that order.

    Which argument goes to which parameter is decided here, once.

    Raises:
        TypeError: An argument type fits no parameter; or, from the factory, the number of arguments is another.
    """
    slot = _slot(cls)
    names: list[str] = []
    for wanted in argument_types:
        free = (p for p in slot.all_parameters if p.name not in names)
        parameter = next((p for p in free if _takes_type(_hint(slot, p), wanted)), None)
        if parameter is None:
            raise _superfluous(cls, f"an argument of type {name_of(wanted)}")
        names.append(parameter.name)
    slot.given = frozenset(names)

    def factory(provider: ServiceProvider, /, *args: Any) -> T:
        _check_provider(provider)
        if len(args) != len(names):
            message = (
                f"The factory of {name_of(cls)} takes {len(names)} argument(s) besides the provider; {len(args)} given."
            )
            raise TypeError(message)
        return cast("T", _build(provider, slot, dict(zip(names, args, strict=True))))

    return factory


def get_service_or_create_instance(provider: ServiceProvider, cls: TypeForm[T]) -> T:
    """Return the registered service *cls*, or else a new object each time."""
    _check_provider(provider)
    found = provider.get_service(cls)
    return create_instance(provider, cast("Callable[..., T]", cls)) if found is None else found


def _check_provider(provider: Any) -> None:
    if not isinstance(provider, ServiceProvider):
        message = f"A ServiceProvider is needed, not {provider!r}."
        raise TypeError(message)


def _slot(cls: Any) -> Slot:
    is_class = isinstance(get_origin(cls) or cls, type)
    if is_class:
        why = why_not_built(cls, cls)
        if why is not None:
            message = f"{name_of(cls)} cannot be built: {why}.\nTo fix: give a concrete class."
            raise RegistrationError(message, service_type=cls, implementation=cls)
    elif not callable(cls):
        message = f"{cls!r} is not a class, so it cannot be built."
        raise TypeError(message)
    return free_slot(cls, is_class=is_class, arguments=arguments_of(cls))


def _by_name(slot: Slot, kwargs: dict[str, Any]) -> dict[str, Any]:
    names = {parameter.name for parameter in slot.all_parameters}
    for name in kwargs:
        if name not in names:
            raise _superfluous(slot.maker, f"the keyword argument {name!r}")
    return dict(kwargs)


def _free_for(slot: Slot, given: dict[str, Any], argument: Any) -> str:
    for parameter in slot.all_parameters:
        if parameter.name not in given and _accepts(_hint(slot, parameter), argument):
            return parameter.name
    raise _superfluous(slot.maker, f"the argument {argument!r}")


def _hint(slot: Slot, parameter: Parameter) -> Any:
    hint = parameter.hint
    return hint if isinstance(hint, UnreadableHint) else substitute(hint, slot.arguments)


def _superfluous(cls: Any, what: str) -> TypeError:
    return TypeError(
        f"{name_of(cls)} cannot be built with {what}: no free parameter takes it. It may be superfluous.\n"
        "To fix: leave it out, or give it by keyword."
    )


def _accepts(hint: Any, argument: Any) -> bool:
    if argument is None:
        return _allows_none(hint)
    return _takes_type(hint, type(argument))


def _allows_none(hint: Any) -> bool:
    if isinstance(hint, UnreadableHint):
        return False
    if hint is NO_HINT or hint is Any or hint is object:
        return True
    member = optional_member(normal(hint))
    return hint is None or hint is type(None) or (member is not None and member[1])


def _takes_type(hint: Any, wanted: Any) -> bool:
    if isinstance(hint, UnreadableHint):
        return False
    if hint is NO_HINT:
        return True
    member = optional_member(normal(hint))
    if member is None:
        return any(_takes_type(one, wanted) for one in normal(hint).__args__)
    if normal(member[0]) == normal(wanted) or member[0] is Any:
        return True
    expected, actual = get_origin(member[0]) or member[0], get_origin(wanted) or wanted
    if not isinstance(expected, type) or not isinstance(actual, type):
        return False
    if actual is bool and expected in {int, float, complex}:
        return False
    try:
        return issubclass(actual, expected) or (expected is float and actual is int)
    except TypeError:  # a protocol that cannot be checked at run time
        return _has_members_of(actual, expected)


def _has_members_of(actual: type, protocol: type) -> bool:
    members = getattr(protocol, "__protocol_attrs__", None) or {
        name
        for base in protocol.__mro__[:-1]
        for name in (*vars(base), *getattr(base, "__annotations__", ()))
        if not name.startswith("_")
    }
    return all(hasattr(actual, name) for name in members)


def _build(provider: ServiceProvider, slot: Slot, given: dict[str, Any]) -> Any:
    site = engine_of(provider).site_of(provider, slot)
    with Construction(site, provider, site, None):
        return called(slot, {**services_for(site, provider), **given})
