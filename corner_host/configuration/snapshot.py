"""One consistent picture of all providers: what readers look at, swapped as a whole.

Merging happens here, once per load, so that reading one value is reading one dictionary. What is asked for seldom (the
children of a section, how a key is written, how a section is laid out for a type) is worked out when first needed and
kept as long as the picture is.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, cast, final

import corner_host.configuration as door

from .contracts import ConfigurationProvider
from .keys import DELIMITER, fold, parent_of, sort_key
from .provider import KeyValueProvider

_SPARE_SPELLINGS: Final = 1024


@final
class Layer:
    """What one provider had when the picture was taken."""

    __slots__ = ("arrays", "data", "listed", "provider")

    def __init__(self, provider: ConfigurationProvider) -> None:
        self.provider = provider
        self.data: Mapping[str, str | None]
        self.listed: tuple[str, ...]
        self.arrays: frozenset[str]
        if isinstance(provider, KeyValueProvider):
            self.data = provider.data
            self.listed = tuple(provider.listed)
            self.arrays = provider.replaced_arrays
        else:
            self.data = {fold(key): value for key, value in provider.data.items()}
            self.listed = ()
            self.arrays = frozenset()

    def origin(self, folded: str) -> "door.Origin":
        """Tell where the value at *folded* came from; a provider of an application may say it in words, or not at all."""
        said = cast("object", self.provider.origin(folded))
        if isinstance(said, door.Origin):
            return said
        return door.Origin(self.provider.name, name=None if said is None else str(said))

    def written(self) -> Iterable[tuple[str, str]]:
        """Each folded key with the key as it is written; of the latest load, should that be a later one."""
        provider = self.provider
        keys = provider.written() if isinstance(provider, KeyValueProvider) else ((fold(k), k) for k in provider.data)
        return [*keys, *((fold(key), key) for key in self.listed)]


@final
class Snapshot:
    """The merged values of all providers, later ones over earlier ones.

    Attributes:
        values: Value by folded key.
        spellings: Value by key as it was asked for so far, None for what is not there; at most so many as `find` allows.
        plans: What the binder remembers about this picture.
    """

    __slots__ = ("_children", "_room", "_sorted", "layers", "plans", "spellings", "values")

    def __init__(self, providers: Sequence[ConfigurationProvider]) -> None:
        self.layers = tuple(Layer(provider) for provider in providers)
        self.values = _merge(self.layers)
        self.spellings: dict[str, str | None] = {}
        self.plans: dict[Any, Any] = {}
        self._room = 2 * len(self.values) + _SPARE_SPELLINGS
        self._children: dict[str | None, list[tuple[str, str]]] | None = None
        self._sorted: dict[str | None, tuple[tuple[str, str], ...]] = {}

    def find(self, key: str) -> str | None:
        """Return the value at *key* in any spelling, None when it is not there, and remember the spelling."""
        spellings = self.spellings
        try:
            return spellings[key]
        except KeyError:
            value = self.values.get(fold(key))
            if len(spellings) < self._room:
                spellings[key] = value
            return value

    def children(self, folded: str | None) -> tuple[tuple[str, str], ...]:
        """The children of a path (None for the root), in order: the segment as written, and the folded path."""
        known = self._sorted.get(folded)
        if known is not None:
            return known
        found = self._index().get(folded)
        if found is None:
            return ()
        ordered = self._sorted[folded] = tuple(sorted(found, key=lambda child: sort_key(child[0])))
        return ordered

    def has_children(self, folded: str | None) -> bool:
        """Whether there is any key below a path."""
        return folded in self._index()

    def exists(self, folded: str | None) -> bool:
        """Whether a path has a value or children; a null is no value."""
        if folded is not None and self.values.get(folded) is not None:
            return True
        return self.has_children(folded)

    def winner(self, folded: str) -> int | None:
        """The position of the layer whose value counts, None when no layer has the key."""
        for position in range(len(self.layers) - 1, -1, -1):
            layer = self.layers[position]
            if folded in layer.data:
                return position
            if layer.arrays and _is_hidden(folded, layer.arrays):
                return None
        return None

    def spelled(self, folded: str) -> str | None:
        """The key as it is written in the layer that wins; None when no layer has it."""
        position = self.winner(folded)
        return (
            None if position is None else next(key for path, key in self.layers[position].written() if path == folded)
        )

    def _index(self) -> dict[str | None, list[tuple[str, str]]]:
        index = self._children
        if index is None:
            index = self._children = _children_of(self.layers, self.values)
        return index


def _merge(layers: Iterable[Layer]) -> dict[str, str | None]:
    values: dict[str, str | None] = {}
    for layer in layers:
        if layer.arrays:
            values = {key: value for key, value in values.items() if not _is_hidden(key, layer.arrays)}
        values.update(layer.data)
        for key in layer.listed:
            values.setdefault(fold(key), None)
    return values


def _is_hidden(folded: str, arrays: frozenset[str]) -> bool:
    """Whether *folded* is one of the paths or lies below one."""
    path: str | None = folded
    while path is not None:
        if path in arrays:
            return True
        path = parent_of(path)
    return False


def _children_of(layers: Sequence[Layer], values: Mapping[str, str | None]) -> dict[str | None, list[tuple[str, str]]]:
    children: dict[str | None, list[tuple[str, str]]] = {}
    known: set[str] = set()
    for layer in reversed(layers):
        for folded_key, written_key in layer.written():
            if folded_key not in values:
                continue
            folded, written = folded_key, written_key
            while folded not in known:
                known.add(folded)
                cut = folded.rfind(DELIMITER)  # folding keeps the length, so the cut is the same in both
                parent = folded[:cut] if cut >= 0 else None
                children.setdefault(parent, []).append((written[cut + 1 :], folded))
                if parent is None:
                    break
                folded, written = parent, written[:cut]
    return children
