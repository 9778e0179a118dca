"""Configuration is disposed with its host (section 4)."""

from collections.abc import Mapping
from types import MappingProxyType

import pytest

from corner_host.configuration import Configuration, ConfigurationProvider, ConfigurationSource, Origin
from corner_host.hosting import Host
from tests.hosting.journal import Journal


class NotedProvider:
    """A configuration provider without values that notes that it is closed; its own source."""

    name = "noted"
    data: Mapping[str, str | None] = MappingProxyType({})

    def __init__(self, journal: Journal, which: str) -> None:
        self._journal = journal
        self._which = which

    def build(self, builder: object, /) -> ConfigurationProvider:
        return self

    def load(self) -> None: ...

    def origin(self, key: str) -> Origin:
        return Origin(self.name)

    def set(self, key: str, value: str | None) -> None: ...

    def on_reload(self, callback: object) -> None: ...

    def close(self) -> None:
        self._journal.note(f"{self._which} configuration closed")


@pytest.mark.parametrize("which", ["host", "app"])
async def test_configuration_providers_are_closed_with_the_host(journal: Journal, which: str) -> None:
    """DI-8, DI-9, DI-10: of the host's and of the application's configuration; not before."""
    builder = Host.create_empty_builder()
    source: ConfigurationSource = NotedProvider(journal, which)
    configure = builder.configure_host_configuration if which == "host" else builder.configure_app_configuration
    configure(lambda configuration: configuration.add(source))
    host = builder.build()
    await host.start()
    await host.stop()
    assert journal.lines == []

    await host.aclose()

    assert journal.lines == [f"{which} configuration closed"]


async def test_the_container_offers_the_configuration() -> None:
    """DI-10: it was resolved at build, and is the host's own."""
    builder = Host.create_empty_builder()
    builder.configuration["a"] = "1"
    host = builder.build()

    assert host.services.get_required_service(Configuration) is host.configuration
    assert host.configuration["a"] == "1"
    await host.aclose()
