"""The provider that all built-in sources use: one flat map, replaced as a whole."""

import threading
from collections.abc import Callable, Iterable, Iterator, Mapping

import corner_host.configuration as door

from .contracts import ConfigurationProvider, Registration
from .keys import fold, fold_all


class Callbacks:
    """Callbacks in order of registration; may be added to and called from any thread."""

    __slots__ = ("_callbacks",)

    def __init__(self) -> None:
        self._callbacks: dict[object, Callable[[], object]] = {}

    def add(self, callback: Callable[[], object]) -> Registration:
        """Add *callback* until its registration is closed."""
        key = object()
        self._callbacks[key] = callback
        return Registration(lambda: self._callbacks.pop(key, None))

    def __iter__(self) -> Iterator[Callable[[], object]]:
        return iter(list(self._callbacks.values()))


class KeyValueProvider(ConfigurationProvider):
    """Keeps values by folded key; derive from it, implement `load` and call `replace` there.

    Attributes:
        name: What it is called in messages.
        reload_callbacks: To be called when it has loaded new values by itself.
        set_callbacks: Called when a single value was set.
        failures: How often it could not load again, and kept its values.

    Example:
        >>> class Planets(KeyValueProvider):
        ...     def load(self) -> None:
        ...         self.replace({"Planets:0": "Mercury", "Planets:1": "Venus"})
        >>> planets = Planets("planets")
        >>> planets.load()
        >>> planets.data["PLANETS:1"]
        'Venus'
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self.reload_callbacks = Callbacks()
        self.set_callbacks = Callbacks()
        self.failures = 0
        self._data: dict[str, str | None] = {}
        self._written: list[str] = []
        self._changed: set[str] = set()
        self._setting = threading.Lock()

    @property
    def data(self) -> Mapping[str, str | None]:
        """The values by folded key; assigning replaces them, as `replace` does."""
        return self._data

    @data.setter
    # a property here, since assigning folds the keys
    def data(  # pyright: ignore[reportIncompatibleVariableOverride]
        self, values: Mapping[str, str | None]
    ) -> None:
        self.replace(values)

    def load(self) -> None:
        """Read the source. There is none here, so nothing happens."""

    def replace(self, values: Mapping[str, str | None]) -> None:
        """Replace all values in one step.

        Raises:
            DuplicateKeyError: Two keys differ only in case.
        """
        self.replace_pairs(list(values), list(values.values()))

    def replace_pairs(self, keys: list[str], values: Iterable[str | None]) -> None:
        """Replace all values in one step; *keys* as they are written, each with the value at the same place.

        Raises:
            DuplicateKeyError: A key occurs twice, or in two spellings.
        """
        data = dict(zip(fold_all(keys), values, strict=True))
        if len(data) != len(keys):
            raise door.DuplicateKeyError(*_first_duplicate(keys), self.name)
        with self._setting:
            self._written, self._data, self._changed = keys, data, set()

    def written(self) -> Iterable[tuple[str, str]]:
        """Each folded key with the key as it is written."""
        with self._setting:
            return list(zip(self._data, self._written, strict=True))

    @property
    def listed(self) -> Iterable[str]:
        """Keys that are listed as children although they have no value here."""
        return ()

    @property
    def replaced_arrays(self) -> frozenset[str]:
        """Folded paths of arrays that hide what lower providers have below them."""
        return frozenset()

    def set(self, key: str, value: str | None) -> None:
        """Set one value, in memory only; the next load forgets it."""
        folded = fold(key)
        with self._setting:
            if folded not in self._data:
                self._written.append(key)
            self._data[folded] = value
            self._changed.add(folded)
        for callback in self.set_callbacks:
            callback()

    def origin(self, key: str) -> "door.Origin":
        """Tell where the value at *key* came from."""
        folded = fold(key)
        if folded in self._changed:
            return door.Origin(f"{self.name}, set by the program")
        return self.place(folded)

    def place(self, folded: str) -> "door.Origin":  # noqa: ARG002 - for those that override it
        """Tell where the source has the value at *folded*; to be overridden."""
        return door.Origin(self.name)

    def on_reload(self, callback: Callable[[], object]) -> Registration:
        """Have *callback* called whenever the provider has loaded new values by itself."""
        return self.reload_callbacks.add(callback)

    def on_set(self, callback: Callable[[], object]) -> Registration:
        """Have *callback* called whenever a single value was set."""
        return self.set_callbacks.add(callback)

    def close(self) -> None:
        """Let go of what the provider holds open; nothing here."""

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.name}>"


def _first_duplicate(keys: Iterable[str]) -> tuple[str, str]:
    """Return the first two of *keys* that fold to the same."""
    seen: dict[str, str] = {}
    for key in keys:
        folded = fold(key)
        if folded in seen:
            return seen[folded], key
        seen[folded] = key
    raise LookupError("All keys are different.")
