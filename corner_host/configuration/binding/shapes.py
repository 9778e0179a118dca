"""What a type expects of configuration: read from its annotations, once for each type.

A shape knows nothing of values. ``layout`` puts a section of the configuration into a shape.
"""

import dataclasses
import inspect
import types
import typing
from collections import abc
from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum
from functools import cached_property, lru_cache, partial
from typing import Annotated, Any, Final, Literal, TypeAlias, final

import typing_extensions

from corner_host.configuration.errors import ConfigurationBindingError
from corner_host.configuration.failure import BindingFailure
from corner_host.configuration.keys import fold, squeeze
from corner_host.configuration.markers import AppendToDefault
from corner_host.primitives import ConfigurationValues, name_of

from . import scalars

MISSING: Final = object()

_UNIONS: Final = (typing.Union, types.UnionType)
_TEXTS: Final = (str, bytes)
_LISTS: Final = (
    list, set, frozenset, abc.Sequence, abc.MutableSequence, abc.Collection, abc.Iterable, abc.Set, abc.MutableSet
)  # fmt: skip
_DICTS: Final = (dict, abc.Mapping, abc.MutableMapping)
_CONVERSIONS: Final[Mapping[type, Callable[[str], Any]]] = {
    int: scalars.integer,
    timedelta: scalars.duration,
    bool: scalars.strip,
    float: scalars.strip,
    Decimal: scalars.strip,
    datetime: scalars.strip,
    date: scalars.strip,
    time: scalars.strip,
}


@final
@dataclasses.dataclass(frozen=True, slots=True)
class Scalar:
    """One text; *convert* prepares it for pydantic. *text* tells that the empty string is a value."""

    convert: Callable[[str], Any] | None = None
    text: bool = False
    secret: bool = False
    choices: frozenset[str] = frozenset()


@final
@dataclasses.dataclass(frozen=True, slots=True)
class Anything:
    """Whatever is there: a text, or a tree of dicts and lists."""


@final
@dataclasses.dataclass(frozen=True, slots=True)
class SectionItself:
    """The live section."""


@final
@dataclasses.dataclass(frozen=True, slots=True)
class ListOf:
    """Children in order; *fixed* gives each position its own shape, *item* all of them."""

    item: "Shape"
    fixed: tuple["Shape", ...] | None = None


@final
@dataclasses.dataclass(frozen=True, slots=True)
class DictOf:
    """Children by name."""

    value: "Shape"


@final
@dataclasses.dataclass(frozen=True, slots=True)
class Nullable:
    """The inner shape, or None."""

    inner: "Shape"


@final
@dataclasses.dataclass(frozen=True, slots=True)
class OneOf:
    """The shape that fits best."""

    members: tuple["Shape", ...]


@final
@dataclasses.dataclass(frozen=True, slots=True)
class FieldShape:
    """A field: *name* is what pydantic takes it under, *attribute* what it is called on the instance."""

    name: str
    attribute: str
    shape: "Shape"
    required: bool
    default: Callable[[], Any]
    append: bool = False
    names: tuple[str, ...] = ()


@final
class Fields:
    """Children that fill the fields of a class; worked out when first needed, since a class may hold itself."""

    def __init__(self, target: type) -> None:
        self.target = target

    @cached_property
    def fields(self) -> tuple[FieldShape, ...]:
        """The fields in order of declaration."""
        return tuple(_fields_of(self.target))

    @cached_property
    def by_key(self) -> Mapping[str, FieldShape]:
        """The fields by squeezed name, and by squeezed alias.

        Raises:
            ConfigurationBindingError: Two fields have the same name but for case and underscores.
        """
        found: dict[str, FieldShape] = {}
        for field in self.fields:
            for name in field.names:
                other = found.setdefault(squeeze(name), field)
                if other is not field:
                    message = (
                        f"the fields {other.attribute} and {field.attribute} differ only in case or underscores, which do "
                        "not count. To fix: rename one of them or give it an alias."
                    )
                    raise ConfigurationBindingError(name_of(self.target), [BindingFailure(name, None, None, message)])
        return found

    @property
    def keeps_unknown(self) -> bool:
        """Whether the class itself has an opinion on unknown names."""
        return dict(getattr(self.target, "model_config", {})).get("extra") in {"allow", "forbid"}


Shape: TypeAlias = Scalar | Anything | SectionItself | ListOf | DictOf | Nullable | OneOf | Fields


def shape_of(annotation: Any) -> Shape:
    """Return the shape of a type."""
    try:
        return _cached_shape_of(annotation)
    except TypeError:  # unhashable metadata in Annotated
        return _shape_of(annotation)


def _shape_of(annotation: Any) -> Shape:
    if annotation is Any or annotation is object or isinstance(annotation, typing.TypeVar):
        return Anything()
    origin = typing.get_origin(annotation)
    arguments = typing.get_args(annotation)
    if origin is Annotated:
        return shape_of(arguments[0])
    if isinstance(annotation, typing_extensions.TypeAliasType):
        return shape_of(annotation.__value__)
    if isinstance(annotation, typing.NewType):
        return shape_of(annotation.__supertype__)
    if origin in _UNIONS:
        return _union(arguments)
    if origin is Literal:
        texts = [str(choice) for choice in arguments]
        return Scalar(scalars.choice_of(arguments), text="" in texts, choices=frozenset(map(fold, texts)))
    return _class_shape(origin or annotation, arguments)


_cached_shape_of = lru_cache(maxsize=1024)(_shape_of)


