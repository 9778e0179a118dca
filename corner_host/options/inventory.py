"""Which keys the registered options read: unknown keys, and a JSON schema for editors."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, final

from corner_host.configuration import Configuration
from corner_host.di import ServiceProvider

from .binding import BoundSection
from .models import pascal


@final
@dataclass(frozen=True, slots=True)
class UnknownKey:
    """A key that no registered option reads.

    Attributes:
        key: The full key.
        near: The full key that was perhaps meant; None when nothing is near.
    """

    key: str
    near: str | None


def unknown_keys(provider: ServiceProvider) -> tuple[UnknownKey, ...]:
    """Return the keys inside the bound sections that fill no field, each with the name that it is near to.

    Only sections that options are bound to are looked at: the rest of the configuration may be read by hand.
    """
    configuration = provider.get_required_service(Configuration)
    found: dict[str, UnknownKey] = {}
    read: set[str] = set()
    for bound in provider.get_services(BoundSection):
        section = configuration.get_section(bound.path) if bound.path else configuration
        schema = _schema_of(bound.options_type)
        for key, near in _unknown(section, schema, schema.get("$defs", {}), read):
            found.setdefault(key.casefold(), UnknownKey(key, near))
    return tuple(unknown for key, unknown in sorted(found.items()) if key not in read)


def options_schema(bound: Iterable[BoundSection]) -> dict[str, Any]:
    """Return a JSON schema of the settings files, for editors: every bound section with its options' fields.

    Other members stay allowed, since a file holds more than options.
    """
    root: dict[str, Any] = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "type": "object",
        "properties": {},
        "additionalProperties": True,
    }
    definitions: dict[str, Any] = {}
    for section in bound:
        schema = _schema_of(section.options_type)
        definitions.update(schema.pop("$defs", {}))
        node = root
        for part in filter(None, section.path.split(":")):
            node = node.setdefault("properties", {}).setdefault(part, {"type": "object"})
        node.setdefault("properties", {}).update(_spelled_for_files(schema.get("properties", {})))
    if definitions:
        root["$defs"] = {
            name: {**item, "properties": _spelled_for_files(item["properties"])} if "properties" in item else item
            for name, item in definitions.items()
        }
    return root


def _schema_of(options_type: type[Any]) -> dict[str, Any]:
    from pydantic import TypeAdapter  # noqa: PLC0415 - loaded by the tools that ask, not by every host

    return TypeAdapter(options_type).json_schema(mode="validation")


def _spelled_for_files(properties: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields under the names a settings file has: ``interval_minutes`` is ``IntervalMinutes`` there."""
    return {pascal(name): schema for name, schema in properties.items()}


def _folded(name: str) -> str:
    return name.replace("_", "").casefold()


def _unknown(
    section: Configuration, schema: Mapping[str, Any], definitions: Mapping[str, Any], read: set[str]
) -> Iterator[tuple[str, str | None]]:
    """Yield what *schema* has no field for, and note in *read* what it has one for."""
    fields = {_folded(name): (name, field) for name, field in schema.get("properties", {}).items()}
    if not fields:  # a mapping, a list, or anything: every key is read
        read.update(child.path.casefold() for child in section.get_children())
        return
    for child in section.get_children():
        known = fields.get(_folded(child.key))
        if known is None:
            near = get_close_matches(_folded(child.key), fields, n=1)
            parent = child.path.rpartition(":")[0]
            yield child.path, f"{parent}:{pascal(fields[near[0]][0])}".lstrip(":") if near else None
        else:
            read.add(child.path.casefold())
            yield from _unknown(child, _resolved(known[1], definitions), definitions, read)


def _resolved(schema: Mapping[str, Any], definitions: Mapping[str, Any]) -> Mapping[str, Any]:
    """Follow a reference, and ``Model | None``."""
    for option in schema.get("anyOf", ()):
        if "$ref" in option:
            schema = option
    reference = schema.get("$ref", "")
    found: Mapping[str, Any] = definitions.get(reference.rpartition("/")[2], {}) if reference else schema
    return found
