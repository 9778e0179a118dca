"""Keys that no option reads: most of them are misspelled."""

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, Final, final

from corner_host.primitives import mask

from .binding.shapes import Anything, DictOf, Fields, ListOf, Nullable, OneOf, SectionItself, Shape, shape_of
from .configuration import Configuration
from .explain import is_secret
from .keys import DELIMITER, fold, join, pascal_case, squeeze
from .snapshot import Snapshot

_EVERYTHING: Final = (Anything(),)


@final
@dataclass(frozen=True, slots=True)
class UnknownKey:
    """A key that no option reads.

    Attributes:
        key: Full key, as it is written in the source that won.
        value: Its value, masked when it is secret.
        source: Where it comes from, as text.
        near: The full key that was probably meant, if one is near.
    """

    key: str
    value: str | None
    source: str | None
    near: str | None

    def __str__(self) -> str:
        source = "" if self.source is None else f" ({self.source})"
        near = "" if self.near is None else f" Did you mean {self.near}?"
        return f"No option reads {self.key}{source}.{near}"


def find_unknown_keys(configuration: Configuration, options: Iterable[tuple[str, Any]]) -> tuple[UnknownKey, ...]:
    """Return the keys that none of *options* reads.

    Keys outside of all sections count only if they come from a file, or if a section's name is near: the environment is
    full of variables that are for others.

    Args:
        configuration: The root.
        options: Section and type for each registered option; the type ``Any`` reads all of its section.

    Example:
        >>> from dataclasses import dataclass
        >>> from corner_host.configuration import ConfigurationBuilder
        >>> @dataclass
        ... class Queue:
        ...     max_concurrency: int = 1
        >>> configuration = ConfigurationBuilder().add_in_memory_collection({"Queue:MaxConcurency": "8"}).build()
        >>> print(*find_unknown_keys(configuration, [("Queue", Queue)]))
        No option reads Queue:MaxConcurency (memory). Did you mean Queue:MaxConcurrency?
    """
    search = _Search(configuration, options)
    search.walk(None, None, search.shapes_at(None))
    return tuple(search.found)


@final
class _Search:
    def __init__(self, configuration: Configuration, options: Iterable[tuple[str, Any]]) -> None:
        self._store = configuration.store
        self._snapshot: Snapshot = self._store.snapshot
        self._sections: dict[str | None, list[Shape]] = {}
        self._names: dict[str | None, dict[str, None]] = {}
        for section, target in options:
            self._sections.setdefault(fold(section) or None, []).append(shape_of(target))
            parent: str | None = None
            for segment in section.split(DELIMITER) if section else ():
                self._names.setdefault(parent, {}).setdefault(segment)
                parent = fold(join(parent, segment))
        self.found: list[UnknownKey] = []

    def shapes_at(self, folded: str | None) -> tuple[Shape, ...]:
        return tuple(self._sections.get(folded, ()))

    def walk(self, key: str | None, folded: str | None, shapes: Iterable[Shape]) -> None:
        """Look at what is below a key, which *shapes* read."""
        flat = tuple(_flatten(shapes))
        if any(isinstance(shape, (Anything, SectionItself)) for shape in flat):
            return
        for name, path in self._snapshot.children(folded):
            below = [*_below(flat, name), *self.shapes_at(path)]
            child = join(key, name)
            if below or path in self._names:
                self.walk(child, path, below)
                if below or self._snapshot.values.get(path) is None:
                    continue
            if not name.startswith("$"):
                self._report(child, path, self._near(key, folded, flat, name), inside=bool(flat))

    def _near(self, key: str | None, folded: str | None, shapes: Iterable[Shape], name: str) -> str | None:
        names = dict(self._names.get(folded, {}))
        for shape in shapes:
            if isinstance(shape, Fields):
                names.update(dict.fromkeys(pascal_case(field.names[0]) for field in shape.fields))
        by_squeezed = {squeeze(candidate): candidate for candidate in names}
        near = get_close_matches(squeeze(name), list(by_squeezed), 1, 0.75)
        return join(key, by_squeezed[near[0]]) if near and near[0] != squeeze(name) else None

    def _report(self, key: str, folded: str, near: str | None, *, inside: bool) -> None:
        stack = [(key, folded, near)]
        while stack:
            key, folded, near = stack.pop()
            children = [
                (join(key, name), path, None if near is None else join(near, name))
                for name, path in self._snapshot.children(folded)
            ]
            stack.extend(reversed(children))
            position = self._snapshot.winner(folded)
            if position is None or (children and self._snapshot.values[folded] is None):
                continue
            origin = self._snapshot.layers[position].origin(folded)
            if inside or near is not None or origin.file is not None:
                value = self._snapshot.values[folded]
                shown = mask(value) if is_secret(self._store, key) else value
                self.found.append(UnknownKey(key, shown, str(origin), near))


def _flatten(shapes: Iterable[Shape]) -> Iterable[Shape]:
    for shape in shapes:
        if isinstance(shape, Nullable):
            yield from _flatten([shape.inner])
        elif isinstance(shape, OneOf):
            yield from _flatten(shape.members)
        else:
            yield shape


def _below(shapes: Iterable[Shape], name: str) -> Iterable[Shape]:
    """What the shapes make of the child *name*; nothing when none of them knows it."""
    for shape in shapes:
        if isinstance(shape, ListOf):
            yield from (shape.item, *(shape.fixed or ()))
        elif isinstance(shape, DictOf):
            yield shape.value
        elif isinstance(shape, Fields):
            field = shape.by_key.get(squeeze(name))
            if field is not None:
                yield field.shape
            elif shape.keeps_unknown:
                yield from _EVERYTHING
