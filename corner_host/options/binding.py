"""Options from a section of the configuration."""

from collections.abc import Callable
from typing import Any, NamedTuple, TypeVar, final

from corner_host.configuration import Configuration, ConfigurationSection

from .contracts import ConfigureOptions, OptionsChangeSource, Registration

T = TypeVar("T")


class BoundSection(NamedTuple):
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
    def section(self) -> Configuration:
        """Where the values are."""
        return self._section

    def configure(self, name: str, options: T) -> T | None:
        """Set what the section holds, if it is for this name.

        Raises:
            ConfigurationBindingError: A value does not fit its field, or a required one is missing.
        """
        if self.concerns(name):
            self._section.bind(options)
        return None

    def concerns(self, name: str) -> bool:
        """Tell whether the section is for the options called *name*."""
        return self._name is None or self._name == name

    def on_change(self, callback: Callable[[], object]) -> Registration:
        """Have *callback* called after each reload, whether or not something of the section has changed."""
        return self._section.on_change(callback)


def path_of(section: Configuration) -> str:
    """Return the full key of *section*, empty for a root."""
    return section.path if isinstance(section, ConfigurationSection) else ""
