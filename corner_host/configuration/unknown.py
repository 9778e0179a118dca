"""Keys that no option reads: most of them are misspelled."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, final

from .configuration import Configuration


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
    from .unread import unread_keys  # noqa: PLC0415 - loads what reads the shapes of types, for who looks for mistakes

    return tuple(UnknownKey(*each) for each in unread_keys(configuration, options))
