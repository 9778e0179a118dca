"""How types and callables are written in messages. Pure."""

import types
from typing import Any


def name_of(thing: Any) -> str:
    """Return the name a person knows *thing* by: ``acme.mail.Mailer``, ``Repository[User]``, ``acme.jobs.sweep``.

    Builtins go without their module.

    Example:
        >>> name_of(int), name_of(list[int]), name_of(name_of)
        ('int', 'list[int]', 'corner_host.primitives.naming.name_of')
    """
    if isinstance(thing, types.GenericAlias) or not hasattr(thing, "__qualname__"):
        return _alias_name(thing)
    module = getattr(thing, "__module__", None)
    if module in {None, "builtins", "__main__"}:
        return str(thing.__qualname__)
    return f"{module}.{thing.__qualname__}"


def short_name_of(thing: Any) -> str:
    """Return the name without its module: ``Mailer``, ``SignupPage.save``.

    Example:
        >>> short_name_of(CancellationError := type("CancellationError", (), {}))
        'CancellationError'
    """
    if isinstance(thing, types.GenericAlias) or not hasattr(thing, "__qualname__"):
        return _alias_name(thing, short=True)
    return str(thing.__qualname__).rsplit("<locals>.", 1)[-1]


def _alias_name(thing: Any, *, short: bool = False) -> str:
    origin = getattr(thing, "__origin__", None)
    arguments = getattr(thing, "__args__", ())
    if origin is None or not hasattr(origin, "__qualname__"):
        return str(thing).removeprefix("typing.")
    naming = short_name_of if short else name_of
    inner = ", ".join("..." if argument is Ellipsis else naming(argument) for argument in arguments)
    return f"{naming(origin)}[{inner}]" if inner else naming(origin)
