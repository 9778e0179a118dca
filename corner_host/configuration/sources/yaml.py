"""YAML files (1.2). Needs the extra ``yaml``.

Mappings become paths, sequences numbered children. Scalars become the text that JSON would show: ``true``, whole numbers in
decimal, ISO 8601 dates. Anchors, aliases and ``<<`` work; no object is ever made from a tag.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import import_module
from typing import Any, ClassVar, Final, final

from corner_host.configuration.errors import ConfigurationDependencyError
from corner_host.configuration.files import FileSource, Parsed
from corner_host.configuration.keys import DELIMITER, fold
from corner_host.configuration.text import FormatError, Place

try:
    # as Any: the package's own annotations are not complete
    _yaml: Any = import_module("ruamel.yaml")
    _errors: Any = import_module("ruamel.yaml.error")
    _nodes: Any = import_module("ruamel.yaml.nodes")
except ImportError as error:
    raise ConfigurationDependencyError("Reading YAML files", "ruamel.yaml", "yaml") from error

_TAG: Final = "tag:yaml.org,2002:"
_TIMESTAMP: Final = re.compile(r"(\d{4}-\d\d?-\d\d?)(?:[Tt]|[ \t]+)([0-9:.]+)[ \t]*(.*)")
# aliases can make a small file stand for a huge one
_MOST_VALUES: Final = 200_000


@final
@dataclass(frozen=True)
class YamlFileSource(FileSource):
    """A YAML file with one document, whose root is a mapping, or nothing."""

    kind: ClassVar[str] = "yaml"
    max_bytes: ClassVar[int | None] = 4 * 2**20

    def parse(self, text: str) -> Parsed:
        """Return what is in *text*."""
        try:
            root = _yaml.YAML(typ="safe", pure=True).compose(text)
        except _errors.MarkedYAMLError as error:
            mark = error.problem_mark
            reason = str(error.problem or error.context or "it is not YAML")
            place = Place() if mark is None else Place(mark.line + 1, mark.column + 1)
        except (_errors.YAMLError, ValueError) as error:  # the reader's errors show only the character
            reason, place = str(getattr(error, "reason", "it is not YAML")), Place()
        else:
            walk = _Walk()
            if root is not None:
                walk.root(root)
            return Parsed(walk.keys, walk.values, lambda: walk.places, frozenset(walk.arrays))
        raise FormatError(f"{reason}.", place)


@final
class _Walk:
    """Makes flat keys from nodes."""

    def __init__(self) -> None:
        self.keys: list[str] = []
        self.values: list[str | None] = []
        self.places: dict[str, Place] = {}
        self.arrays: set[str] = set()
        self._above: set[int] = set()

    def root(self, node: Any) -> None:
        if not isinstance(node, _nodes.MappingNode):
            if isinstance(node, _nodes.ScalarNode) and node.tag == f"{_TAG}null":
                return
            raise FormatError("its root must be a mapping.", _place(node))
        self._children(node, "", _members(node))

    def _node(self, key: str, node: Any) -> None:
        if isinstance(node, _nodes.MappingNode) and node.value:
            self._children(node, key + DELIMITER, _members(node))
            return
        if isinstance(node, _nodes.SequenceNode):
            self.arrays.add(fold(key))
            if node.value:
                self._children(node, key + DELIMITER, ((str(i), child) for i, child in enumerate(node.value)))
                return
        self.keys.append(key)
        self.values.append(_text(node))
        self.places[fold(key)] = _place(node)
        if len(self.keys) > _MOST_VALUES:
            raise FormatError(f"its aliases stand for more than {_MOST_VALUES:,} values.")

    def _children(self, node: Any, prefix: str, children: Iterator[tuple[str, Any]]) -> None:
        if id(node) in self._above:
            raise FormatError("an alias stands for a node that holds it.", _place(node))
        self._above.add(id(node))
        for name, child in children:
            self._node(prefix + name, child)
        self._above.discard(id(node))


def _members(node: Any) -> Iterator[tuple[str, Any]]:
    """The members of a mapping; what comes in by ``<<`` counts only where the mapping has no such key itself."""
    own: list[tuple[str, Any]] = []
    merged: dict[str, Any] = {}
    for key, value in node.value:
        if key.tag == f"{_TAG}merge":
            for mapping in value.value if isinstance(value, _nodes.SequenceNode) else [value]:
                if not isinstance(mapping, _nodes.MappingNode):
                    raise FormatError("<< takes a mapping or a sequence of mappings.", _place(value))
                for name, child in _members(mapping):
                    merged.setdefault(name, child)
        elif isinstance(key, _nodes.ScalarNode):
            own.append((str(key.value), value))
        else:
            raise FormatError("a key must be a single value.", _place(key))
    names = {fold(name) for name, _ in own}
    yield from own
    yield from ((name, child) for name, child in merged.items() if fold(name) not in names)


def _text(node: Any) -> str | None:
    if not isinstance(node, _nodes.ScalarNode):
        return None if isinstance(node, _nodes.MappingNode) else ""
    kind, text = str(node.tag).removeprefix(_TAG), str(node.value)
    if kind == "null":
        return None
    if kind == "bool":
        return text.lower()
    if kind == "int":
        return _integer(text, node)
    if kind == "timestamp":
        match = _TIMESTAMP.fullmatch(text)
        return text if match is None else f"{match[1]}T{match[2]}{match[3]}"
    if kind in {"str", "float", "binary", "value"}:
        return text
    raise FormatError(f"the tag {node.tag} is not supported.", _place(node))


def _integer(text: str, node: Any) -> str:
    digits = text.replace("_", "").lower()
    sign = "-" if digits.startswith("-") else ""
    digits = digits.lstrip("+-")
    bases = {"0x": 16, "0o": 8, "0b": 2}
    try:
        return sign + str(int(digits[2:], bases[digits[:2]]) if digits[:2] in bases else int(digits))
    except ValueError:
        raise FormatError("this number cannot be read.", _place(node)) from None


def _place(node: Any) -> Place:
    return Place(node.start_mark.line + 1, node.start_mark.column + 1)
