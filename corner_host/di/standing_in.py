"""Having the container fill in a function's parameters, some of which somebody else fills in.

A factory that takes the services as keywords stands in for the function: to the container it has that function's parameters,
annotations and name.
"""

import inspect
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any, TypeVar, cast

F = TypeVar("F", bound=Callable[..., Any])

_VARIADIC = {inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD}


def stand_in(
    factory: F,
    function: Callable[..., Any],
    parameters: Iterable[inspect.Parameter],
    *,
    kind: Any = inspect.Parameter.KEYWORD_ONLY,
    returns: Any = None,
) -> F:
    """Return *factory*, which the container is to take for *function*, as far as these *parameters* of it go.

    It is called with the services as keywords, unless *kind* says otherwise. Annotations are evaluated where *function* was
    written, and loggers and messages are named after it.

    Args:
        factory: Takes any keywords, or, by *kind*, anything by position.
        function: What it stands in for; a partial or a callable object is known as what it calls, or by its class.
        parameters: Those that the container fills in; variadic ones are left out.
        kind: How the services are given.
        returns: The class of what *factory* returns; None where that is nobody's business.

    Example:
        >>> def greet(name: str, punctuation: bytes) -> str:
        ...     return f"hello {name}{punctuation.decode()}"
        >>> def make(**services):
        ...     return greet("you", **services)
        >>> punctuation = inspect.signature(greet).parameters["punctuation"]
        >>> from corner_host.di import ServiceCollection, call
        >>> provider = ServiceCollection().add_singleton(bytes, instance=b"!").build_service_provider()
        >>> call(provider, stand_in(make, greet, [punctuation]))
        'hello you!'
    """
    described = cast("Any", factory)
    named = known_as(function)
    described.__module__, described.__qualname__ = named.__module__, named.__qualname__
    described.__wrapped__ = function
    described.__signature__ = inspect.Signature(
        [each.replace(kind=kind) for each in parameters if each.kind not in _VARIADIC],
        return_annotation=inspect.Signature.empty if returns is None else returns,
    )
    return factory


def known_as(function: Any) -> Any:
    """Return what *function* is known as: of a partial what it calls, of an object its class."""
    while isinstance(function, partial):
        function = cast("Any", function.func)
    return function if hasattr(function, "__qualname__") else cast("Any", type(function))
