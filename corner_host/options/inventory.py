"""Which keys the registered options read: unknown keys, and a JSON schema for editors."""

from collections.abc import Iterator
from typing import Any

from corner_host.configuration import Configuration, UnknownKey, find_unknown_keys, json_schema
from corner_host.di import ServiceProvider

from .binding import BoundSection


def unknown_keys(provider: ServiceProvider) -> tuple[UnknownKey, ...]:
    """Return the keys that no registered option reads, each with the one that was probably meant.

    Whoever reads a section by hand registers a `BoundSection` for it: ``BoundSection(object, "", "Legacy")``.
    """
    return find_unknown_keys(provider.get_required_service(Configuration), _sections(provider))


def options_schema(provider: ServiceProvider) -> dict[str, Any]:
    """Return a JSON schema of the settings files that the registered options read, for editors."""
    return json_schema(_sections(provider))


def _sections(provider: ServiceProvider) -> Iterator[tuple[str, Any]]:
    """Yield path and type of each bound section, each pair once; ``object`` stands for anything."""
    bound = ((section.path, section.options_type) for section in provider.get_services(BoundSection))
    for path, kind in dict.fromkeys(bound):
        yield path, Any if kind is object else kind
