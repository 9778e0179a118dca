"""Functions as parts of options: they take the options, and behind them any services."""

import inspect
from collections.abc import Callable, Iterable
from typing import Any, Generic, TypeVar, final

import corner_host.di
from corner_host.di import ServiceProvider
from corner_host.primitives import short_name_of

from .contracts import AsyncValidateOptions, ConfigureOptions, PostConfigureOptions, ValidateOptions

T = TypeVar("T")


@final
class Action(Generic[T]):
    """Calls a function with options; parameters behind the first one are services."""

    def __init__(self, provider: ServiceProvider, function: Callable[..., Any], name: str | None) -> None:
        self._provider = provider
        self._function = function
        self._name = name

    def concerns(self, name: str) -> bool:
        """Tell whether the function is for the options called *name*; names have case, None is for every name."""
        return self._name is None or self._name == name

    def call(self, options: T) -> Any:
        """Call the function."""
        if _takes_options_alone(self._function):
            return self._function(options)
        return corner_host.di.create_instance(self._provider, self._function, options)


@final
class ConfigureAction(ConfigureOptions[T]):
    """A function given to ``configure``."""

    def __init__(self, action: Action[T]) -> None:
        self._action = action

    def concerns(self, name: str) -> bool:
        """Tell whether the function is for the options called *name*."""
        return self._action.concerns(name)

    def configure(self, name: str, options: T) -> T | None:
        """Call the function if it is for this name."""
        returned: T | None = self._action.call(options) if self._action.concerns(name) else None
        return returned


@final
class PostConfigureAction(PostConfigureOptions[T]):
    """A function given to ``post_configure``."""

    def __init__(self, action: Action[T]) -> None:
        self._action = action

    def post_configure(self, name: str, options: T) -> T | None:
        """Call the function if it is for this name."""
        returned: T | None = self._action.call(options) if self._action.concerns(name) else None
        return returned


@final
class ValidateAction(ValidateOptions[T]):
    """A predicate given to ``validate``."""

    def __init__(self, action: Action[T], message: str) -> None:
        self._action = action
        self._message = message

    def validate(self, name: str, options: T) -> Iterable[str] | str | None:
        """Return the message if the predicate is for this name and does not hold."""
        if not self._action.concerns(name):
            return None
        answer = self._action.call(options)
        if inspect.isawaitable(answer):
            if inspect.iscoroutine(answer):
                answer.close()
            message = "A validator that is not declared with 'async def' returned an awaitable.\nTo fix: declare it so."
            raise TypeError(message)
        return None if answer else self._message


@final
class AsyncValidateAction(AsyncValidateOptions[T]):
    """An asynchronous predicate given to ``validate``."""

    def __init__(self, action: Action[T], message: str) -> None:
        self._action = action
        self._message = message

    async def validate_async(self, name: str, options: T) -> Iterable[str] | str | None:
        """Return the message if the predicate is for this name and does not hold."""
        if not self._action.concerns(name) or await self._action.call(options):
            return None
        return self._message


def _takes_options_alone(function: Callable[..., Any]) -> bool:
    try:
        parameters = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):  # a builtin that does not say what it takes
        return True
    variadic = {inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD}
    return len([parameter for parameter in parameters if parameter.kind not in variadic]) <= 1


def is_asynchronous(function: Callable[..., Any]) -> bool:
    """Tell whether calling *function* gives something to await."""
    return inspect.iscoroutinefunction(inspect.unwrap(function)) or inspect.iscoroutinefunction(
        getattr(function, "__call__", None)  # noqa: B004 - an object whose __call__ is asynchronous
    )


def message_for(predicate: Callable[..., Any]) -> str:
    """Return what is said when *predicate* fails and came without a message."""
    return f"the check {short_name_of(predicate)} failed"
