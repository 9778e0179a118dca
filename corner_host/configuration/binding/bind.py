"""Binding a section to a type or onto an instance."""

import dataclasses
from collections.abc import Callable
from functools import lru_cache
from typing import Any, Protocol, final

import typing_extensions

from corner_host.configuration.errors import ConfigurationBindingError
from corner_host.configuration.failure import BindingFailure
from corner_host.configuration.keys import fold, squeeze
from corner_host.configuration.store import Store
from corner_host.primitives import name_of

from .failures import failures
from .layout import Layout, Planner
from .shapes import Anything, Fields, Nullable, OneOf, Scalar, has_fields, shape_of


class Section(Protocol):
    """What is bound: a root or a section."""

    @property
    def store(self) -> Store:
        """The values."""
        ...

    @property
    def location(self) -> str | None:
        """The full key, None for the root."""
        ...

    def get_section(self, key: str) -> Any:
        """The section at *key*."""
        ...


@final
class Plan:
    """How one place in one picture of the configuration becomes one type."""

    __slots__ = ("_error", "_layout", "_name", "_planner", "_validate", "unknown")

    def __init__(self, planner: Planner, layout: Layout, target: Any, validate: Callable[[Any], Any]) -> None:
        from pydantic_core import ValidationError  # noqa: PLC0415 - pydantic is loaded when something is bound

        self._planner = planner
        self._layout = layout
        self._name = name_of(target)
        self._validate = validate
        self._error = ValidationError
        self.unknown = tuple(planner.unknown)

    def run(self) -> Any:
        """Return a new value.

        Raises:
            ConfigurationBindingError: It does not fit.
        """
        found = list(self._planner.conflicts)
        try:
            value = self._validate(self._layout.fresh())
        except self._error as error:
            details = error.errors(include_url=False, include_context=False, include_input=False)
            found += failures(self._planner, self._layout, details)
        else:
            if not found:
                return value
        # raised out here, so that pydantic's error, which shows what was put in, does not come along
        raise ConfigurationBindingError(self._name, found)

    def check_unknown(self) -> None:
        """Refuse keys that fill no field.

        Raises:
            ConfigurationBindingError: There are some.
        """
        if self.unknown:
            raise ConfigurationBindingError(self._name, self.unknown)


def bind_type(section: Section, target: Any, *, forbid_unknown: bool = False) -> Any:
    """Return the section as *target*, None when nothing is there."""
    plan = _plan(section, target)
    if plan is None:
        return None
    if forbid_unknown:
        plan.check_unknown()
    return plan.run()


def convert_value(section: Section, target: Any, default: Any) -> Any:
    """Return the value of a section as *target*, *default* when there is none."""
    location = section.location
    if section.store.snapshot.find("" if location is None else location) is None:
        shape = shape_of(target)
        if isinstance(shape.inner if isinstance(shape, Nullable) else shape, (Scalar, Anything, OneOf)):
            return default
    plan = _plan(section, target)
    return default if plan is None else plan.run()


def bind_instance(section: Section, instance: Any, *, forbid_unknown: bool = False) -> None:
    """Set on *instance* what is in the section."""
    cls: Any = instance.__class__
    if not _exists(section):
        return
    if not has_fields(cls):
        _bind_attributes(section, instance)
        return
    _refuse_frozen(cls)
    shape = Fields(cls)
    planner = _planner(section)
    layout = planner.lay_out(shape, planner.root(section.location), instance)
    plan = Plan(planner, layout, cls, _adapter(cls))
    if forbid_unknown:
        plan.check_unknown()
    bound = plan.run()
    names: Any = getattr(layout, "members", ())
    values = {field.attribute: getattr(bound, field.attribute) for field in shape.fields if field.name in names}
    section.store.secrets.update(planner.secrets)
    for name, value in values.items():
        # past pydantic's validation of assignments, which would see half of the new values
        object.__setattr__(instance, name, value)
    if hasattr(instance, "__pydantic_fields_set__"):
        instance.__pydantic_fields_set__.update(values)


def _bind_attributes(section: Section, instance: Any) -> None:
    """Set the attributes of an object that is neither model nor dataclass; a type is its annotation, or its value's."""
    cls: Any = instance.__class__
    present: dict[str, Any] = getattr(instance, "__dict__", {})
    types: dict[str, Any] = {name: value.__class__ for name, value in present.items() if value is not None}
    types.update(typing_extensions.get_type_hints(cls, include_extras=True))
    fields = {squeeze(name): name for name in types if not name.startswith("_")}
    planner = _planner(section)
    values: dict[str, Any] = {}
    found: list[BindingFailure] = []
    for key, node in planner.children(planner.root(section.location)):
        name = fields.get(squeeze(key))
        if name is None:
            continue
        layout = planner.lay_out(shape_of(types[name]), node, getattr(instance, name, None))
        try:
            values[name] = Plan(planner, layout, types[name], _adapter(types[name])).run()
        except ConfigurationBindingError as error:
            found.extend(error.errors)
    if found:
        raise ConfigurationBindingError(name_of(cls), found)
    for name, value in values.items():
        setattr(instance, name, value)


def _refuse_frozen(cls: Any) -> None:
    parameters = getattr(cls, "__dataclass_params__", None)
    frozen = dict(getattr(cls, "model_config", {})).get("frozen") or (parameters is not None and parameters.frozen)
    if frozen or not (dataclasses.is_dataclass(cls) or hasattr(cls, "model_fields")):
        message = "an instance of this type cannot be changed. To fix: use get() to make a new one."
        raise ConfigurationBindingError(name_of(cls), [BindingFailure("(instance)", None, None, message)])


def _plan(section: Section, target: Any) -> Plan | None:
    """Return the plan for a section and a type, None when nothing is there; made once for each picture."""
    plans = section.store.snapshot.plans
    key = (section.location, target)
    try:
        known: Plan | None = plans.get(key)
    except TypeError:  # unhashable metadata in Annotated
        return _make_plan(section, target)
    if known is None:
        known = _make_plan(section, target)
        if known is not None:
            plans[key] = known
    return known


def _make_plan(section: Section, target: Any) -> Plan | None:
    if not _exists(section):
        return None
    validate = _adapter(target)
    planner = _planner(section)
    layout = planner.lay_out(shape_of(target), planner.root(section.location))
    section.store.secrets.update(planner.secrets)
    return Plan(planner, layout, target, validate)


def _exists(section: Section) -> bool:
    location = section.location
    return section.store.snapshot.exists(None if location is None else fold(location))


def _planner(section: Section) -> Planner:
    location = section.location
    above = 0 if location is None else len(location) + 1
    return Planner(section.store.snapshot, lambda key: section.get_section(key[above:]))


def _adapter(target: Any) -> Callable[[Any], Any]:
    try:
        return _cached_adapter(target)
    except TypeError:
        return _make_adapter(target)


def _make_adapter(target: Any) -> Callable[[Any], Any]:
    from pydantic import ConfigDict, PydanticUserError, TypeAdapter  # noqa: PLC0415

    try:
        try:
            return TypeAdapter[Any](target, config=ConfigDict(arbitrary_types_allowed=True)).validate_python
        except PydanticUserError:  # a type with a configuration of its own
            return TypeAdapter[Any](target).validate_python
    except PydanticUserError as error:
        message = f"pydantic cannot adapt this type: {error.message.splitlines()[0]}"
    raise ConfigurationBindingError(name_of(target), [BindingFailure("(type)", None, None, message)])


_cached_adapter = lru_cache(maxsize=1024)(_make_adapter)
