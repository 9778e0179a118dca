"""A section of the configuration in the shape of a type: the data that pydantic validates.

A layout is made once for each picture of the configuration, place and type; binding again copies it. It also remembers
which key each part came from, so that an error can name it.
"""

from collections.abc import Callable, Iterable, Mapping
from difflib import get_close_matches
from typing import Any, TypeAlias, cast, final

from corner_host.configuration.failure import BindingFailure
from corner_host.configuration.keys import DELIMITER, fold, join, pascal_case, sort_key, squeeze
from corner_host.configuration.origin import Origin
from corner_host.configuration.snapshot import Snapshot

from .node import Node
from .shapes import (
    MISSING,
    Anything,
    DictOf,
    Fields,
    FieldShape,
    ListOf,
    Nullable,
    OneOf,
    Scalar,
    SectionItself,
    Shape,
)
from .unions import best_of


@final
class Leaf:
    """A single value, with the text it was made from."""

    __slots__ = ("key", "path", "secret", "text", "value")

    def __init__(self, node: Node, path: str | None, text: str | None, value: Any, *, secret: bool = False) -> None:
        self.key = node.key or ""
        self.path = path
        self.text = text
        self.value = value
        self.secret = secret

    def fresh(self) -> Any:
        """Return the value, which is immutable."""
        return self.value


@final
class Record:
    """Values by name; *base* is what they are put over."""

    __slots__ = ("_branches", "_ready", "key", "members", "shape")

    def __init__(
        self, node: Node, members: Mapping[str, "Layout"], base: Mapping[str, Any], shape: Fields | None = None
    ) -> None:
        self.key = node.key
        self.members = members
        self.shape = shape
        self._ready = {**base, **{name: part.value for name, part in members.items() if type(part) is Leaf}}
        self._branches = [(name, part) for name, part in members.items() if type(part) is not Leaf]

    def fresh(self) -> dict[str, Any]:
        """Return a new dictionary."""
        data = self._ready.copy()
        for name, part in self._branches:
            data[name] = part.fresh()
        return data


@final
class Items:
    """Values in order, after those of *base*."""

    __slots__ = ("_base", "_plain", "key", "members")

    def __init__(self, node: Node, members: list["Layout"], base: Iterable[Any] = ()) -> None:
        self.key = node.key
        self.members = members
        self._base = list(base)
        plain = all(type(part) is Leaf for part in members)
        self._plain = [*self._base, *(part.fresh() for part in members)] if plain else None

    @property
    def offset(self) -> int:
        """Index of the first member."""
        return len(self._base)

    def fresh(self) -> list[Any]:
        """Return a new list."""
        if self._plain is not None:
            return self._plain.copy()
        return [*self._base, *(part.fresh() for part in self.members)]


Layout: TypeAlias = Leaf | Record | Items


