"""How a piece of work wants to be called.

The parameters of `work` are filled in this order: keywords by name; the cancellation token where one is taken; given
arguments, in order, into what is left; then services, by annotation. What has a default and is no registered service
keeps its default.

A token is taken by a parameter annotated ``CancellationToken``, by one without an annotation that is called ``token``,
``cancellation_token`` or ``stopping``, or by the sole parameter of work that was queued without arguments.

Signatures are read once per function: closures of one ``def`` share their code and are recognized by it.
"""

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from types import FunctionType, MethodType
from typing import Any, final, get_type_hints

from corner_host.primitives import CancellationToken, name_of

TOKEN_NAMES = frozenset({"token", "cancellation_token", "stopping"})
_EMPTY = inspect.Parameter.empty
_POSITIONAL = {inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD}


@final
@dataclass(frozen=True, slots=True)
class Signature:
    """What `work` takes, and whether it is to run in a thread."""

    threaded: bool
    parameters: tuple[inspect.Parameter, ...]
    """With their annotations evaluated."""

    def is_token(self, parameter: inspect.Parameter, *, bare: bool) -> bool:
        """Whether *parameter* gets the token; *bare* says that the work was queued without arguments."""
        if parameter.kind not in _POSITIONAL and parameter.kind is not inspect.Parameter.KEYWORD_ONLY:
            return False
        if parameter.annotation is CancellationToken:
            return True
        if parameter.annotation is not _EMPTY:
            return False
        return parameter.name in TOKEN_NAMES or (bare and len(self.parameters) == 1 and parameter.default is _EMPTY)


@final
@dataclass(slots=True)
class BoundCall:
    """The arguments of one call, and the parameters that services must fill."""

    args: list[Any]
    kwargs: dict[str, Any]
    services: list[inspect.Parameter]


def bind(
    work: Callable[..., Any],
    signature: Signature,
    args: tuple[Any, ...],
    kwargs: Mapping[str, Any],
    token: CancellationToken,
) -> BoundCall:
    """Distribute what is given over the parameters of *work*.

    Raises:
        TypeError: Something is given that *work* does not take, or a parameter without an annotation is left over.
    """
    call = BoundCall([], dict(kwargs), [])
    given = list(args)
    bare = not args and not kwargs
    in_order = True  # until a parameter is left to a service: what follows goes by name
    for parameter in signature.parameters:
        if parameter.kind is inspect.Parameter.VAR_POSITIONAL:
            call.args += given if in_order else []
            given = [] if in_order else given
            continue
        if parameter.kind is inspect.Parameter.VAR_KEYWORD or parameter.name in call.kwargs:
            in_order = in_order and parameter.kind is inspect.Parameter.VAR_KEYWORD
            continue
        positional = parameter.kind in _POSITIONAL
        if signature.is_token(parameter, bare=bare):
            value: Any = token
        elif positional and given:
            value = given.pop(0)
        else:
            in_order = False
            if parameter.annotation is not _EMPTY:
                call.services.append(parameter)
            elif parameter.default is _EMPTY:
                raise TypeError(f"{name_of(work)}() got no argument for its parameter {parameter.name!r}")
            continue
        if positional and in_order:
            call.args.append(value)
        else:
            call.kwargs[parameter.name] = value
    if given:
        raise TypeError(f"{name_of(work)}() was queued with {len(given)} argument(s) more than it takes")
    return call


def signature_of(work: Callable[..., Any]) -> Signature:
    """Return what *work* takes.

    Raises:
        TypeError: An annotation cannot be evaluated.
    """
    key = _key_of(work)
    if key is None:
        return _read(work)
    signature = _signatures.get(key)
    if signature is None:
        if len(_signatures) >= _LIMIT:
            _signatures.clear()
        signature = _signatures[key] = _read(work)
    return signature


_signatures: dict[Any, Signature] = {}
_LIMIT = 1024


def _key_of(work: Callable[..., Any]) -> Any:
    """Return what all closures of one ``def`` have in common; None when that is not certain."""
    function = work.__func__ if isinstance(work, MethodType) else work
    if not isinstance(function, FunctionType) or hasattr(function, "__wrapped__"):
        return None
    if not function.__annotations__:
        return function.__code__, function is work
    key = function.__code__, function is work, tuple(function.__annotations__.values())
    try:
        hash(key)
    except TypeError:
        return None
    return key


def _read(work: Callable[..., Any]) -> Signature:
    function = work
    while isinstance(function, partial):
        function = function.func
    if not isinstance(function, FunctionType | MethodType) and not inspect.isbuiltin(function):
        function = function if isinstance(function, type) else type(function).__call__
    threaded = not (inspect.iscoroutinefunction(work) or inspect.iscoroutinefunction(function))
    try:
        parameters = inspect.signature(work).parameters.values()
    except ValueError:  # a builtin that does not tell: it takes what it is given
        anything = inspect.Parameter("args", inspect.Parameter.VAR_POSITIONAL)
        return Signature(threaded, (anything, inspect.Parameter("kwargs", inspect.Parameter.VAR_KEYWORD)))
    if all(parameter.annotation is _EMPTY for parameter in parameters):
        return Signature(threaded, tuple(parameters))
    try:
        hints = get_type_hints(inspect.unwrap(function), include_extras=True)
    except Exception as error:
        raise TypeError(f"An annotation of {name_of(work)}() cannot be evaluated: {error}") from error
    return Signature(
        threaded,
        tuple(parameter.replace(annotation=hints.get(parameter.name, _EMPTY)) for parameter in parameters),
    )
