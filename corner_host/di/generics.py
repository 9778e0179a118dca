"""Generic services: which arguments an implementation gets, and whether it may have them. Pure.

An *open* registration, ``add_scoped(Repository, SqlRepository)``, answers for every ``Repository[X]``. The arguments find
their way through the bases: for ``class Pairs(Pair[B, A], Generic[A, B])`` the service ``Pair[int, str]`` is made by
``Pairs[str, int]``.
"""

from collections.abc import Mapping
from typing import Any, TypeVar, cast, get_args, get_origin

Arguments = Mapping[Any, Any]
"""What each type variable of an implementation stands for."""

NO_ARGUMENTS: Arguments = {}


def type_parameters(thing: Any) -> tuple[Any, ...]:
    """Return the type variables of a generic class, or those left free in an alias such as ``Pair[T, int]``."""
    found: object = getattr(thing, "__parameters__", ())
    if not isinstance(found, tuple):
        return ()
    return cast("tuple[Any, ...]", found)  # type: ignore[redundant-cast] # pyright needs it


def is_open(service_type: Any) -> bool:
    """Tell whether *service_type* is a generic class without arguments."""
    return isinstance(service_type, type) and get_origin(service_type) is None and bool(type_parameters(service_type))


def has_free_variables(hint: Any) -> bool:
    """Tell whether *hint* is a type variable or an alias that holds one."""
    return isinstance(hint, TypeVar) or (not isinstance(hint, type) and bool(type_parameters(hint)))


def substitute(hint: Any, arguments: Arguments) -> Any:
    """Put *arguments* in the place of the type variables of *hint*.

    Example:
        >>> T = TypeVar("T")
        >>> substitute(list[T], {T: int})
        list[int]
    """
    if not arguments:
        return hint
    if isinstance(hint, TypeVar):
        return arguments.get(hint, hint)
    if isinstance(hint, type) and get_origin(hint) is None:
        return hint
    variables = type_parameters(hint)
    if not variables:
        return hint
    generic: Any = hint
    return generic[tuple(arguments.get(variable, variable) for variable in variables)]


def arguments_of_base(cls: type, base: Any) -> tuple[Any, ...] | None:
    """Return the arguments that *cls* gives to its generic *base*, in terms of its own variables.

    Returns:
        None when *base* is not among the bases, as for a protocol that is only matched by shape.
    """
    if cls is base:
        return type_parameters(cls)
    for alias in cls.__dict__.get("__orig_bases__", cls.__bases__):
        origin = get_origin(alias) or alias
        if not isinstance(origin, type) or base not in origin.__mro__:
            continue
        inner = arguments_of_base(origin, base)
        if inner is not None:
            given = dict(zip(type_parameters(origin), get_args(alias), strict=False))
            return tuple(substitute(argument, given) for argument in inner)
    return None


def arguments_of(closed: Any) -> Arguments:
    """Return what the type variables of a closed form such as ``SqlRepository[User]`` stand for."""
    origin = get_origin(closed)
    if not isinstance(origin, type) or not is_open(origin):
        return NO_ARGUMENTS
    return dict(zip(type_parameters(origin), get_args(closed), strict=False))


def constructor_arguments(maker: Any, arguments: Arguments) -> Arguments:
    """Return what the type variables in the constructor of *maker* stand for, wherever in its bases that is written."""
    cls = get_origin(maker) or maker
    if not isinstance(cls, type):
        return arguments
    name = "__new__" if getattr(cls, "__init__", None) is object.__init__ else "__init__"
    definer = next((base for base in cls.__mro__ if name in base.__dict__), cls)
    if definer is cls or not is_open(definer):
        return arguments
    given = arguments_of_base(cls, definer)
    if given is None:
        return arguments
    return {
        variable: substitute(argument, arguments)
        for variable, argument in zip(type_parameters(definer), given, strict=False)
    }


def pattern_of(service: type, implementation: Any) -> tuple[Any, ...]:
    """Return what the arguments of *service* are, written with the type variables of *implementation*."""
    if get_origin(implementation) is service:
        return get_args(implementation)
    found = arguments_of_base(get_origin(implementation) or implementation, service)
    return type_parameters(implementation) if found is None else found


def match(pattern: tuple[Any, ...], arguments: tuple[Any, ...]) -> dict[Any, Any] | None:
    """Find what each type variable in *pattern* stands for, given the actual *arguments*; None if they do not fit.

    Example:
        >>> A, B = TypeVar("A"), TypeVar("B")
        >>> match((B, list[A]), (int, list[str])) == {B: int, A: str}
        True
    """
    if len(pattern) != len(arguments):
        return None
    found: dict[Any, Any] = {}
    for expected, actual in zip(pattern, arguments, strict=True):
        if isinstance(expected, TypeVar):
            if found.setdefault(expected, actual) != actual:
                return None
        elif type_parameters(expected) and not isinstance(expected, type):
            inner = match(get_args(expected), get_args(actual)) if get_origin(expected) is get_origin(actual) else None
            if inner is None or any(found.setdefault(name, value) != value for name, value in inner.items()):
                return None
        elif expected != actual:
            return None
    return found


def violated(arguments: Arguments) -> tuple[Any, tuple[Any, ...]] | None:
    """Return the first type variable whose bound or constraints its argument breaks, with what it should be."""
    for variable, argument in arguments.items():
        limits = getattr(variable, "__constraints__", ())
        if limits and argument not in limits:
            return variable, limits
        bound = getattr(variable, "__bound__", None)
        if bound is not None and not _within(argument, bound):
            return variable, (bound,)
    return None


def _within(argument: Any, bound: Any) -> bool:
    actual, limit = get_origin(argument) or argument, get_origin(bound) or bound
    if not isinstance(actual, type) or not isinstance(limit, type):
        return True
    try:
        return issubclass(actual, limit)
    except TypeError:  # a protocol that cannot be checked at run time
        return True