@final
class Planner:
    """Makes layouts of one picture of the configuration.

    Attributes:
        conflicts: Keys of one provider that fill the same field.
        unknown: Keys that fill no field.
    """

    def __init__(self, snapshot: Snapshot, open_section: Callable[[str], Any]) -> None:
        self.snapshot = snapshot
        self.conflicts: list[BindingFailure] = []
        self.unknown: list[BindingFailure] = []
        self.secrets: set[str] = set()
        self._open_section = open_section

    def lay_out(self, shape: Shape, node: Node, base: Any = MISSING, *, nullable: bool = False) -> Layout:
        """Return what is at *node* in *shape*; *base* is a default, or a present value, that it is put over."""
        if isinstance(shape, Nullable):
            return self.lay_out(shape.inner, node, base, nullable=True)
        if isinstance(shape, SectionItself):
            return Leaf(node, node.paths[-1], None, self._open_section(node.key or ""))
        children = self._children(node)
        if isinstance(shape, OneOf):
            return self.lay_out(
                best_of(shape.members, children, self.text(node)[1], self.text), node, base, nullable=nullable
            )
        if isinstance(shape, Scalar):
            return self._anything(node, children) if children else self._scalar(shape, node, nullable=nullable)
        if isinstance(shape, Anything):
            return self._anything(node, children)
        if not children:
            return self._empty(shape, node, base, nullable=nullable)
        if isinstance(shape, ListOf):
            return self._items(shape, node, children, base)
        if isinstance(shape, DictOf):
            members = {
                name: self.lay_out(shape.value, child, _item(shape.value, base, name)) for name, child in children
            }
            return Record(node, members, _base_of(shape, base))
        return self.record(shape, node, children, _base_of(shape, base))

    def record(self, shape: Fields, node: Node, children: list[tuple[str, Node]], base: Mapping[str, Any]) -> Record:
        """Return the fields of *shape* that *children* fill."""
        known = shape.by_key
        matched: dict[str, list[Node]] = {}
        rest: list[tuple[str, Node]] = []
        for name, child in children:
            field = known.get(squeeze(name))
            if field is None:
                rest.append((name, child))
            else:
                matched.setdefault(squeeze(field.attribute), []).append(child)
        members: dict[str, Layout] = {}
        for attribute, nodes in matched.items():
            field = known[attribute]
            child = nodes[0] if len(nodes) == 1 else self._merged(field, nodes)
            default = base.get(field.name, MISSING)
            members[field.name] = self._field(field, child, default)
        for name, child in rest:
            if name.startswith("$"):
                continue  # "$schema" and its like speak to editors
            if shape.keeps_unknown:
                members[name] = self._anything(child, self._children(child))
            else:
                self._note_unknown(shape, name, child)
        return Record(node, members, base, shape)

    def origin(self, path: str | None) -> Origin | None:
        """Tell where the value at a folded path came from."""
        position = None if path is None else self.snapshot.winner(path)
        return None if path is None or position is None else self.snapshot.layers[position].origin(path)

    def text(self, node: Node) -> tuple[str | None, str | None]:
        """The path and the text at *node*: of the highest layer, if several keys fill one field."""
        values = self.snapshot.values
        if len(node.paths) == 1:
            path = node.paths[0]
            return path, None if path is None else values.get(path)
        present = [path for path in node.paths if path is not None and path in values]
        if not present:
            return node.paths[0], None
        best = max(present, key=lambda path: -1 if (winner := self.snapshot.winner(path)) is None else winner)
        return best, values[best]

    def root(self, key: str | None) -> Node:
        """The place at *key*."""
        return Node(key, (None if key is None else fold(key),))

    def children(self, node: Node) -> list[tuple[str, Node]]:
        """The children of a place."""
        return self._children(node)

    def _field(self, field: FieldShape, child: Node, default: Any) -> Layout:
        if default is MISSING and (field.append or isinstance(_inner(field.shape), (DictOf, Fields))):
            default = field.default()
        if not field.append and _is_replaced(field.shape, default):
            default = MISSING
        return self.lay_out(field.shape, child, default)

    def _children(self, node: Node) -> list[tuple[str, Node]]:
        if len(node.paths) == 1:
            found = self.snapshot.children(node.paths[0])
            return [(name, Node(join(node.key, name), (path,))) for name, path in found]
        merged: dict[str, tuple[str, list[str | None]]] = {}
        for parent in node.paths:
            for name, path in self.snapshot.children(parent):
                merged.setdefault(fold(name), (name, []))[1].append(path)
        ordered = sorted(merged.values(), key=lambda child: sort_key(child[0]))
        return [(name, Node(join(node.key, name), tuple(paths))) for name, paths in ordered]

    def _scalar(self, shape: Scalar, node: Node, *, nullable: bool) -> Leaf:
        path, text = self.text(node)
        if shape.secret and path is not None:
            self.secrets.add(path)
        value: Any = text
        if text is not None:
            if nullable and text == "" and not shape.text:
                value = None
            elif shape.convert is not None:
                value = shape.convert(text)
        return Leaf(node, path, text, value, secret=shape.secret)

    def _empty(self, shape: Shape, node: Node, base: Any, *, nullable: bool) -> Layout:
        """Lay out a key without children where children are expected."""
        path, text = self.text(node)
        if text is None:
            # an empty object is written as null, so null is an empty object where it can be one
            if nullable or isinstance(shape, ListOf):
                return Leaf(node, path, None, None)
            return Record(node, {}, _base_of(shape, base), shape if isinstance(shape, Fields) else None)
        if text == "" and isinstance(shape, ListOf):
            return Items(node, [], () if base is MISSING else base)
        if text == "" and isinstance(shape, DictOf):
            return Record(node, {}, _base_of(shape, base))
        return Leaf(node, path, text, None if nullable and text == "" else text)

    def _items(self, shape: ListOf, node: Node, children: list[tuple[str, Node]], base: Any) -> Items:
        shapes = shape.fixed or ()
        members = [
            self.lay_out(shapes[index] if index < len(shapes) else shape.item, child)
            for index, (_, child) in enumerate(children)
        ]
        return Items(node, members, () if base is MISSING or base is None else base)

    def _anything(self, node: Node, children: list[tuple[str, Node]]) -> Layout:
        if not children:
            path, text = self.text(node)
            return Leaf(node, path, text, text)
        parts = [(name, self._anything(child, self._children(child))) for name, child in children]
        if [name for name, _ in parts] == [str(index) for index in range(len(parts))]:
            return Items(node, [part for _, part in parts])
        return Record(node, dict(parts), {})

    def _merged(self, field: FieldShape, nodes: list[Node]) -> Node:
        """Return several keys for one field as one place; two of one provider are a conflict."""
        paths = [path for node in nodes for path in node.paths if path is not None]
        for layer in self.snapshot.layers:
            held = [node for node in nodes if any(_holds(layer.data, path) for path in node.paths if path is not None)]
            if len(held) > 1:
                keys = " and ".join(str(node.key) for node in held)
                message = f"{keys} both fill the field {field.attribute}. To fix: keep one of them."
                self.conflicts.append(BindingFailure(str(held[0].key), None, layer.provider.name, message))
        best = self.text(Node(None, tuple(paths)))[0]
        key = next((node.key for node in nodes if best in node.paths), nodes[-1].key)
        return Node(key, tuple(paths))

    def _note_unknown(self, shape: Fields, name: str, child: Node) -> None:
        spelled = {pascal_case(field.names[0]): None for field in shape.fields}
        near = get_close_matches(name, list(spelled), 1)
        hint = f" Did you mean {near[0]}?" if near else ""
        origin = self.origin(self.text(child)[0])
        message = f"fills no field of {shape.target.__qualname__}.{hint}"
        self.unknown.append(BindingFailure(str(child.key), None, None if origin is None else str(origin), message))


def _inner(shape: Shape) -> Shape:
    return shape.inner if isinstance(shape, Nullable) else shape


def _item(shape: Shape, base: Any, name: str) -> Any:
    found = cast("Mapping[str, Any]", base).get(name, MISSING) if isinstance(base, Mapping) else MISSING
    return MISSING if _is_replaced(shape, found) else found


def _is_replaced(shape: Shape, base: Any) -> bool:
    """Tell whether what is configured takes the place of *base*, as it does of lists, and is not merged into it."""
    return isinstance(_inner(shape), ListOf) or isinstance(base, (list, tuple, set, frozenset))


def _base_of(shape: Shape, base: Any) -> Mapping[str, Any]:
    """Return what a present value has, by the names that pydantic takes."""
    if isinstance(base, Mapping):
        return cast("Mapping[str, Any]", base)
    if base is MISSING or base is None or not isinstance(shape, Fields) or not isinstance(base, shape.target):
        return {}
    return {field.name: getattr(base, field.attribute) for field in shape.fields if hasattr(base, field.attribute)}


def _holds(data: Mapping[str, str | None], path: str) -> bool:
    below = path + DELIMITER
    return path in data or any(key.startswith(below) for key in data)
