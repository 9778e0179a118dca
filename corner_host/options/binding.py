"""Options from a section of the configuration."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar, cast, final

from corner_host.configuration import (
    BindingFailure,
    Configuration,
    ConfigurationBindingError,
    ConfigurationSection,
)

from .contracts import ConfigureOptions, OptionsChangeSource, Registration
from .models import is_model

T = TypeVar("T")


@final
@dataclass(frozen=True, slots=True)
class BoundSection:
    """Which section fills which options; for tools that list keys and write schemas.

    Args:
        options_type: The class of the options.
        name: Their name, empty for the default ones, None for all.
        path: The full key of the section, empty for the whole configuration.
    """

    options_type: type[Any]
    name: str | None
    path: str


@final
class SectionBinding(ConfigureOptions[T], OptionsChangeSource[T]):
    """Fills options from a section, and tells when it may have changed."""

    def __init__(self, name: str | None, section: Configuration) -> None:
        self._name = name
        self._section = section

    @property
    def name(self) -> str | None:
        """Whose options change."""
        return self._name

    @property
    def path(self) -> str:
        """The full key of the section."""
        return path_of(self._section)

    def configure(self, name: str, options: T) -> T | None:
        """Set what the section holds, if it is for this name.

        Raises:
            ConfigurationBindingError: A value does not fit its field, or a required one is missing.
        """
        if self._name is not None and self._name != name:
            return None
        if _is_frozen(type(options)):
            return cast("T | None", self._overlaid(options))
        self._section.bind(options)
        return None

    def fill(self, name: str, options: T) -> tuple[T, tuple[BindingFailure, ...]]:
        """Set what the section holds as far as it converts, since a later step may supply the rest.

        Returns:
            The options, and what is still wrong: a constraint that is broken, a required value that is missing.

        Raises:
            ConfigurationBindingError: A value does not convert to its field's type.
        """
        try:
            return self.configure(name, options) or options, ()
        except ConfigurationBindingError as error:
            if not is_model(type(options)) or _is_frozen(type(options)):
                raise
            if not self._fill_field_by_field(options):
                raise
            return options, error.errors

    def _fill_field_by_field(self, options: object) -> bool:
        """Set each field as its bare type, without its constraints; returns whether every value converts to it."""
        kind: Any = type(options)
        declared: dict[str, Any] = kind.model_fields
        fields = {_squeezed(field.alias or name): (name, field) for name, field in declared.items()}
        for child in self._section.get_children():
            if found := fields.get(_squeezed(child.key)):
                name, field = found
                try:
                    value = child.get(field.annotation)
                except ConfigurationBindingError:
                    return False
                if value is not None:
                    options.__dict__[name] = value
        return True

    def _overlaid(self, options: object) -> Any:
        kind: Any = type(options)
        found: Any = self._section.get(kind)
        if found is None or not is_model(kind):
            return found
        model: Any = options
        return model.model_copy(update={name: getattr(found, name) for name in found.model_fields_set})

    def on_change(self, callback: Callable[[], object]) -> Registration:
        """Have *callback* called after each reload, whether or not something of the section has changed."""
        return self._section.on_change(callback)


def path_of(section: Configuration) -> str:
    """Return the full key of *section*, empty for a root."""
    return section.path if isinstance(section, ConfigurationSection) else ""


def _squeezed(name: str) -> str:
    return name.replace("_", "").casefold()


def _is_frozen(kind: Any) -> bool:
    parameters = getattr(kind, "__dataclass_params__", None)
    return bool(getattr(kind, "model_config", {}).get("frozen") or (parameters is not None and parameters.frozen))
