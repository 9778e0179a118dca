"""What configuration is made of, and the plug points: `ConfigurationSource` and `ConfigurationProvider`.

A *source* says where values come from; it builds a *provider*, which loads them and keeps them as one flat map.
"""

from collections.abc import Callable, Mapping, MutableMapping
from types import MappingProxyType, TracebackType
from typing import Any, Final, Literal, Protocol, Self, TypeAlias, runtime_checkable

import corner_host.configuration as door

from .keys import fold

BASE_PATH: Final = "base_path"
"""Where relative paths of all sources start, among the builder's properties."""

LOAD_EXCEPTION_HANDLER: Final = "file_load_exception_handler"
"""What is called when a file cannot be loaded, among the builder's properties."""

Arrays: TypeAlias = Literal["merge", "replace"]
"""Whether arrays merge with those of lower sources, index by index, or hide them."""


class Registration:
    """A callback that is called until `close`, or until the ``with`` block is left."""

    __slots__ = ("_end",)

    def __init__(self, end: Callable[[], object]) -> None:
        self._end: Callable[[], object] | None = end

    def close(self) -> None:
        """Take the callback back. Further calls do nothing."""
        end, self._end = self._end, None
        if end is not None:
            end()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


@runtime_checkable
class ConfigurationProvider(Protocol):
    """Loads the values of one source and keeps them.

    What is here suffices for values that are set in `load` as ``self.data = {...}``. Derive from `KeyValueProvider` to tell
    of changes, or where values come from; or from nothing, since the shape alone counts.

    Attributes:
        name: What people call it in explanations, such as ``environment``.
        data: The values by key, folded or not. A load replaces it as a whole; reading it takes no lock.
    """

    name: str = "provider"
    data: Mapping[str, str | None] = MappingProxyType({})

    def load(self) -> None:
        """Read the source and replace the values; on an error the values stay as they were."""
        ...

    def origin(self, key: str) -> "door.Origin":  # noqa: ARG002 - for those that override it
        """Tell where the value at *key* came from."""
        return door.Origin(self.name)

    def set(self, key: str, value: str | None) -> None:
        """Set one value, in memory only."""
        others = {name: present for name, present in self.data.items() if fold(name) != fold(key)}
        self.data = {**others, key: value}

    def on_reload(self, callback: Callable[[], object]) -> Registration | None:  # noqa: ARG002
        """Have *callback* called whenever the provider has loaded new values by itself; None if it never does."""
        return None

    def close(self) -> None:
        """Stop watching the source. The values can still be read."""
        return


class BuilderContext(Protocol):
    """What a source may ask of the builder that builds it."""

    @property
    def properties(self) -> MutableMapping[str, Any]:
        """Free data that sources share; ``base_path`` is where relative paths start."""
        ...


@runtime_checkable
class ConfigurationSource(Protocol):
    """Says where values come from; may be added to several builders."""

    def build(self, builder: BuilderContext, /) -> ConfigurationProvider:
        """Return a new provider, not yet loaded."""
        ...
