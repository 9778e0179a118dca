"""How a piece of work wants to be called.

The parameters of `work` are filled in this order: keywords by name; the cancellation token where one is taken; given
arguments, in order, into what is left; then services, by annotation. What has a default and is no registered service
keeps its default.

A token is taken by a parameter annotated ``CancellationToken``, by one without an annotation (or with ``Any``) that is
called ``token``, ``cancellation_token`` or ``stopping``, or is the sole one of work that was queued without arguments.

A plan is made once for a function and a way of calling it.

Not here: where services come from (``injection``).
"""

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from functools import partial
from types import CodeType, FunctionType, MethodType
from typing import Any, final, get_type_hints

from corner_host.primitives import CancellationToken, is_unannotated, name_of, takes_token

from .injection import Services

_EMPTY = inspect.Parameter.empty
_BY_POSITION = {inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD}
_VARIADIC = {inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD}
_TOKEN = -1


@final
@dataclass(frozen=True, slots=True)
class CallPlan:
    """Where each argument of a call comes from.

    Args:
        threaded: Whether the work is a plain function, to be called in a thread.
        by_position: For each argument by position, the number of the given one; below 0 for the token.
        token_names: The keyword arguments that get the token.
        by_name: The keyword arguments that get a given one, by its number.
        services: What the container fills in; None if nothing.
        has_names: Whether something that is given goes by name.
        is_simple: Whether positional arguments are all there is, and the work is to be awaited.
        takes_token_only: Whether the token is all there is.
        ends_with_services: Whether the work is to be awaited, and services are the last of its positional arguments, and all
            that is filled in.
    """

    threaded: bool
    by_position: tuple[int, ...]
    token_names: tuple[str, ...]
    by_name: tuple[tuple[str, int], ...]
    services: Services | None
    has_names: bool
    is_simple: bool
    takes_token_only: bool
    ends_with_services: bool

    def keywords(self, args: tuple[Any, ...], kwargs: Mapping[str, Any], token: CancellationToken) -> dict[str, Any]:
        """Return the keyword arguments of a call, all but the services."""
        found = {**kwargs, **dict.fromkeys(self.token_names, token)}
        for name, number in self.by_name:
            found[name] = args[number]
        return found


@final
class Kind(Enum):
    """What of a function that was queued by itself need not be asked again and again."""

    PLAIN = "plain"
    """It is ``async def`` without parameters, as is all that shares its code: just call and await it."""

    STOPPABLE = "stoppable"
    """It is ``async def``, and takes the token only."""

    SERVED = "served"
    """It is ``async def``, and takes services by position, at most after the token."""

    OTHER = "other"
    """What `plan_for` says."""


# looking a member up in its enumeration costs as much as calling a function
PLAIN, STOPPABLE, SERVED, OTHER = Kind


def kind_of(function: FunctionType) -> tuple[Kind, CallPlan | None]:
    """Return how to call *function*, which was queued without arguments."""
    try:
        plan = plan_for(function, (), {})
    except TypeError:  # will be told where it is run
        return OTHER, None
    if plan.takes_token_only:
        return STOPPABLE, plan
    if plan.ends_with_services and plan.by_position in ((), (_TOKEN,)):
        return SERVED, plan
    return (PLAIN if not plan.threaded and _takes_nothing(function.__code__) else OTHER), plan


