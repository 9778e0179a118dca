"""What a class or factory asks for: its parameters and their hints. Pure.

Hints are read when a service is first needed, not when it is added, so that classes may refer to each other; and one by
one, so that a hint which cannot be evaluated spoils its own parameter only. A plain function's code object says all there
is to know and is 25 times quicker to read than ``inspect.signature`` with ``typing.get_type_hints``; those are for the rest.
"""

import dataclasses
import functools
import inspect
import sys
import types
import typing
from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Annotated, Any, Final, cast, final, get_args, get_origin

from .keys import normal, optional_member
from .markers import FromConfiguration, FromKeyedServices, InheritKey, ServiceKey


class UnreadableHint:
    """A hint that could not be evaluated, such as a name that is only imported for type checkers."""

    __slots__ = ("module", "reason", "text")

    def __init__(self, text: str, module: str, reason: str) -> None:
        self.text = text
        self.module = module
        self.reason = reason


NO_HINT: Final[Any] = inspect.Parameter.empty
NO_DEFAULT: Final[Any] = inspect.Parameter.empty
POSITIONAL: Final = inspect.Parameter.POSITIONAL_OR_KEYWORD
POSITIONAL_ONLY: Final = inspect.Parameter.POSITIONAL_ONLY
KEYWORD_ONLY: Final = inspect.Parameter.KEYWORD_ONLY


class Parameter:
    """One parameter that can be given a service."""

    __slots__ = ("default", "hint", "kind", "name")

    def __init__(self, name: str, hint: Any, default: Any, kind: Any) -> None:
        self.name = name
        self.hint = hint
        self.default = default
        self.kind = kind

    @property
    def has_default(self) -> bool:
        """Whether it may be left out."""
        return self.default is not NO_DEFAULT


def parameters_of(target: Any) -> tuple[Parameter, ...]:
    """Return the parameters of a class, a closed generic, or any callable, in order; variadic ones are left out."""
    origin = get_origin(target)
    if origin is not None:
        target = origin
    if isinstance(target, type):
        return _of_class(target)
    if isinstance(target, types.FunctionType):
        return _of_function(target, skip=0)
    if isinstance(target, types.MethodType) and isinstance(target.__func__, types.FunctionType):
        return _of_function(target.__func__, skip=1)
    call = type(target).__call__
    if isinstance(call, types.FunctionType):
        return _of_function(call, skip=1)
    return _of_signature(target, target)


def _of_class(cls: type) -> tuple[Parameter, ...]:
    init: Any = getattr(cls, "__init__")  # noqa: B009 - mypy takes cls.__init__ for a slip
    if hasattr(cls, "__signature__"):
        return _of_signature(cls, init)
    if init is object.__init__:
        new: Any = cls.__new__
        if new is object.__new__:
            return ()
        if isinstance(new, types.FunctionType):
            return _of_function(new, skip=1, owner=_definer(cls, "__new__"))
        return _of_signature(cls, new)
    if isinstance(init, types.FunctionType):
        return _of_function(init, skip=1, owner=_definer(cls, "__init__"))
    if inspect.ismethoddescriptor(init):
        return _of_signature(cls, init)
    return _of_signature(init, init, skip=1)


def _definer(cls: type, name: str) -> type:
    return next(base for base in cls.__mro__ if name in base.__dict__)


def _of_function(function: types.FunctionType, *, skip: int, owner: type | None = None) -> tuple[Parameter, ...]:
    if hasattr(function, "__wrapped__") or hasattr(function, "__signature__"):
        return _of_signature(function, inspect.unwrap(function), skip=skip, owner=owner)
    code = function.__code__
    positional, names = code.co_argcount, code.co_varnames
    defaults = function.__defaults__ or ()
    required = positional - len(defaults)
    by_keyword = function.__kwdefaults__ or {}
    hints = _Hints(function, owner)
    found: list[Parameter] = []
    for i in range(skip, positional):
        default = NO_DEFAULT if i < required else defaults[i - required]
        kind = POSITIONAL_ONLY if i < code.co_posonlyargcount else POSITIONAL
        found.append(Parameter(names[i], hints.of(names[i]), default, kind))
    found.extend(
        Parameter(name, hints.of(name), by_keyword.get(name, NO_DEFAULT), KEYWORD_ONLY)
        for name in names[positional : positional + code.co_kwonlyargcount]
    )
    return tuple(found)


