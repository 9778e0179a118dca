"""The search for keys that no option reads: the configuration is walked beside the shapes of the options' types."""

from collections.abc import Iterable
from difflib import get_close_matches
from typing import Any, Final, TypeAlias, final

from corner_host.primitives import mask

from .binding.shapes import Anything, DictOf, Fields, ListOf, Nullable, OneOf, SectionItself, Shape, shape_of
from .configuration import Configuration
from .explain import is_secret
from .keys import DELIMITER, fold, join, pascal_case, squeeze
from .snapshot import Snapshot

Found: TypeAlias = tuple[str, str | None, str | None, str | None]
"""Key, value as it may be shown, source, and the key that was probably meant."""

_EVERYTHING: Final = (Anything(),)


def unread_keys(configuration: Configuration, options: Iterable[tuple[str, Any]]) -> list[Found]:
    """Return the keys that none of *options* reads; see ``unknown``."""
    search = _Search(configuration, options)
    search.walk(None, None, search.shapes_at(None))
    return search.found


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
        self.found: list[Found] = []

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
                self.found.append((key, shown, str(origin), near))


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
