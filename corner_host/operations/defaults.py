"""What the options of an application are when nobody sets them, by the key that would. Loads what the options are made of."""

import dataclasses
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, cast, final

from corner_host.configuration.keys import fold, pascal_case
from corner_host.di import ServiceProvider
from corner_host.options import BoundSection
from corner_host.primitives import short_name_of


@final
@dataclass(frozen=True, slots=True)
class Default:
    """What an option is when nobody sets it.

    Args:
        key: The key that would set it.
        value: The value, as text.
        field: Class and field.
    """

    key: str
    value: str
    field: str


def defaults_of(provider: ServiceProvider) -> dict[str, Default]:
    """Return the defaults of all options that are bound, by the folded key."""
    found: dict[str, Default] = {}
    for section in provider.get_services(BoundSection):
        if section.options_type is not object:
            for default in _of_type(section.options_type, section.path):
                found.setdefault(fold(default.key), default)
    return found


def _of_type(options: Any, path: str) -> Iterator[Default]:
    """Yield the defaults of a pydantic model or dataclass, and of the models in it."""
    for name, value in _fields(options).items():
        key = f"{path}:{pascal_case(name)}" if path else pascal_case(name)
        if _fields(type(value)) and not isinstance(value, type):
            yield from _of_type(type(value), key)
        elif isinstance(value, str | int | float):
            text = str(value).lower() if isinstance(value, bool) else str(getattr(value, "value", value))
            yield Default(key, text, f"{short_name_of(options)}.{name}")


def _fields(options: Any) -> Mapping[str, Any]:
    model = getattr(options, "model_fields", None)
    if isinstance(model, dict):
        fields = cast("dict[str, Any]", model)
        return {
            name: each.get_default(call_default_factory=True) for name, each in fields.items() if not each.is_required()
        }
    if dataclasses.is_dataclass(options):
        result: dict[str, Any] = {}
        for each in dataclasses.fields(options):
            if each.default is not dataclasses.MISSING:
                result[each.name] = each.default
            elif each.default_factory is not dataclasses.MISSING:
                result[each.name] = each.default_factory()
        return result
    return {}
