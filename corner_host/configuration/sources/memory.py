"""Values given by the program."""

from collections.abc import Mapping
from typing import Any, final

from corner_host.configuration.contracts import BuilderContext
from corner_host.configuration.nested import flatten
from corner_host.configuration.provider import KeyValueProvider


@final
class MemorySource:
    """Values in a mapping, which is copied when the provider is built.

    Args:
        values: Full keys such as ``Payment:Url``, with text or None. Other values become text, nested ones paths.
    """

    def __init__(self, values: Mapping[str, Any] | None = None) -> None:
        self.values: Mapping[str, Any] = {} if values is None else values

    def build(self, builder: BuilderContext, /) -> "MemoryProvider":  # noqa: ARG002
        """Return a provider with a copy of the values."""
        return MemoryProvider(self.values)


@final
class MemoryProvider(KeyValueProvider):
    """Keeps the values it was given and those that were set; a reload changes nothing.

    Raises:
        ConfigurationError: Two keys differ only in case.
    """

    def __init__(self, values: Mapping[str, Any]) -> None:
        super().__init__("memory")
        pairs = list(flatten(values, arrays=[]))
        self.replace_pairs([key for key, _ in pairs], [value for _, value in pairs])
