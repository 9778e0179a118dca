"""Hosted services that are none by themselves: a plain ``async def``, and a class that only has ``execute``."""

import inspect
from collections.abc import Callable
from typing import Annotated, Any, cast, final, get_type_hints

from corner_host.di import FromKeyedServices, stand_in
from corner_host.primitives import CancellationToken, name_of, takes_token

from .background_service import BackgroundService


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

    cast("Any", make).hosted = function
    rest = [each for name, each in signature.parameters.items() if name not in tokens]
    return stand_in(make, function, rest, returns=FunctionService)


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


def _takes_token(function: Callable[..., Any], parameter: inspect.Parameter) -> bool:
    if not isinstance(parameter.annotation, str):
        return takes_token(parameter)
    try:
        hint = get_type_hints(inspect.unwrap(function)).get(parameter.name)
    except Exception:  # noqa: BLE001 - another annotation cannot be evaluated; the container says which, and why
        return parameter.annotation.rpartition(".")[2] == CancellationToken.__name__
    return takes_token(parameter.replace(annotation=hint))
