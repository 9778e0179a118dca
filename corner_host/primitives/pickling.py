"""How errors cross a process boundary: with their fields, or what can be told of them."""

import pickle
from collections.abc import Callable
from typing import Any


def reduced(error: BaseException) -> tuple[Callable[..., Any], tuple[Any, ...]]:
    """Return what ``__reduce__`` of *error* gives."""
    fields = {name: _portable(value) for name, value in vars(error).items()}
    arguments = tuple(_portable(argument) for argument in error.args)
    return _restore, (type(error), arguments, fields)


def _restore(cls: type[BaseException], arguments: tuple[Any, ...], fields: dict[str, Any]) -> BaseException:
    error: BaseException = _maker(cls)(cls, *arguments)
    error.args = arguments
    error.__dict__.update(fields)
    return error


def _maker(cls: type[Any]) -> Callable[..., Any]:
    """Return the ``__new__`` of the base that gives *cls* its layout; ``cls.__new__`` may be that of another builtin."""
    while "__new__" not in vars(cls) and cls.__base__ is not None:
        cls = cls.__base__
    return cls.__new__


def _portable(value: Any) -> Any:
    try:
        pickle.dumps(value)
    except Exception:  # noqa: BLE001 - any object may refuse in its own way; its repr still tells
        return repr(value)
    return value
