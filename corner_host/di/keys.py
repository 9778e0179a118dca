"""What identifies a service: its type, brought to one spelling, and its key. Pure.

``typing.List[int]`` and ``list[int]`` are one service, ``Annotated[A, ...]`` is ``A``, and the keys ``1``, ``True`` and
``1.0``, which a dict takes for one, are three.
"""

import collections.abc
import inspect
import types
import typing
from typing import Annotated, Any, TypeVar, get_args, get_origin

import typing_extensions

import corner_host.di as door
from corner_host.primitives import name_of

_ALIASES: tuple[Any, ...] = (
    getattr(typing, "TypeAliasType", typing_extensions.TypeAliasType),
    typing_extensions.TypeAliasType,
)

Identity = tuple[Any, type, Any]
"""Service type, class of the key, key."""

UNKEYED = type(None)

_AS_WRITTEN: frozenset[Any] = frozenset({typing.Literal, get_origin(collections.abc.Callable[[], None])})

_ONE_TUPLE: dict[Any, Any] = {
    collections.abc.Sequence: tuple,
    collections.abc.Iterable: tuple,
    collections.abc.Collection: tuple,
    list: list,
}


def identity(service_type: Any, key: object) -> Identity:
    """Return what tells the service of *service_type* under *key* from every other. The type must be normal already."""
    return (service_type, type(key), key)


def normal(hint: Any) -> Any:
    """Return the one spelling of *hint* that is used as a service type.

    Example:
        >>> normal(typing.List[int]), normal(Annotated[int, "metres"])
        (list[int], <class 'int'>)
    """
    if type(hint) is type:
        return hint
    if isinstance(hint, _ALIASES):
        return normal(hint.__value__)
    origin = get_origin(hint)
    if origin is None:
        return hint
    if isinstance(origin, _ALIASES):
        return normal(origin.__value__[get_args(hint)])
    arguments = get_args(hint)
    if origin is Annotated:
        return normal(arguments[0])
    if origin is typing.Union or origin is types.UnionType:
        return typing.Union[tuple(normal(argument) for argument in arguments)]  # noqa: UP007 - made at run time
    if not arguments:
        return origin
    if origin in _AS_WRITTEN:
        return hint
    inner = tuple(normal(argument) for argument in arguments)
    if isinstance(hint, types.GenericAlias) and inner == arguments:
        return hint
    if type(origin) is type and origin.__module__ in {"builtins", "collections", "collections.abc"}:
        return types.GenericAlias(origin, inner)
    generic: Any = origin
    return hint if inner == arguments else generic[inner]


def service_key(service_type: Any) -> Any:
    """Return the normal form of what a caller gives as a service type.

    Raises:
        RegistrationError: It is no type at all, such as a string.
    """
    found = normal(service_type)
    if isinstance(found, type) or (_is_form(found) and not isinstance(found, typing.ForwardRef)):
        return found
    message = f"{shown_value(service_type)} is not a type, so it cannot be a service."
    message += "\nTo fix: give the class, protocol or alias itself."
    raise door.RegistrationError(message, service_type=service_type)


def _is_form(thing: object) -> bool:
    return get_origin(thing) is not None or (
        type(thing).__module__ in {"typing", "types", "typing_extensions"} and not inspect.isroutine(thing)
    )


def optional_member(hint: Any) -> tuple[Any, bool] | None:
    """Split a hint into its one real type and whether ``None`` is allowed; None for a union of several types.

    Example:
        >>> optional_member(int | None), optional_member(int), optional_member(int | str)
        ((<class 'int'>, True), (<class 'int'>, False), None)
    """
    if get_origin(hint) not in {typing.Union, types.UnionType}:
        return hint, False
    members = [member for member in get_args(hint) if member is not UNKEYED]
    if len(members) != 1:
        return None
    return members[0], len(members) < len(get_args(hint))


def sequence_of(service_type: Any) -> tuple[Any, type] | None:
    """Return the element type and the kind (tuple or list) if *service_type* is a sequence that the container makes.

    Example:
        >>> sequence_of(collections.abc.Sequence[int]), sequence_of(list[int]), sequence_of(set[int])
        ((<class 'int'>, <class 'tuple'>), (<class 'int'>, <class 'list'>), None)
    """
    origin = get_origin(service_type)
    if origin is None:
        return None
    arguments = get_args(service_type)
    if origin is tuple:
        return (arguments[0], tuple) if len(arguments) == 2 and arguments[1] is Ellipsis else None
    kind = _ONE_TUPLE.get(origin)
    return None if kind is None or isinstance(arguments[0], TypeVar) else (arguments[0], kind)


def shown(service_type: Any, key: object = None) -> str:
    """Return the service as it is written in messages."""
    return name_of(service_type) if key is None else f"{name_of(service_type)} (key {shown_value(key)})"


def shown_value(value: object) -> str:
    """Return the ``repr()`` of *value* for a message: not too long, and always something."""
    try:
        text = repr(value)
    except Exception:  # noqa: BLE001 - an error about something else is being written
        return f"<{name_of(type(value))}>"
    return text if len(text) <= LONGEST_VALUE else f"{text[:LONGEST_VALUE]}..."


LONGEST_VALUE = 200
