"""Why a key has the value it has."""

from dataclasses import dataclass
from typing import final

from corner_host.primitives import holds_password, is_secret_key, mask

from .keys import fold
from .origin import Origin
from .snapshot import Layer as _SnapshotLayer
from .store import Store


@final
@dataclass(frozen=True, slots=True)
class Layer:
    """What one provider has for a key.

    Attributes:
        value: The value, masked when it is secret.
        source: Name of the provider.
        file: The file, if there is one.
        line: Line in *file*, from 1, where the parser tells it.
        column: Column in *line*, from 1.
        name: The variable or argument, if it was one.
    """

    value: str | None
    source: str
    file: str | None = None
    line: int | None = None
    column: int | None = None
    name: str | None = None

    @property
    def origin(self) -> Origin:
        """The place alone."""
        return Origin(self.source, self.file, self.line, self.column, self.name)


@final
@dataclass(frozen=True, slots=True)
class ConfigurationExplanation:
    """Every layer's value for one key.

    Attributes:
        key: The key as it is written in the winning source.
        value: The value that counts, masked when it is secret.
        winner: The layer it comes from, None when no layer has the key.
        layers: The layers that have the key, highest priority first.
    """

    key: str
    value: str | None
    winner: Layer | None
    layers: tuple[Layer, ...]

    def __str__(self) -> str:
        if not self.layers:
            return f"{self.key} is in no source."
        width = max(len(_shown(layer.value)) for layer in self.layers)
        lines = [f"{self.key} = {_shown(self.value)}"]
        for layer in self.layers:
            mark = "  <- wins" if layer is self.winner else ""
            lines.append(f"  {_shown(layer.value):{width}}  {layer.origin}{mark}")
        return "\n".join(lines)


def explain(store: Store, key: str) -> ConfigurationExplanation:
    """Return what every layer has for *key*."""
    snapshot = store.snapshot
    folded = fold(key)
    spelled = snapshot.spelled(folded) or key
    secret = is_secret(store, spelled)
    position = snapshot.winner(folded)
    found = [(index, layer) for index, layer in enumerate(snapshot.layers) if folded in layer.data]
    layers = {index: _layer(layer, folded, secret=secret) for index, layer in reversed(found)}
    winner = None if position is None else layers[position]
    return ConfigurationExplanation(spelled, None if winner is None else winner.value, winner, tuple(layers.values()))


def is_secret(store: Store, key: str) -> bool:
    """Whether what is at *key* must not be shown: by its words, by a value, or because it was bound to a secret type."""
    folded = fold(key)
    if is_secret_key(key) or folded in store.secrets:
        return True
    return any(holds_password(layer.data.get(folded)) for layer in store.snapshot.layers)


def _layer(layer: _SnapshotLayer, folded: str, *, secret: bool) -> Layer:
    value = layer.data[folded]
    origin = layer.origin(folded)
    shown = mask(value) if secret else value
    return Layer(shown, origin.source, origin.file, origin.line, origin.column, origin.name)


def _shown(value: str | None) -> str:
    return "null" if value is None else value