def plan_for(work: Callable[..., Any], args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> CallPlan:
    """Return how to call *work*, which was queued with *args* and *kwargs*.

    Raises:
        TypeError: More is given than *work* takes, a parameter without an annotation is left over, or an annotation
            cannot be evaluated.
    """
    if type(work) is FunctionType:
        function, known = work, _functions
    else:
        function, known = _behind(work), _methods
        if type(function) is not FunctionType:
            return _plan(work, len(args), tuple(kwargs))
    latest = known.get(id(function.__code__))
    if latest is not None:
        if latest.function is function and latest.given == len(args) and not (kwargs or latest.names):
            return latest.plan
        if latest.is_for(function, len(args), kwargs):
            return latest.plan
    plan = _plan(work, len(args), tuple(kwargs))
    if not function.__dict__:  # a decorator's mark: what all that it decorates share is its own code
        if len(known) >= _LIMIT:
            known.clear()
        known[id(function.__code__)] = _Latest(function, len(args), tuple(kwargs), plan)
    return plan


def _takes_nothing(code: CodeType) -> bool:
    variadic = code.co_flags & (inspect.CO_VARARGS | inspect.CO_VARKEYWORDS)
    return not (code.co_argcount or code.co_kwonlyargcount or variadic)


def _behind(work: Callable[..., Any]) -> Any:
    """Return the function of a method, or of an object that can be called."""
    return getattr(work, "__func__", getattr(type(work), "__call__"))  # noqa: B004, B009 - what it is, not whether


@final
class _Latest:
    """How a function was last called.

    Closures of one ``def`` share their code; they are the same here if they share annotations and defaults, too. The
    function itself is kept, to be known at once, unless it is a closure: what that has captured must not live on.
    """

    __slots__ = ("_annotations", "_by_keyword", "_code", "_defaults", "function", "given", "names", "plan")

    def __init__(self, function: FunctionType, given: int, names: tuple[str, ...], plan: CallPlan) -> None:
        self.function = function if function.__closure__ is None else None
        self._code = function.__code__
        self._annotations = function.__annotations__
        self._defaults = function.__defaults__
        self._by_keyword = function.__kwdefaults__
        self.given = given
        self.names = names
        self.plan = plan

    def is_for(self, function: FunctionType, given: int, kwargs: Mapping[str, Any]) -> bool:
        """Whether *function* is to be called in the same way."""
        if given != self.given or ((kwargs or self.names) and tuple(kwargs) != self.names):
            return False
        if function.__defaults__ is not self._defaults or function.__kwdefaults__ is not self._by_keyword:
            return False
        if function.__dict__:
            return False
        annotations = function.__annotations__
        return annotations is self._annotations or annotations == self._annotations


_LIMIT = 1024
# by the id of their code, since hashing code is dear; it lives as long as it is here
_functions: dict[int, _Latest] = {}
_methods: dict[int, _Latest] = {}


def _plan(work: Callable[..., Any], given: int, names: tuple[str, ...]) -> CallPlan:
    parameters = _parameters_of(work)
    bare = not given and not names and len(parameters) == 1
    unused = list(range(given))
    by_position: list[int] = []
    by_name: list[tuple[str, int]] = []
    token_names: list[str] = []
    services: list[inspect.Parameter] = []
    in_order = True  # until a parameter is left to a service: what follows goes by name
    for parameter in parameters:
        if parameter.kind is inspect.Parameter.VAR_POSITIONAL and in_order:
            by_position += unused
            unused.clear()
        if parameter.kind in _VARIADIC:
            continue
        positional = parameter.kind in _BY_POSITION
        if parameter.name in names:
            in_order = False
        elif _is_token(parameter, sole=bare):
            if positional and in_order:
                by_position.append(_TOKEN)
            else:
                token_names.append(parameter.name)
        elif positional and unused:
            if in_order:
                by_position.append(unused.pop(0))
            else:
                by_name.append((parameter.name, unused.pop(0)))
        elif not is_unannotated(parameter):
            in_order = False
            services.append(parameter)
        elif parameter.default is _EMPTY:
            raise TypeError(f"{name_of(work)}() got no argument for its parameter {parameter.name!r}")
        else:
            in_order = False
    if unused:
        raise TypeError(f"{name_of(work)}() was queued with {len(unused)} positional argument(s) more than it takes")
    threaded = _is_threaded(work)
    filled_in = Services(_inner(work), services) if services else None
    has_names = bool(token_names or by_name)
    is_simple = not (threaded or has_names or services)
    # what has a default, and neither a class nor a value, would shift those behind it
    is_dense = len(parameters) == len(by_position) + len(services)
    return CallPlan(
        threaded,
        tuple(by_position),
        tuple(token_names),
        tuple(by_name),
        filled_in,
        has_names,
        is_simple,
        is_simple and by_position == [_TOKEN] and not names,
        filled_in is not None and filled_in.are_simple and is_dense and not (threaded or has_names or names),
    )


def _is_token(parameter: inspect.Parameter, *, sole: bool) -> bool:
    return takes_token(parameter) or (sole and is_unannotated(parameter) and parameter.default is _EMPTY)


def _inner(work: Callable[..., Any]) -> Any:
    """Return the function that is called in the end."""
    function = work
    while isinstance(function, partial):
        function = function.func
    if isinstance(function, FunctionType | MethodType) or inspect.isbuiltin(function):
        return function
    return getattr(function, "__init__") if isinstance(function, type) else type(function).__call__  # noqa: B009 - mypy


def _is_threaded(work: Callable[..., Any]) -> bool:
    return not (inspect.iscoroutinefunction(work) or inspect.iscoroutinefunction(_inner(work)))


def _parameters_of(work: Callable[..., Any]) -> list[inspect.Parameter]:
    """Return what *work* takes, annotations evaluated."""
    try:
        parameters = list(inspect.signature(work).parameters.values())
    except ValueError:  # a builtin that does not tell: it takes what it is given
        return [inspect.Parameter("args", inspect.Parameter.VAR_POSITIONAL)]
    if not any(isinstance(parameter.annotation, str) for parameter in parameters):
        return parameters
    try:
        hints = get_type_hints(inspect.unwrap(_inner(work)), include_extras=True)
    except Exception as error:
        raise TypeError(f"An annotation of {name_of(work)}() cannot be evaluated: {error}") from error
    return [parameter.replace(annotation=hints.get(parameter.name, _EMPTY)) for parameter in parameters]
