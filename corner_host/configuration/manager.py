"""Builder and root in one."""

from collections.abc import Callable, Iterable, Iterator, MutableMapping, MutableSequence
from typing import Any, Self, final, overload

import corner_host.configuration as door

from . import sources
from .builder import ConfigurationBuilder
from .contracts import ConfigurationProvider, ConfigurationSource
from .root import ConfigurationRoot


@final
class ConfigurationManager(ConfigurationRoot, ConfigurationBuilder):
    """A configuration that can be read while it is being put together, as ``builder.configuration`` of a host.

    A source that is added is loaded at once, and can be read at once, so that what is known so far may decide which source
    comes next. It begins with an empty in-memory source, so that values can be set. Removing a source, or changing
    `properties` or the base path, builds all sources again, and values set before are lost.

    Example:
        >>> manager = ConfigurationManager()
        >>> manager["Vault"] = "vault.example"
        >>> manager.add_in_memory_collection({"Secret:From": manager["Vault"]})["Secret:From"]
        'vault.example'
    """

    def __init__(self) -> None:
        ConfigurationRoot.__init__(self, ())
        ConfigurationBuilder.__init__(self)
        self._closed = False
        self._sources = _Sources(self._source_added, self._rebuild)
        self._properties = _Properties(self._rebuild)
        self._sources.append(sources.MemorySource())

    def build(self) -> Self:
        """Return the manager itself."""
        return self

    def close(self) -> None:
        """Close the providers; values can still be read and set, sources no longer be changed."""
        self._closed = True
        super().close()

    def _source_added(self, source: ConfigurationSource) -> None:
        self._check_open()
        provider = self._load(source)
        self._store.use((*self._store.providers, provider))
        self._store.notify()

    def _rebuild(self) -> None:
        self._check_open()
        providers: list[ConfigurationProvider] = []
        try:
            for source in self._sources:
                providers.append(self._load(source))  # noqa: PERF401 - those made so far are closed on an error
        except BaseException:
            for provider in providers:
                provider.close()
            raise
        self._store.use(providers)
        self._store.notify()

    def _load(self, source: ConfigurationSource) -> ConfigurationProvider:
        provider = source.build(self)
        try:
            provider.load()
        except BaseException:
            provider.close()
            raise
        return provider

    def _check_open(self) -> None:
        if self._closed:
            raise door.ConfigurationStateError("The configuration manager is closed, so its sources cannot be changed.")


class _Sources(MutableSequence[ConfigurationSource]):
    """The manager's sources; a change that fails is taken back."""

    def __init__(self, added: Callable[[ConfigurationSource], None], rebuild: Callable[[], None]) -> None:
        self._items: list[ConfigurationSource] = []
        self._added = added
        self._rebuild = rebuild

    @overload
    def __getitem__(self, index: int) -> ConfigurationSource: ...
    @overload
    def __getitem__(self, index: slice) -> list[ConfigurationSource]: ...
    def __getitem__(self, index: int | slice) -> ConfigurationSource | list[ConfigurationSource]:
        return self._items[index]

    def __setitem__(self, index: Any, value: Any) -> None:
        items = list(self._items)
        items[index] = value
        self._replace(items)

    def __delitem__(self, index: int | slice) -> None:
        items = list(self._items)
        del items[index]
        self._replace(items)

    def __len__(self) -> int:
        return len(self._items)

    def insert(self, index: int, value: ConfigurationSource) -> None:
        if index >= len(self._items):
            self._added(value)
            self._items.append(value)
        else:
            items = list(self._items)
            items.insert(index, value)
            self._replace(items)

    def extend(self, values: Iterable[ConfigurationSource]) -> None:
        for value in list(values):
            self.append(value)

    def clear(self) -> None:
        self._replace([])

    def _replace(self, items: list[ConfigurationSource]) -> None:
        before, self._items = self._items, items
        try:
            self._rebuild()
        except BaseException:
            self._items = before
            raise


class _Properties(MutableMapping[str, Any]):
    """The manager's properties; sources may depend on them, so a change builds the sources again."""

    def __init__(self, rebuild: Callable[[], None]) -> None:
        self._items: dict[str, Any] = {}
        self._rebuild = rebuild

    def __getitem__(self, key: str) -> Any:
        return self._items[key]

    def __setitem__(self, key: str, value: Any) -> None:
        self._replace({**self._items, key: value})

    def __delitem__(self, key: str) -> None:
        items = dict(self._items)
        del items[key]
        self._replace(items)

    def __iter__(self) -> Iterator[str]:
        return iter(self._items)

    def __len__(self) -> int:
        return len(self._items)

    def _replace(self, items: dict[str, Any]) -> None:
        before, self._items = self._items, items
        try:
            self._rebuild()
        except BaseException:
            self._items = before
            raise
