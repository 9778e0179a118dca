"""JSON files with comments and trailing commas.

Objects become paths, arrays numbered children. Scalars become the text that is written (``1e2`` stays ``1e2``), ``true``
and ``false`` become ``True`` and ``False`` as in .NET, ``null`` and an empty object null, an empty array the empty string.

The standard library parses, at its full speed. A text that it refuses is parsed once more with blanks in place of comments
and trailing commas (``json_comments``), so that errors keep their line and column. Where values are (``json_places``) is
worked out when somebody asks where one came from.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Final, NoReturn, TypeAlias, cast, final

from corner_host.configuration.contracts import BuilderContext
from corner_host.configuration.errors import ConfigurationFileError, ConfigurationStateError, DuplicateKeyError
from corner_host.configuration.files import FileSource, Parsed
from corner_host.configuration.keys import DELIMITER, fold
from corner_host.configuration.provider import KeyValueProvider
from corner_host.configuration.text import FormatError, Place, decode, place_at

from .json_comments import blank
from .json_places import locate

# objects as tuples of pairs, which keep duplicates and differ from arrays
Node: TypeAlias = "str | bool | list[Node] | tuple[tuple[str, Node], ...] | None"

_CONSTANT_OR_TEXT: Final = re.compile(r'"(?>(?:[^"\\]++|\\.)*)"|NaN|-?Infinity', re.DOTALL)
_CONSTANTS: Final[Mapping[Any, str | None]] = {True: "True", False: "False", None: None}


@final
@dataclass(frozen=True)
class JsonFileSource(FileSource):
    """A JSON file; its root is an object."""

    kind: ClassVar[str] = "json"

    def parse(self, text: str) -> Parsed:
        """Return what is in *text*."""
        return parse_json(text)


@final
@dataclass(frozen=True)
class JsonStreamSource:
    """JSON as bytes or text, or a file object to read it from, once.

    Args:
        stream: The JSON.
    """

    stream: Any

    def build(self, builder: BuilderContext, /) -> "JsonStreamProvider":  # noqa: ARG002
        """Return a provider that reads the stream once."""
        return JsonStreamProvider(self.stream)


@final
class JsonStreamProvider(KeyValueProvider):
    """The values of a stream."""

    def __init__(self, stream: Any) -> None:
        super().__init__("json stream")
        self._stream = stream
        self._loaded = False

    def load(self) -> None:
        """Read the stream.

        Raises:
            ConfigurationFileError: It is not JSON.
            ConfigurationStateError: It was read before.
        """
        if self._loaded:
            raise ConfigurationStateError("A JSON stream can be read only once, so it cannot be reloaded.")
        content = self._stream.read() if hasattr(self._stream, "read") else self._stream
        try:
            parsed = parse_json(content.removeprefix("\ufeff") if isinstance(content, str) else decode(bytes(content)))
            self.replace_pairs(parsed.keys, parsed.values)
        except (FormatError, DuplicateKeyError) as error:
            reason, place = str(error), error.place if isinstance(error, FormatError) else Place()
        except RecursionError:
            reason, place = "it is nested too deeply.", Place()
        else:
            self._loaded = True
            return
        raise ConfigurationFileError("<json stream>", reason, line=place.line, column=place.column)


def parse_json(text: str) -> Parsed:
    """Return what is in a JSON text.

    Raises:
        FormatError: It is not JSON, or its root is no object.
        RecursionError: It is nested too deeply.
    """
    root = _load(text)
    if type(root) is not tuple:
        place = place_at(text, len(text) - len(blank(text).lstrip()))
        raise FormatError(f"its root must be an object, but is {_kind(root)}.", place)
    keys: list[str] = []
    values: list[str | None] = []
    arrays: list[str] = []
    _flatten(root, "", keys, values, arrays)
    return Parsed(keys, values, lambda: locate(text), frozenset(map(fold, arrays)))


def _load(text: str) -> Node:
    try:
        return _parse(text)
    except ValueError:
        pass
    try:
        return _parse(blank(text))
    except json.JSONDecodeError as error:
        reason, place = error.msg, place_at(text, error.pos)
    except _ConstantError as error:
        reason, place = f"{error} is no JSON", _place_of(str(error), text)
    raise FormatError(f"{reason[:1].lower()}{reason[1:].removesuffix(' at')}.", place)


def _parse(text: str) -> Node:
    return cast(
        "Node",
        json.loads(text, object_pairs_hook=tuple, parse_int=str, parse_float=str, parse_constant=_refuse_constant),
    )


class _ConstantError(ValueError):
    """``NaN``, ``Infinity`` or ``-Infinity``, which Python's parser takes and JSON does not have."""


def _refuse_constant(name: str) -> NoReturn:
    raise _ConstantError(name)


def _place_of(constant: str, text: str) -> Place:
    """Return where a constant is that the parser has come to: the first one outside of texts and comments."""
    for match in _CONSTANT_OR_TEXT.finditer(blank(text)):
        if match[0] == constant:
            return place_at(text, match.start())
    return Place()


def _kind(root: Node) -> str:
    if isinstance(root, list):
        return "an array"
    return "null" if root is None else "a single value"


def _flatten(
    members: tuple[tuple[str, Node], ...], prefix: str, keys: list[str], values: list[str | None], arrays: list[str]
) -> None:
    for name, value in members:
        if type(value) is str:
            keys.append(prefix + name)
            values.append(value)
        elif type(value) is tuple and value:
            _flatten(value, f"{prefix}{name}{DELIMITER}", keys, values, arrays)
        elif type(value) is list:
            key = prefix + name
            arrays.append(key)
            if value:
                elements = tuple((str(index), element) for index, element in enumerate(value))
                _flatten(elements, key + DELIMITER, keys, values, arrays)
            else:
                keys.append(key)
                values.append("")
        else:
            keys.append(prefix + name)
            values.append(_CONSTANTS[value] if value != () else None)
