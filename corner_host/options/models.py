"""What pydantic does for options: how a model begins, is validated in parts, and how its errors are told.

Pydantic is only used here once a pydantic model is at hand, which means that it is loaded already.
"""

from collections.abc import Iterable, Mapping
from dataclasses import is_dataclass
from functools import lru_cache
from typing import Any, TypeVar, cast

from corner_host.configuration import AppendToDefault, ConfigurationBindingError
from corner_host.primitives import MASK, is_secret_key, short_name_of

from .draft import is_model

T = TypeVar("T")


def blank(kind: type[T]) -> T:
    """Return a model that holds its defaults and nothing else; fields without one are missing.

    Unlike ``model_construct`` it leaves ``model_post_init`` for the end, when the fields are there.
    """
    model: Any = kind
    values: dict[str, Any] = {}
    for name, field in model.model_fields.items():
        if not field.is_required():
            values[name] = field.get_default(call_default_factory=True, validated_data=values)
    return with_values(kind, values, extra={} if model.model_config.get("extra") == "allow" else None)


def with_values(
    kind: type[T], values: dict[str, Any], *, set_by_hand: Iterable[str] = (), extra: Any = None, private: Any = None
) -> T:
    """Return a model with exactly these values, without validating anything."""
    made: T = cast("Any", kind).__new__(kind)
    object.__setattr__(made, "__dict__", values)
    object.__setattr__(made, "__pydantic_fields_set__", set(set_by_hand))
    object.__setattr__(made, "__pydantic_extra__", extra)
    object.__setattr__(made, "__pydantic_private__", private)
    return made


def missing_fields(options: object) -> list[str]:
    """Return the fields of a model that have no value yet."""
    model: Any = type(options)
    return [name for name in model.model_fields if name not in options.__dict__]


def is_merged(options: object, name: str) -> bool:
    """Tell whether a section is merged into the value that the field called *name* has, instead of replacing it."""
    value: object = options.__dict__.get(name)
    model: Any = type(options)
    marks: list[object] = model.model_fields[name].metadata
    appends = any(mark is AppendToDefault for mark in marks)
    return appends or isinstance(value, dict) or is_dataclass(value) or is_model(type(value))


@lru_cache(maxsize=256)
def in_parts(kind: Any) -> Any:
    """Return a model like *kind* that validates the fields which it is given, and neither misses one nor judges the whole."""
    from pydantic import Field  # noqa: PLC0415 - loaded already, since kind is a model

    fields = {
        name: Field(default=None, validation_alias=field.validation_alias) for name, field in kind.model_fields.items()
    }
    hints = {name: field.rebuild_annotation() for name, field in kind.model_fields.items()}
    return _subclass(kind, fields, hints, _without_validators(kind, {"after"}))


@lru_cache(maxsize=256)
def as_whole(kind: Any) -> Any:
    """Return a model like *kind* that takes its fields as they are and runs what judges the whole."""
    from pydantic import Field  # noqa: PLC0415 - as above

    fields = {name: Field(default=None) for name in kind.model_fields}
    validators = kind.__pydantic_decorators__.field_validators
    members = {name: _passing_on_field(kind, name) for name in validators}
    return _subclass(
        kind, fields, dict.fromkeys(fields, Any), {**members, **_without_validators(kind, {"before", "wrap"})}
    )


def _subclass(kind: Any, fields: Mapping[str, Any], hints: Mapping[str, Any], members: Mapping[str, Any]) -> Any:
    names = {"__module__": kind.__module__, "__qualname__": kind.__qualname__, "__annotations__": dict(hints)}
    return type(kind)(kind.__name__, (kind,), {**names, **fields, **members})


def _without_validators(kind: Any, modes: set[str]) -> dict[str, Any]:
    from pydantic import model_validator  # noqa: PLC0415 - as above

    def stay(self: Any) -> Any:
        return self

    def start(_self: Any, _context: Any, /) -> None: ...

    found = kind.__pydantic_decorators__.model_validators.items()
    members: dict[str, Any] = {
        name: model_validator(mode="after")(stay) for name, one in found if one.info.mode in modes
    }
    if "after" in modes:
        members["model_post_init"] = start
    return members


def _passing_on_field(kind: Any, name: str) -> Any:
    from pydantic import field_validator  # noqa: PLC0415 - as above

    def stay(_cls: Any, value: Any) -> Any:
        return value

    fields = kind.__pydantic_decorators__.field_validators[name].info.fields
    return field_validator(*fields, mode="after", check_fields=False)(classmethod(stay))


def failures_of(error: Exception, kind: type[Any]) -> list[str] | None:
    """Return the failures that *error* stands for, None when it is something else than values that do not fit.

    A pydantic error becomes ``MailOptions.port: Input should be greater than 0``, without the value.
    """
    if isinstance(error, ConfigurationBindingError):
        return [str(failure) for failure in error.errors]
    return [text for _, text in details_of(error, kind)] if is_pydantic(error) else None


def is_pydantic(error: Exception) -> bool:
    """Tell whether *error* is a ``ValidationError``."""
    return type(error).__module__.startswith("pydantic")


def details_of(error: Exception, kind: type[Any]) -> list[tuple[str, str]]:
    """Return for each part of a ``ValidationError`` the field, empty for the whole model, and what is wrong.

    A validator of the application may put the value into its message; that of a secret field is masked there.
    """
    details: Iterable[Any] = cast("Any", error).errors(include_url=False, include_context=False)
    found: list[tuple[str, str]] = []
    for detail in details:
        place = [str(part) for part in detail["loc"]]
        text = _without_secret(detail["msg"], detail["input"], place)
        found.append((place[0] if place else "", f"{'.'.join((short_name_of(kind), *place))}: {text}"))
    return found


def _without_secret(text: str, value: Any, place: Iterable[str]) -> str:
    reveal = getattr(value, "get_secret_value", None)
    if reveal is None and not any(map(is_secret_key, place)):
        return text
    secret = str(value if reveal is None else reveal())
    return text.replace(secret, MASK) if secret else text


def pascal(name: str) -> str:
    """Return a field's name as settings files have it.

    Example:
        >>> pascal("interval_minutes")
        'IntervalMinutes'
    """
    return "".join(part[:1].upper() + part[1:] for part in name.split("_") if part) or name


def squeezed(name: str) -> str:
    """Return *name* without case and underscores, as keys and fields are matched."""
    return name.replace("_", "").casefold()