def _union(arguments: tuple[Any, ...]) -> Shape:
    members = tuple(shape_of(argument) for argument in arguments if argument is not type(None))
    inner = members[0] if len(members) == 1 else OneOf(members)
    return Nullable(inner) if len(members) < len(arguments) else inner


def _class_shape(cls: Any, arguments: tuple[Any, ...]) -> Shape:
    if not inspect.isclass(cls):
        return Scalar()
    return _plain_class_shape(cls, arguments)


def _plain_class_shape(cls: type[Any], arguments: tuple[Any, ...]) -> Shape:
    if issubclass(cls, ConfigurationValues):
        return SectionItself()
    if hasattr(cls, "get_secret_value"):
        return Scalar(text=True, secret=True)
    if issubclass(cls, Enum):
        return Scalar(scalars.member_of(cls), choices=frozenset(map(fold, cls.__members__)))
    if has_fields(cls):
        root = getattr(cls, "model_fields", {}).get("root") if getattr(cls, "__pydantic_root_model__", False) else None
        return Fields(cls) if root is None else shape_of(root.annotation)
    if issubclass(cls, tuple):
        return _tuple_shape(arguments)
    if cls in _LISTS:
        return ListOf(shape_of(arguments[0]) if arguments else Anything())
    if cls in _DICTS:
        return DictOf(shape_of(arguments[1]) if len(arguments) == 2 else Anything())
    for known, convert in _CONVERSIONS.items():
        if issubclass(cls, known) and not (known is int and cls is bool):
            return Scalar(convert)
    return Scalar(text=issubclass(cls, _TEXTS))


def _tuple_shape(arguments: tuple[Any, ...]) -> Shape:
    if not arguments:
        return ListOf(Anything())
    if len(arguments) == 2 and arguments[1] is Ellipsis:
        return ListOf(shape_of(arguments[0]))
    return ListOf(Anything(), tuple(shape_of(argument) for argument in arguments))


def has_fields(cls: type[Any]) -> bool:
    """Whether *cls* is a pydantic model, a dataclass, a typed dictionary or a named tuple."""
    return (
        hasattr(cls, "__pydantic_fields__")
        or dataclasses.is_dataclass(cls)
        or typing_extensions.is_typeddict(cls)
        or (hasattr(cls, "_fields") and issubclass(cls, tuple))
    )


def _fields_of(cls: type[Any]) -> typing.Iterator[FieldShape]:
    infos: Mapping[str, Any] | None = getattr(cls, "__pydantic_fields__", None)
    if infos is not None:
        config = dict(getattr(cls, "model_config", None) or getattr(cls, "__pydantic_config__", None) or {})
        by_name = bool(config.get("populate_by_name") or config.get("validate_by_name"))
        for name, info in infos.items():
            yield _pydantic_field(name, info, by_name=by_name)
        return
    hints = _hints(cls)
    if dataclasses.is_dataclass(cls):
        for field in dataclasses.fields(cls):
            if field.init:
                yield _field(field.name, hints.get(field.name, Any), _dataclass_default(field))
        return
    defaults: Mapping[str, Any] = getattr(cls, "_field_defaults", {})
    for name, annotation in hints.items():
        while typing_extensions.get_origin(annotation) in _QUALIFIERS:
            annotation = typing.get_args(annotation)[0]  # noqa: PLW2901 - peeled off layer by layer
        value = defaults.get(name, MISSING)
        yield _field(name, annotation, None if value is MISSING else partial(_same, value))


_QUALIFIERS: Final = (
    typing_extensions.Required,
    typing_extensions.NotRequired,
    typing_extensions.ReadOnly,
)


def _pydantic_field(name: str, info: Any, *, by_name: bool) -> FieldShape:
    alias = info.validation_alias if info.validation_alias is not None else info.alias
    choices = [choice if isinstance(choice, str) else choice.path[0] for choice in getattr(alias, "choices", ())]
    if isinstance(alias, str):
        choices = [alias]
    elif alias is not None and not choices:
        choices = [alias.path[0]]  # an AliasPath, which looks inside what it is given
    shape = Anything() if alias is not None and hasattr(alias, "path") else shape_of(info.annotation)
    required = bool(info.is_required())

    def default() -> Any:
        if required or info.default_factory_takes_validated_data:
            return MISSING
        return info.get_default(call_default_factory=True)

    names = tuple(dict.fromkeys([*map(str, choices), name]))
    input_name = str(choices[0]) if choices and not by_name else name
    return FieldShape(input_name, name, shape, required, default, AppendToDefault in info.metadata, names)


def _field(name: str, annotation: Any, default: Callable[[], Any] | None) -> FieldShape:
    metadata = typing.get_args(annotation)[1:] if typing.get_origin(annotation) is Annotated else ()
    alias = next((m.validation_alias or m.alias for m in metadata if getattr(m, "alias", None) is not None), None)
    names = (name,) if not isinstance(alias, str) else (alias, name)
    append = any(item is AppendToDefault for item in metadata)
    return FieldShape(
        names[0], name, shape_of(annotation), default is None, default or (lambda: MISSING), append, names
    )


def _dataclass_default(field: "dataclasses.Field[Any]") -> Callable[[], Any] | None:
    if field.default_factory is not dataclasses.MISSING:
        return field.default_factory
    return None if field.default is dataclasses.MISSING else lambda: field.default


def _same(value: Any) -> Any:
    return value


def _hints(cls: type) -> Mapping[str, Any]:
    try:
        return typing_extensions.get_type_hints(cls, include_extras=True)
    except NameError:  # annotations as text that name something local; what is no text can still be used
        return {name: Any if isinstance(hint, str) else hint for name, hint in cls.__annotations__.items()}
