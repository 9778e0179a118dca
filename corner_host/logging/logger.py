"""Loggers by the name of a class."""

import logging
from typing import Any, Generic, TypeVar, cast

T = TypeVar("T")


class Logger(logging.Logger, Generic[T]):
    """The logger of a class, as a constructor asks for it: ``log: Logger[Worker]``.

    What is injected is the very object that ``logging.getLogger("acme.worker.Worker")`` returns. A parameter annotated
    with the standard ``logging.Logger`` gets the logger of the class that asks; this one names the class.
    """


def category_of(kind: Any) -> str:
    """Return the logger's name of a class: module and qualified name, without what local classes and type arguments add.

    Example:
        >>> import collections
        >>> category_of(collections.OrderedDict), category_of(list[int]), category_of(int)
        ('collections.OrderedDict', 'list', 'int')
    """
    origin = getattr(kind, "__origin__", kind)
    name = origin.__qualname__.replace(".<locals>", "")
    return name if origin.__module__ == "builtins" else f"{origin.__module__}.{name}"


def logger_of(kind: type[T]) -> Logger[T]:
    """Return the logger of a class; what the container calls for ``Logger[T]``."""
    return cast("Logger[T]", logging.getLogger(category_of(kind)))
