"""The services that a piece of work takes, from a scope that lives as long as the call.

Parameters that are simply annotated with a class are asked for together, by a call that the container plans once. What a
constructor may have besides (keyed services, configuration values, collections, defaults, a logger) is left to the
container, which reads it from a signature as it does from a class.
"""

import inspect
import logging
from collections.abc import Callable, Sequence
from typing import Any, cast, final

from corner_host.di import AsyncFactoryError, ServiceProvider, UnresolvableDependencyError, call_async
from corner_host.di.calling import PreparedCall


@final
class Services:
    """What the container fills in for one function.

    Args:
        function: Whose parameters they are; the container names it in errors and names loggers after it.
        parameters: Those to fill.

    Attributes:
        required: The names of those without a default.
    """

    __slots__ = ("_at_once", "_by_class", "_gather", "required")

    def __init__(self, function: Callable[..., Any], parameters: Sequence[inspect.Parameter]) -> None:
        self.required = tuple(each.name for each in parameters if each.default is each.empty)
        by_class = [each for each in parameters if _is_by_class(each)]
        rest = [each for each in parameters if not _is_by_class(each)]
        self._by_class = tuple((each.name, each.annotation) for each in by_class)
        self._gather = _gatherer(function, rest) if rest else None
        self._at_once = PreparedCall(_gatherer(function, by_class), place=self._by_class)

    def find_at_once(self, provider: ServiceProvider) -> dict[str, Any] | None:
        """Return the services by parameter; None if they are better looked for one by one."""
        if self._gather is not None:
            return None
        try:
            return self._at_once(provider)
        except (AsyncFactoryError, UnresolvableDependencyError):
            return None

    async def find(self, provider: ServiceProvider) -> dict[str, Any]:
        """Return the services by parameter; asynchronous factories are awaited.

        Raises:
            ServiceNotRegisteredError: One is not there.
            UnresolvableDependencyError: One, or what it needs, cannot be made.
        """
        found = {name: await provider.get_required_service_async(service) for name, service in self._by_class}
        if self._gather is not None:
            found.update(await call_async(provider, self._gather))
        return found


def _is_by_class(parameter: inspect.Parameter) -> bool:
    annotation = parameter.annotation
    return (
        isinstance(annotation, type)
        and parameter.default is inspect.Parameter.empty
        and not issubclass(annotation, logging.Logger)
    )


def _gatherer(function: Callable[..., Any], parameters: Sequence[inspect.Parameter]) -> Callable[..., dict[str, Any]]:
    """Return a function that takes *parameters*, by name, and returns them."""

    def gather(**services: Any) -> dict[str, Any]:
        return services

    described = cast("Any", gather)
    described.__module__ = function.__module__
    described.__qualname__ = function.__qualname__
    described.__signature__ = inspect.Signature(
        [parameter.replace(kind=inspect.Parameter.KEYWORD_ONLY) for parameter in parameters]
    )
    return gather
