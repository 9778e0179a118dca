"""Arguments of the command line.

    Key=value   --Key=value   /Key=value   --Key value   /Key value   -k value (with a mapping)

The last of several for one key wins. What is none of these forms is ignored, so is a switch without a value at the very
end. On POSIX an absolute path looks like a switch (``/tmp/in out`` sets ``tmp/in``); ``slash=False`` turns that off.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import final

import corner_host.configuration as door
from corner_host.configuration.contracts import BuilderContext
from corner_host.configuration.errors import ConfigurationError
from corner_host.configuration.keys import fold
from corner_host.configuration.provider import KeyValueProvider


@final
@dataclass(frozen=True)
class CommandLineSource:
    """Arguments, without the program's name.

    Args:
        args: The arguments; None adds nothing.
        switch_mappings: Key for each switch, such as ``{"-p": "Port", "--db": "ConnectionStrings:Main"}``.
        slash: Whether ``/Key`` is a switch.
        bare_switch_value: What a switch means that is followed by another switch or by nothing, such as ``"true"``;
            None, as in .NET, takes whatever follows as the value, and ignores a switch at the end.

    Raises:
        ConfigurationError: A mapping does not start with ``-``, or is there twice.
    """

    args: Sequence[str] | None
    switch_mappings: Mapping[str, str] | None = None
    slash: bool = True
    bare_switch_value: str | None = None

    def __post_init__(self) -> None:
        seen: dict[str, str] = {}
        for switch in self.switch_mappings or ():
            if not switch.startswith("-"):
                raise ConfigurationError(f"The switch mapping {switch!r} must start with '-' or '--'.")
            if (other := seen.setdefault(fold(switch), switch)) != switch:
                raise ConfigurationError(f"The switch mappings {other!r} and {switch!r} are the same but for case.")

    def build(self, builder: BuilderContext, /) -> "CommandLineProvider":  # noqa: ARG002
        """Return a provider for the arguments."""
        return CommandLineProvider(self)


@final
class CommandLineProvider(KeyValueProvider):
    """The values of the arguments."""

    def __init__(self, source: CommandLineSource) -> None:
        super().__init__("command line")
        self._source = source
        self._mappings = {fold(switch): key for switch, key in (source.switch_mappings or {}).items()}
        self._names: dict[str, str] = {}

    def load(self) -> None:
        """Take the arguments apart.

        Raises:
            ConfigurationError: A short switch with ``=`` has no mapping.
        """
        values: dict[str, tuple[str, str, str]] = {}
        waiting = list(reversed(self._source.args or ()))
        while waiting:
            argument = waiting.pop()
            name, equals, value = argument.partition("=")
            key = self._key(name, with_value=bool(equals))
            if key is None:
                continue
            if not equals:
                taken = self._next_value(waiting)
                if taken is None:
                    continue
                value = taken
            values[fold(key)] = (key, value, name)
        self._names = {folded: name for folded, (_, _, name) in values.items()}
        self.replace_pairs([key for key, _, _ in values.values()], [value for _, value, _ in values.values()])

    def place(self, folded: str) -> "door.Origin":
        """Tell the argument, without its value."""
        return door.Origin(self.name, name=self._names.get(folded))

    def _key(self, name: str, *, with_value: bool) -> str | None:
        switch = f"--{name[1:]}" if self._source.slash and name.startswith("/") else name
        if not switch.startswith("-"):
            return name if with_value else None
        mapped = self._mappings.get(fold(switch))
        if mapped is not None:
            return mapped
        if switch.startswith("--"):
            return switch[2:]
        if with_value:
            raise ConfigurationError(
                f"The short switch {name} of the command line is not defined. To fix: add it to switch_mappings, "
                "or write --Key=value."
            )
        return None

    def _next_value(self, waiting: list[str]) -> str | None:
        bare = self._source.bare_switch_value
        if not waiting:
            return bare
        if bare is not None and (waiting[-1].startswith("-") or (self._source.slash and waiting[-1].startswith("/"))):
            return bare
        return waiting.pop()
