"""The services that a piece of work takes, from a scope that lives as long as the call.

Parameters that are simply annotated with a class are asked for together, by a call that the container plans once. What a
constructor may have besides (keyed services, configuration values, collections, defaults, a logger) is left to the
container, which reads it from a signature as it does from a class.
"""

import inspect
import logging
from collections.abc import Callable, Sequence
from typing import Any, Final, final

from corner_host.di import AsyncFactoryError, ServiceProvider, UnresolvableDependencyError, call_async, stand_in
from corner_host.di.calling import PreparedCall

UNSUITED: Final = (AsyncFactoryError, UnresolvableDependencyError)


@final
class Services:
    """What the container fills in for one function.

    Args:
        function: Whose parameters they are; the container names it in errors and names loggers after it.
        parameters: Those to fill.

    Attributes:
        at_once: Returns the services in order, if they `are_simple`. It raises one of `UNSUITED` if they are better looked
            for one by one.
        required: The names of those without a default.
        are_simple: Whether each is simply annotated with a class, and taken by position.
    """

    __slots__ = ("_by_class", "_gather", "are_simple", "at_once", "required")

    def __init__(self, function: Callable[..., Any], parameters: Sequence[inspect.Parameter]) -> None:
        self.required = tuple(each.name for each in parameters if each.default is each.empty)
        by_class = [each for each in parameters if _is_by_class(each)]
        rest = [each for each in parameters if not _is_by_class(each)]
        self._by_class = tuple((each.name, each.annotation) for each in by_class)
        self._gather = _gatherer(function, rest) if rest else None
        self.at_once = PreparedCall(_row(function, by_class), place=self._by_class)
        self.are_simple = not rest and all(each.kind is not each.KEYWORD_ONLY for each in parameters)

    def find_at_once(self, provider: ServiceProvider) -> tuple[Any, ...] | None:
        """Return the services in order, if they `are_simple`; None if they are better looked for one by one."""
        try:
            return self.at_once(provider)
        except UNSUITED:
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

    return stand_in(gather, function, parameters)


def _row(function: Callable[..., Any], parameters: Sequence[inspect.Parameter]) -> Callable[..., tuple[Any, ...]]:
    """Return a function that takes *parameters*, in order, and returns them."""

    def row(*services: Any) -> tuple[Any, ...]:
        return services

    return stand_in(row, function, parameters, kind=inspect.Parameter.POSITIONAL_OR_KEYWORD)
