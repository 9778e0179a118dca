"""How types and callables are written in messages. Pure."""

import types
from collections.abc import Callable
from typing import Annotated, Any, Union, get_args, get_origin


def name_of(thing: Any) -> str:
    """Return the name a person knows *thing* by: ``acme.mail.Mailer``, ``acme.Repository[acme.User]``, ``acme.jobs.sweep``.

    Builtins go without their module.

    Example:
        >>> name_of(int), name_of(list[int] | None), name_of(name_of)
        ('int', 'list[int] | None', 'corner_host.primitives.naming.name_of')
    """
    return _name(thing, _full)


def short_name_of(thing: Any) -> str:
    """Return the name without modules and enclosing functions: ``Mailer``, ``Repository[User]``, ``SignupPage.save``.

    Example:
        >>> short_name_of(name_of), short_name_of(dict[str, types.SimpleNamespace])
        ('name_of', 'dict[str, SimpleNamespace]')
    """
    return _name(thing, _short)


def _name(thing: Any, plain: Callable[[Any], str]) -> str:
    origin, arguments = get_origin(thing), get_args(thing)
    if thing is None or thing is type(None):
        return "None"
    if thing is Ellipsis:
        return "..."
    if origin in {Union, types.UnionType}:
        return " | ".join(_name(argument, plain) for argument in arguments)
    if origin is Annotated or not hasattr(thing if origin is None else origin, "__qualname__"):
        return str(thing).removeprefix("typing.")
    if origin is None:
        return plain(thing)
    return f"{plain(origin)}[{', '.join(_name(argument, plain) for argument in arguments)}]"


def _full(thing: Any) -> str:
    module = getattr(thing, "__module__", None)
    if module in {None, "builtins", "__main__"}:
        return str(thing.__qualname__)
    return f"{module}.{thing.__qualname__}"


def _short(thing: Any) -> str:
    return str(thing.__qualname__).rsplit("<locals>.", 1)[-1]
