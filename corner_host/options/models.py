"""Options classes: how one begins, and what pydantic says about it in the end.

Pydantic is only imported here once a pydantic model is at hand, which means that it is loaded already.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeVar, cast

from corner_host.configuration import BindingFailure, ConfigurationBindingError
from corner_host.primitives import short_name_of

T = TypeVar("T")


def is_model(kind: type[Any]) -> bool:
    """Tell whether *kind* is a pydantic model."""
    return hasattr(kind, "__pydantic_validator__") and hasattr(kind, "model_construct")


def begin(kind: type[T]) -> T:
    """Return what the configuring starts from: the defaults.

    Fields of a pydantic model that have no default are missing until somebody sets them; `complete` looks for them.

    Raises:
        TypeError: *kind* is no pydantic model and cannot be made without arguments.
    """
    return kind.model_construct() if is_model(kind) else kind()  # type: ignore[attr-defined]


def complete(options: T) -> T:
    """Return *options* as pydantic validates them as a whole; what is no pydantic model is returned as it is.

    Raises:
        pydantic.ValidationError: A field is missing or breaks its constraints.
    """
    kind: Any = type(options)
    if not is_model(kind):
        return options
    extra: dict[str, Any] = getattr(options, "__pydantic_extra__", None) or {}
    data: dict[str, Any] = {**options.__dict__, **extra}
    validated: T = kind.model_validate(data, by_alias=False, by_name=True)
    return validated


def failures_of(
    error: Exception, kind: type[Any], bound: Sequence[BindingFailure] = (), path: str = ""
) -> list[str] | None:
    """Return the failures that *error* stands for, None when it is something else than options that do not fit.

    A pydantic error becomes ``MailOptions.port: Input should be greater than 0``, without the value. One that the binding of
    a section has met before (*bound*) keeps its key, value and source; one for a missing value names the key that
    it would have in the section at *path*.
    """
    if isinstance(error, ConfigurationBindingError):
        return [str(failure) for failure in error.errors]
    if not type(error).__module__.startswith("pydantic"):
        return None
    known = {_last(failure.key): failure for failure in bound}
    details: Iterable[Any] = cast("Any", error).errors(include_url=False, include_input=False)
    return [_failure(detail, kind, known, path) for detail in details]


def _failure(detail: Any, kind: type[Any], known: Mapping[str, BindingFailure], path: str) -> str:
    place = [str(part) for part in detail["loc"]]
    if place and (failure := known.get(_last(place[-1]))):
        return str(failure)
    if place and path and detail["type"] == "missing":
        return f"{':'.join((path, *map(pascal, place)))}: is missing, but the field {place[-1]} is required."
    return f"{'.'.join((short_name_of(kind), *place))}: {detail['msg']}"


def pascal(name: str) -> str:
    """Return a field's name as settings files have it.

    Example:
        >>> pascal("interval_minutes")
        'IntervalMinutes'
    """
    return "".join(part[:1].upper() + part[1:] for part in name.split("_") if part) or name


def _last(key: str) -> str:
    return key.rpartition(":")[2].replace("_", "").casefold()
