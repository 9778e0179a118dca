"""A JSON schema of options, for editors.

Save it beside ``appsettings.json`` and name it there: ``"$schema": "./appsettings.schema.json"``. Binding ignores keys that
begin with ``$``.
"""

from collections.abc import Iterable
from typing import Any, cast

from .keys import DELIMITER, pascal_case


def json_schema(options: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    """Return the schema of a settings file that holds *options*.

    Nothing is required, since a value may come from another source, and other keys are allowed.

    Args:
        options: Section and type for each registered option.

    Example:
        >>> from dataclasses import dataclass
        >>> @dataclass
        ... class Queue:
        ...     max_concurrency: int = 1
        >>> schema = json_schema([("Background:Queue", Queue)])
        >>> schema["properties"]["Background"]["properties"]["Queue"]["allOf"]
        [{'$ref': '#/$defs/Queue'}]
        >>> schema["$defs"]["Queue"]["properties"]
        {'MaxConcurrency': {'default': 1, 'title': 'Max Concurrency', 'type': 'integer'}}
    """
    from pydantic import TypeAdapter  # noqa: PLC0415

    inputs = [(index, section, TypeAdapter[Any](target)) for index, (section, target) in enumerate(options)]
    by_key, definitions = TypeAdapter.json_schemas([(index, "validation", adapter) for index, _, adapter in inputs])
    root: dict[str, Any] = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "type": "object",
        "properties": {"$schema": {"type": "string"}},
    }
    for index, section, _ in inputs:
        node = root
        for segment in section.split(DELIMITER) if section else ():
            node = node.setdefault("properties", {}).setdefault(segment, {"type": "object"})
        written = _as_written(by_key[index, "validation"])
        if node is not root and "type" in written:
            node["type"] = written["type"]  # a single value, or a list
        node.setdefault("allOf", []).append(written)
    return root | cast("dict[str, Any]", _as_written(definitions))


def _as_written(schema: Any) -> Any:
    """Name the fields as configuration files do, and require none."""
    kind = schema.__class__
    if kind is list:
        return [_as_written(part) for part in schema]
    if kind is not dict:
        return schema
    result: dict[str, Any] = {}
    for name, part in schema.items():
        if name == "properties":
            result[name] = {pascal_case(field): _as_written(inner) for field, inner in part.items()}
        elif name == "default":
            result[name] = part
        elif name not in {"required", "additionalProperties"} or (name == "additionalProperties" and part is not False):
            result[name] = _as_written(part)
    return result
