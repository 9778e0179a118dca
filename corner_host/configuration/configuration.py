"""Reading and writing values: what root, section and manager have in common, and the section."""

from collections.abc import Callable, Iterator
from typing import Any, TypeVar, final, overload

import corner_host.configuration as door
from corner_host.primitives import ConfigurationValues

from .contracts import Registration
from .keys import DELIMITER, fold, join, last_segment
from .nested import text_of
from .store import Store

T = TypeVar("T")
D = TypeVar("D")


class Configuration(ConfigurationValues):
    """Values under keys such as ``Payment:TimeoutSeconds``, merged from all sources.

    Case does not count in keys. A value is text, or None; types come in when it is converted or bound. What is read is
    always current: a section looks through to the root, so it shows new values after a reload.

    Example:
        >>> from corner_host.configuration import ConfigurationBuilder
        >>> configuration = ConfigurationBuilder().add_in_memory_collection({"Payment:TimeoutSeconds": "2.5"}).build()
        >>> configuration["payment:timeoutseconds"]
        '2.5'
        >>> configuration.get_section("Payment").get_value("TimeoutSeconds", float)
        2.5
    """

    def __init__(self, store: Store, path: str | None) -> None:
        self._store = store
        self._path = path

    @property
    def store(self) -> Store:
        """What this configuration shares with its root; for sources and tools of this package."""
        return self._store

    @property
    def location(self) -> str | None:
        """The full key of what this is a view of; None for the root."""
        return self._path

    def full_key(self, key: str) -> str:
        """Return *key* as the root knows it."""
        return join(self._path, key)

    def __getitem__(self, key: str) -> str | None:
        """The value at *key*, None when it is absent (or null)."""
        return self._store.snapshot.find(join(self._path, key))

    def __setitem__(self, key: str, value: str | None) -> None:
        """Set the value at *key* in every provider, in memory only; no callback of `on_change` runs.

        Raises:
            ConfigurationStateError: There is no source.
        """
        self._store.set(join(self._path, key), text_of(value))

    def __contains__(self, key: object) -> bool:
        """Whether *key* has a value or children."""
        return isinstance(key, str) and self._store.snapshot.exists(fold(join(self._path, key)))

    __iter__ = None  # indexing by text is no sequence: iterate over get_children() or as_enumerable()

    @overload
    def get_value(self, key: str, value_type: type[T], default: None = None) -> T | None: ...
    @overload
    def get_value(self, key: str, value_type: type[T], default: D) -> T | D: ...
    @overload
    def get_value(self, key: str, value_type: Any, default: Any = None) -> Any: ...
    def get_value(self, key: str, value_type: Any, default: Any = None) -> Any:
        """Return the value at *key* converted to *value_type*, or *default* when it is absent or null.

        Raises:
            ConfigurationBindingError: The value does not convert; the message names key, value and source.

        Example:
            >>> from corner_host.configuration import ConfigurationBuilder
            >>> configuration = ConfigurationBuilder().add_in_memory_collection({"Retry": "true"}).build()
            >>> configuration.get_value("Retry", bool), configuration.get_value("Limit", int, 10)
            (True, 10)
        """
        text = self[key]
        value = None if text is None else door.binding.quick(text, value_type)
        return door.binding.convert_value(self.get_section(key), value_type, default) if value is None else value

    def get_section(self, key: str) -> "ConfigurationSection":
        """Return the section at *key*; one that holds nothing when there is none."""
        return ConfigurationSection(self._store, join(self._path, key))

    def get_required_section(self, key: str) -> "ConfigurationSection":
        """Return the section at *key*.

        Raises:
            ConfigurationSectionNotFoundError: It has neither a value nor children.
        """
        section = self.get_section(key)
        if not section.exists():
            raise door.ConfigurationSectionNotFoundError(section.path)
        return section

    def get_children(self) -> tuple["ConfigurationSection", ...]:
        """Return the sections directly below, in order: integers by size, then text without case."""
        children = self._store.snapshot.children(self._folded())
        return tuple(ConfigurationSection(self._store, join(self._path, name)) for name, _ in children)

    @overload
    def get(self, target: type[T], *, forbid_unknown: bool = False) -> T | None: ...
    @overload
    def get(self, target: Any, *, forbid_unknown: bool = False) -> Any: ...
    def get(self, target: Any, *, forbid_unknown: bool = False) -> Any:
        """Return everything here as *target*: a pydantic model, a dataclass, or any type pydantic can adapt.

        Keys fill fields of the same name without regard to case and underscores: ``IntervalMinutes`` fills
        ``interval_minutes``. Keys without a value keep the field's default.

        Args:
            target: The type to make.
            forbid_unknown: Whether a key that fills no field is an error.

        Returns:
            The value, or None when nothing is here.

        Raises:
            ConfigurationBindingError: Values do not fit; all of them are listed, with key and source.

        Example:
            >>> from corner_host.configuration import ConfigurationBuilder
            >>> from dataclasses import dataclass
            >>> @dataclass
            ... class Payment:
            ...     url: str
            ...     timeout_seconds: float = 1.0
            >>> memory = {"Payment:Url": "https://pay.example", "Payment:TimeoutSeconds": "2.5"}
            >>> ConfigurationBuilder().add_in_memory_collection(memory).build().get_section("Payment").get(Payment)
            Payment(url='https://pay.example', timeout_seconds=2.5)
        """
        return door.binding.bind_type(self, target, forbid_unknown=forbid_unknown)

    def bind(self, instance: object, *, forbid_unknown: bool = False) -> None:
        """Set on *instance* what is here; attributes without a key keep their value.

        Args:
            instance: A pydantic model, a dataclass instance, or an object with attributes.
            forbid_unknown: Whether a key that fills no field is an error.

        Raises:
            ConfigurationBindingError: Values do not fit; *instance* is unchanged.
        """
        door.binding.bind_instance(self, instance, forbid_unknown=forbid_unknown)

    def get_connection_string(self, name: str) -> str | None:
        """Return the value at ``ConnectionStrings:<name>``."""
        return self[f"ConnectionStrings:{name}"]

    def as_enumerable(
        self,
        make_paths_relative: bool = False,  # noqa: FBT001, FBT002 - .NET's one argument, given by position there
    ) -> Iterator[tuple[str, str | None]]:
        """Yield every key with its value, parents before children; nodes that only have children come with None.

        Args:
            make_paths_relative: Whether keys start here, in which case the own value is left out; else at the root.
        """
        snapshot = self._store.snapshot
        start = None if make_paths_relative else self._path
        if self._path is not None and not make_paths_relative:
            yield self._path, snapshot.find(self._path)
        stack = [(start, self._folded())]
        while stack:
            path, folded = stack.pop()
            if folded != self._folded():
                yield str(path), snapshot.values.get(str(folded))
            stack.extend((join(path, name), child) for name, child in reversed(snapshot.children(folded)))

    def on_change(self, callback: Callable[[], object]) -> Registration:
        """Have *callback* called after each reload, in the thread that caused it; a section hears all of the root's.

        Setting a value calls nothing. *callback* is held until the registration is closed.
        """
        return self._store.changed.add(callback)

    def _folded(self) -> str | None:
        return None if self._path is None else fold(self._path)


@final
class ConfigurationSection(Configuration):
    """The values below one key, as a live view; it may have a value of its own as well."""

    def __init__(self, store: Store, path: str) -> None:
        super().__init__(store, path)
        self._own = path
        self._prefix = path + DELIMITER

    def __getitem__(self, key: str) -> str | None:
        """The value at *key*, None when it is absent (or null)."""
        return self._store.snapshot.find(self._prefix + key)

    @property
    def path(self) -> str:
        """The full key, from the root, in the spelling that was asked for."""
        return self._own

    @property
    def key(self) -> str:
        """The last segment of `path`."""
        return last_segment(self._own)

    @property
    def value(self) -> str | None:
        """The section's own value, None when it has only children, or nothing."""
        return self._store.snapshot.find(self._own)

    @value.setter
    def value(self, value: str | None) -> None:
        self._store.set(self._own, text_of(value))

    def exists(self) -> bool:
        """Whether there is a value other than null, or any key below."""
        return self._store.snapshot.exists(fold(self._own))

    def __repr__(self) -> str:
        return f"<ConfigurationSection {self._own}>"
