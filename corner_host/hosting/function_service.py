"""Hosted services that are none by themselves: a plain ``async def``, and a class that only has ``execute``."""

import inspect
from collections.abc import Callable
from functools import partial
from typing import Annotated, Any, cast, final, get_type_hints

from corner_host.di import FromKeyedServices
from corner_host.primitives import CancellationToken, name_of

from .background_service import BackgroundService

_TOKEN_NAMES = frozenset({"stopping", "token", "cancellation_token"})


@final
class FunctionService(BackgroundService):
    """Runs a function while the host runs; its token parameter gets the stopping token."""

    def __init__(self, function: Callable[..., Any], tokens: frozenset[str], services: dict[str, Any]) -> None:
        self.service_name = name_of(function)
        self._function = function
        self._tokens = tokens
        self._services = services

    async def execute(self, stopping: CancellationToken) -> None:
        """Call the function."""
        await self._function(**self._services, **dict.fromkeys(self._tokens, stopping))


def factory_for(function: Callable[..., Any]) -> Callable[..., FunctionService]:
    """Return a factory that takes the function's services, for the container to fill and to check.

    A token goes to the parameters annotated `CancellationToken`, and to one without an annotation that is called
    ``stopping``, ``token`` or ``cancellation_token``.
    """
    signature = inspect.signature(function)
    tokens = frozenset(name for name, each in signature.parameters.items() if _takes_token(function, each))

    def make(**services: Any) -> FunctionService:
        return FunctionService(function, tokens, services)

    # the container reads the parameters from here, and their annotations where they were written; it names loggers by this
    described = cast("Any", make)
    named = _named(function)
    described.__module__, described.__qualname__ = named.__module__, named.__qualname__
    described.hosted = described.__wrapped__ = function
    described.__signature__ = signature.replace(
        parameters=[
            each.replace(kind=inspect.Parameter.KEYWORD_ONLY)
            for name, each in signature.parameters.items()
            if name not in tokens and each.kind not in {each.VAR_POSITIONAL, each.VAR_KEYWORD}
        ],
        return_annotation=FunctionService,
    )
    return make


@final
class ShapedService(BackgroundService):
    """Runs the ``execute`` of an object that is no `BackgroundService`, since its area may not know this one."""

    def __init__(self, inner: Any) -> None:
        self.service_name = name_of(type(inner))
        self._inner = inner

    async def execute(self, stopping: CancellationToken) -> None:
        """Do the work of the object."""
        await self._inner.execute(stopping)


def shaped_factory_for(cls: Any, key: object) -> Callable[..., ShapedService]:
    """Return a factory around the *cls* that is registered under *key*."""

    def make(inner: Any) -> ShapedService:
        return ShapedService(inner)

    described = cast("Any", make)
    described.hosted = cls
    described.__annotations__ = {"inner": Annotated[cls, FromKeyedServices(key)], "return": ShapedService}
    return make


def _named(function: Any) -> Any:
    """Return what *function* is known as: of a partial what it calls, of an object its class."""
    while isinstance(function, partial):
        function = cast("Any", function.func)
    return function if hasattr(function, "__qualname__") else cast("Any", type(function))


def _takes_token(function: Callable[..., Any], parameter: inspect.Parameter) -> bool:
    if parameter.annotation is parameter.empty:
        return parameter.name in _TOKEN_NAMES
    if isinstance(parameter.annotation, str):
        try:
            return get_type_hints(inspect.unwrap(function)).get(parameter.name) is CancellationToken
        except Exception:  # noqa: BLE001 - another annotation cannot be evaluated; the container says which, and why
            return parameter.annotation.rpartition(".")[2] == CancellationToken.__name__
    return parameter.annotation is CancellationToken
