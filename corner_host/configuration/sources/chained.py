"""Another configuration as a source."""

from dataclasses import dataclass
from typing import final

import corner_host.configuration as door
from corner_host.configuration.configuration import Configuration
from corner_host.configuration.contracts import BuilderContext
from corner_host.configuration.keys import fold
from corner_host.configuration.provider import KeyValueProvider
from corner_host.configuration.root import ConfigurationRoot


@final
@dataclass(frozen=True)
class ChainedSource:
    """The values of another configuration; a section's keys start at the section.

    Args:
        configuration: The other configuration. It is followed: its reloads and what is set in it show here.
        close: Whether closing this one closes the other.
    """

    configuration: Configuration
    close: bool = False

    def build(self, builder: BuilderContext, /) -> "ChainedProvider":  # noqa: ARG002
        """Return a provider that follows the other configuration."""
        return ChainedProvider(self)


@final
class ChainedProvider(KeyValueProvider):
    """Shows another configuration.

    Null and the empty string there count as absent here, as in .NET: an earlier source shows through. A reload here does
    not reload the other; a value set here is set there too.

    Attributes:
        configuration: The other configuration.
    """

    def __init__(self, source: ChainedSource) -> None:
        super().__init__("chained configuration")
        self.configuration = source.configuration
        self._owned = source.close
        self._listed: tuple[str, ...] = ()
        store = source.configuration.store
        self._following = [store.changed.add(self._on_reload), store.written.add(self._on_set)]

    @property
    def listed(self) -> tuple[str, ...]:
        """Keys that are null or empty there."""
        return self._listed

    def load(self) -> None:
        """Copy what the other configuration has now."""
        pairs = self._pairs()
        self._listed = tuple(key for key, value in pairs if not value)
        self.replace({key: value for key, value in pairs if value})

    def set(self, key: str, value: str | None) -> None:
        """Set one value in the other configuration."""
        self.configuration[key] = value

    def origin(self, key: str) -> "door.Origin":
        """Tell where the other configuration has the value from."""
        snapshot = self.configuration.store.snapshot
        folded = fold(self.configuration.full_key(key))
        position = snapshot.winner(folded)
        return door.Origin(self.name) if position is None else snapshot.layers[position].origin(folded)

    def close(self) -> None:
        """Follow the other configuration no longer, and close it if this one owns it."""
        for registration in self._following:
            registration.close()
        if self._owned and isinstance(self.configuration, ConfigurationRoot):
            self.configuration.close()

    def _pairs(self) -> list[tuple[str, str | None]]:
        configuration = self.configuration
        values = configuration.store.snapshot.values
        pairs = configuration.as_enumerable(make_paths_relative=True)
        return [pair for pair in pairs if pair[1] or fold(configuration.full_key(pair[0])) in values]

    def _on_reload(self) -> None:
        self.load()
        for callback in self.reload_callbacks:
            callback()

    def _on_set(self) -> None:
        self.load()
        for callback in self.set_callbacks:
            callback()
