"""What a builder does later: callbacks, in the order in which they were given."""

import inspect
from collections.abc import Callable, MutableMapping
from dataclasses import dataclass
from typing import Any, final

from corner_host.configuration import ConfigurationManager

from .environment import HostEnvironment


@final
@dataclass(frozen=True, slots=True)
class HostBuilderContext:
    """What a callback of the builder may want to know.

    Args:
        environment: Where and as what the program runs.
        configuration: The configuration as far as it is known; in the callbacks for services it is complete.
        properties: The builder's ``properties``.
    """

    environment: HostEnvironment
    configuration: ConfigurationManager
    properties: MutableMapping[Any, Any]


@final
@dataclass(frozen=True, slots=True)
class BuildCheck:
    """Something to look at before a host is built, such as a setting that an area knows to be wrong.

    Register it with ``services.add_singleton(BuildCheck, instance=BuildCheck(check))``.

    Args:
        check: Called without arguments when every registration is there; what it raises leaves ``build()``.
    """

    check: Callable[[], object]


@final
class Callbacks:
    """Callbacks of one kind."""

    def __init__(self) -> None:
        self._callbacks: list[tuple[Callable[..., object], Any]] = []

    def __bool__(self) -> bool:
        return bool(self._callbacks)

    def add(self, callback: Callable[..., object], subject: Any = None) -> None:
        """Keep *callback* for later, to be called with *subject*.

        Raises:
            TypeError: It cannot be called.
        """
        if not callable(callback):
            raise TypeError(f"A callback must be callable, not {callback!r}.")
        self._callbacks.append((callback, subject))

    def run(self, context: HostBuilderContext, subject: Any = None) -> None:
        """Call them all, each with its own subject if it has one."""
        for callback, own in self._callbacks:
            given = subject if own is None else own
            if wants_context(callback):
                callback(given, context)
            else:
                callback(given)


def wants_context(callback: Callable[..., object]) -> bool:
    """Tell whether *callback* has a second parameter that must be given."""
    try:
        parameters = list(inspect.signature(callback).parameters.values())
    except (TypeError, ValueError):  # a builtin that does not tell
        return False
    positional = {inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD}
    needed = [each for each in parameters if each.kind in positional and each.default is each.empty]
    return len(needed) >= 2
