"""Nested values, as Python programs and TOML files have them, as keys with text. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, cast

from .keys import DELIMITER


def flatten(values: Mapping[Any, Any], *, arrays: list[str]) -> Iterator[tuple[str, str | None]]:
    """Yield each key with its text: mappings become paths, lists numbered children.

    Args:
        values: What is to be flattened.
        arrays: Gets the path of every list.

    Example:
        >>> arrays = []
        >>> list(flatten({"Queue": {"Capacity": 5, "Names": ["a", "b"]}, "On": True}, arrays=arrays))
        [('Queue:Capacity', '5'), ('Queue:Names:0', 'a'), ('Queue:Names:1', 'b'), ('On', 'true')]
        >>> arrays
        ['Queue:Names']
    """
    return _flatten(values, "", arrays)


def text_of(value: Any) -> str | None:
    """Return the text that JSON would show for a scalar (``true``, ISO 8601 dates); None for None.

    An empty list is the empty text, an empty mapping None.

    Example:
        >>> from datetime import date
        >>> text_of(True), text_of(2.5), text_of(date(2024, 5, 17)), text_of([]), text_of({})
        ('true', '2.5', '2024-05-17', '', None)
    """
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if hasattr(value, "isoformat"):  # a date or time, whose module is not loaded for this question
        return str(value.isoformat())
    if value is None or isinstance(value, Mapping):
        return None
    return "" if isinstance(value, list | tuple) else str(cast("object", value))


def _flatten(values: Mapping[Any, Any], prefix: str, arrays: list[str]) -> Iterator[tuple[str, str | None]]:
    for name, value in values.items():
        key = f"{prefix}{name}"
        members = _members(value)
        if isinstance(value, list | tuple):
            arrays.append(key)
        if members:
            yield from _flatten(members, key + DELIMITER, arrays)
        else:
            yield key, text_of(value)


def _members(value: object) -> Mapping[Any, Any]:
    if isinstance(value, list | tuple):
        return dict(enumerate(cast("Sequence[Any]", value)))
    return value if isinstance(value, Mapping) else {}  # pyright: ignore[reportUnknownVariableType] - mypy knows it