def _of_signature(
    target: Callable[..., Any], source: Any, *, skip: int = 0, owner: type | None = None
) -> tuple[Parameter, ...]:
    try:
        signature = inspect.signature(target)
    except (TypeError, ValueError):  # a builtin that does not say what it takes
        return ()
    hints = _Hints(source, owner)
    variadic = {inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD}
    found = [parameter for parameter in signature.parameters.values() if parameter.kind not in variadic]
    by_keyword = isinstance(target, functools.partial)
    return tuple(
        Parameter(
            parameter.name,
            hints.read(parameter.name, parameter.annotation),
            parameter.default,
            KEYWORD_ONLY if by_keyword and parameter.kind is POSITIONAL else parameter.kind,
        )
        for parameter in found[skip:]
    )


@final
class _Hints:
    """Evaluates the hints of one callable in the place where it was written."""

    __slots__ = ("_annotations", "_function", "_owner")

    def __init__(self, function: Any, owner: type | None) -> None:
        self._function = _plain(function)
        self._owner = owner
        self._annotations = _annotations_of(self._function)

    def of(self, name: str) -> Any:
        return self.read(name, self._annotations.get(name, NO_HINT))

    def read(self, name: str, hint: Any) -> Any:
        if type(hint) is type or hint is NO_HINT:
            return hint
        hint = self._annotations.get(name, hint)
        hint = _without_init_var(hint)
        if not _is_deferred(hint):
            return hint
        try:
            found = typing.get_type_hints(_Holder({name: hint}), self._globals(), self._locals(), include_extras=True)[
                name
            ]
        except Exception as error:  # noqa: BLE001 - evaluating a hint runs foreign code
            text = hint if isinstance(hint, str) else getattr(hint, "__forward_arg__", repr(hint))
            return UnreadableHint(
                text, str(getattr(self._function, "__module__", "?")), f"{type(error).__name__}: {error}"
            )
        return _without_init_var(found)

    def _globals(self) -> dict[str, Any]:
        found = getattr(self._function, "__globals__", None)
        if found is None:
            module = sys.modules.get(getattr(self._owner or self._function, "__module__", ""))
            found = vars(module) if module else {}
        return dict(found)

    def _locals(self) -> dict[str, Any]:
        names: dict[str, Any] = dict(vars(self._owner)) if self._owner else {}
        for holder in (self._owner, self._function):
            for variable in getattr(holder, "__type_params__", ()):
                names[variable.__name__] = variable
        if self._owner:
            names.setdefault(self._owner.__name__, self._owner)
        return names


class _Holder:
    """Carries annotations to ``typing.get_type_hints``."""

    def __init__(self, annotations: Mapping[str, Any]) -> None:
        self.__annotations__ = dict(annotations)


def _without_init_var(hint: Any) -> Any:
    return cast("Any", hint).type if type(hint) is dataclasses.InitVar else hint


def _plain(function: Any) -> Any:
    while isinstance(function, functools.partial):
        function = function.func
    return getattr(function, "__func__", function)


def _annotations_of(function: Any) -> Mapping[str, Any]:
    try:
        return getattr(function, "__annotations__", None) or {}
    except NameError:  # Python 3.14 evaluates here
        library: Any = import_module("annotationlib")  # new in 3.14
        found: Mapping[str, Any] = library.get_annotations(function, format=library.Format.FORWARDREF)
        return found


def _is_deferred(hint: Any) -> bool:
    if isinstance(hint, (str, typing.ForwardRef)):
        return True
    return any(_is_deferred(argument) for argument in get_args(hint) if not isinstance(argument, type)) and (
        get_origin(hint) is not typing.Literal
    )


def taken_apart(hint: Any) -> tuple[Any, bool, Any] | None:
    """Find the service, whether None is allowed, and our marker in a hint; None for a union of several types."""
    marker: Any = None
    allows_none = False
    while True:
        if get_origin(hint) is Annotated:
            hint, *metadata = get_args(hint)
            marker = next((one for one in metadata if _is_marker(one)), marker)
            continue
        member = optional_member(hint)
        if member is None:
            return None
        hint, none = member
        allows_none = allows_none or none
        if get_origin(hint) is not Annotated:
            return normal(hint), allows_none, marker


def _is_marker(thing: Any) -> bool:
    return isinstance(thing, (FromKeyedServices, FromConfiguration)) or thing is ServiceKey or thing is InheritKey
