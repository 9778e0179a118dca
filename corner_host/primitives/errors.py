"""The root of every error that this package raises on purpose.

Each area keeps its own errors in its ``errors.py``; all of them derive from `CornerHostError` and from the builtin
that a Python user would catch (``LookupError``, ``ValueError``, ``TimeoutError``, ``RuntimeError``).
"""

from collections.abc import Callable
from typing import Any


class CornerHostError(Exception):
    """Root of the errors that `corner_host` raises on purpose.

    An error carries its data in fields and says in ``str()`` what happened, why, and how to fix it. It survives
    pickling, so it can cross a process boundary: a field whose value cannot be pickled arrives as its ``repr()``.

    Example:
        >>> import pickle
        >>> error = CornerHostError("The file is not valid JSON.")
        >>> str(pickle.loads(pickle.dumps(error)))
        'The file is not valid JSON.'
    """

    def __reduce__(self) -> tuple[Callable[..., Any], tuple[Any, ...]]:
        fields = {name: _portable(value) for name, value in self.__dict__.items()}
        arguments = tuple(_portable(argument) for argument in self.args)
        return _restore, (type(self), arguments, fields)


def _restore(cls: type[CornerHostError], arguments: tuple[Any, ...], fields: dict[str, Any]) -> CornerHostError:
    error: CornerHostError = _maker(cls)(cls, *arguments)
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
        import pickle  # noqa: PLC0415 - whoever gets here has loaded it

        pickle.dumps(value)
    except Exception:  # noqa: BLE001 - any object may refuse in its own way; its repr still tells
        return repr(value)
    return value
