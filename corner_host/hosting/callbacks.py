"""What a builder does later: callbacks, in the order in which they were given."""

import inspect
from collections.abc import Callable, MutableMapping
from typing import Any, final

from corner_host.configuration import ConfigurationManager

from .environment import HostEnvironment


@final
class HostBuilderContext:
    """What a callback of the builder may want to know.

    Args:
        environment: Where and as what the program runs.
        configuration: The configuration as far as it is known; in the callbacks for services it is complete.
        properties: The builder's ``properties``.
    """

    __slots__ = ("configuration", "environment", "properties")

    def __init__(
        self,
        environment: HostEnvironment,
        configuration: ConfigurationManager,
        properties: MutableMapping[Any, Any],
    ) -> None:
        self.environment = environment
        self.configuration = configuration
        self.properties = properties


@final
class BuildCheck:
    """Something to look at before a host is built, such as a setting that an area knows to be wrong.

    Register it with ``services.add_singleton(BuildCheck, instance=BuildCheck(check))``.

    Args:
        check: Called without arguments when every registration is there; what it raises leaves ``build()``.
    """

    __slots__ = ("check",)

    def __init__(self, check: Callable[[], object]) -> None:
        self.check = check


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
        self._callbacks.append((checked(callback), subject))

    def run(self, context: HostBuilderContext, subject: Any = None) -> None:
        """Call them all, each with its own subject if it has one."""
        for callback, own in self._callbacks:
            call_back(callback, subject if own is None else own, context)


def checked(callback: Callable[..., object]) -> Callable[..., object]:
    """Return *callback*.

    Raises:
        TypeError: It cannot be called.
    """
    if not callable(callback):
        raise TypeError(f"A callback must be callable, not {callback!r}.")
    return callback


def call_back(callback: Callable[..., object], subject: object, context: HostBuilderContext) -> object:
    """Call *callback* with *subject*, and with *context* where it takes a second argument; returns what it returns."""
    return callback(subject, context) if wants_context(callback) else callback(subject)


def wants_context(callback: Callable[..., object]) -> bool:
    """Tell whether *callback* has a second parameter for the context: one without a default, or with the default None.

    Another default is the loop's variable in ``lambda services, each=each: ...``.
    """
    try:
        parameters = list(inspect.signature(callback).parameters.values())
    except (TypeError, ValueError):  # a builtin that does not tell
        return False
    positional = {inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD}
    return (
        len(parameters) >= 2
        and parameters[1].kind in positional
        and any(parameters[1].default is default for default in (inspect.Parameter.empty, None))
    )
