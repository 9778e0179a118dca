"""The services that a piece of work takes, from a scope that lives as long as the call.

A parameter that is simply annotated with a class is asked for directly. What a constructor may have besides (keyed
services, configuration values, collections, defaults, a logger) is left to the container, which reads it from a
signature as it does from a class.
"""

import inspect
import logging
from collections.abc import Callable, Sequence
from typing import Any, cast, final

from corner_host.di import AsyncFactoryError, ServiceProvider, call_async


@final
class Services:
    """What the container fills in for one function.

    Args:
        function: Whose parameters they are; the container names it in errors and names loggers after it.
        parameters: Those to fill.

    Attributes:
        required: The names of those without a default.
    """

    __slots__ = ("_by_class", "_gather", "required")

    def __init__(self, function: Callable[..., Any], parameters: Sequence[inspect.Parameter]) -> None:
        self.required = tuple(each.name for each in parameters if each.default is each.empty)
        self._by_class = tuple((each.name, each.annotation) for each in parameters if _is_by_class(each))
        rest = [each for each in parameters if not _is_by_class(each)]
        self._gather = _gatherer(function, rest) if rest else None

    def fill_at_once(self, keywords: dict[str, Any], provider: ServiceProvider) -> bool:
        """Add the services to *keywords* without awaiting; returns whether that was possible."""
        try:
            for name, service in self._by_class:
                keywords[name] = provider.get_required_service(service)
        except AsyncFactoryError:
            return False
        return self._gather is None

    async def fill(self, keywords: dict[str, Any], provider: ServiceProvider) -> None:
        """Add the services to *keywords*; asynchronous factories are awaited.

        Raises:
            ServiceNotRegisteredError: One is not there.
            UnresolvableDependencyError: One, or what it needs, cannot be made.
        """
        for name, service in self._by_class:
            keywords[name] = await provider.get_required_service_async(service)
        if self._gather is not None:
            keywords.update(await call_async(provider, self._gather))


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
