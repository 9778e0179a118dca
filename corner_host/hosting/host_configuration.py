"""The configuration of a builder: which sources it has, in which order, and the environment that follows from it.

From low to high:
    1. what the settings bring along
    2. the defaults for the host: the working directory as content root, variables with the prefixes of the host
    3. the arguments
    4. the settings themselves
    5. ``use_environment``, ``use_content_root``, callbacks for the host's configuration
    6. the defaults for the application: files, secrets, variables, the arguments again
    7. what the application adds

Only 1 to 5 decide the environment; it decides which files are read in 6.
"""

import os
from collections.abc import Callable, Sequence
from types import ModuleType
from typing import final

from corner_host.configuration import (
    ConfigurationBuilder,
    ConfigurationManager,
    ConfigurationRoot,
    ConfigurationSource,
)

from .callbacks import Callbacks, HostBuilderContext
from .environment import (
    APPLICATION_KEY,
    CONTENT_ROOT_KEY,
    ENVIRONMENT_KEY,
    PRODUCTION,
    HostEnvironment,
    content_root,
    program_name,
)
from .settings import HostBuilderSettings


@final
class HostConfiguration:
    """Keeps the sources of a builder in order while the environment may still change.

    Attributes:
        configuration: The live configuration.
        environment: The live environment.
    """

    def __init__(self, settings: HostBuilderSettings, defaults: ModuleType | None) -> None:
        self.configuration = ConfigurationManager() if settings.configuration is None else settings.configuration
        self.environment = HostEnvironment()
        self._args = tuple(settings.args or ())
        self._defaults = defaults
        self._callbacks = Callbacks()
        self._add_host_sources(settings)
        self._host: list[ConfigurationSource] = list(self.configuration.sources)
        self._late: list[ConfigurationSource] = []
        self._application: list[ConfigurationSource] = []
        self.environment.environment_name = PRODUCTION
        self.environment.application_name = program_name()
        self.environment.content_root_path = content_root(None)
        self._find_environment(self._host)
        self._use_base_path()
        for source in self._application_sources():
            self.configuration.add(source)
            self._application.append(source)

    def use(self, key: str, value: str) -> None:
        """Set one of the host's own values; the environment, and the files it decides on, follow at once.

        Raises:
            TypeError: *value* is not text.
        """
        if not isinstance(value, str):  # pyright: ignore[reportUnnecessaryIsInstance] - not everybody runs a checker
            raise TypeError(f"{key} must be text, not {value!r}.")

        def add(builder: ConfigurationBuilder) -> None:
            builder.add_in_memory_collection({key: value})

        self.add_callback(add)
        self._add_late(ConfigurationBuilder().add_in_memory_collection({key: value}).sources)

    def add_callback(self, callback: Callable[..., object]) -> None:
        """Have *callback* add to the host's configuration when the host is built."""
        self._callbacks.add(callback)

    def run_callbacks(self, context: HostBuilderContext) -> None:
        """Let the callbacks have their say, in the order in which they were given."""
        if self._callbacks:
            builder = ConfigurationBuilder()
            self._callbacks.run(context, builder)
            self._add_late(builder.sources)

    def _add_host_sources(self, settings: HostBuilderSettings) -> None:
        if self._defaults is not None:
            has_root = settings.content_root_path is not None or self.configuration[CONTENT_ROOT_KEY] is not None
            self._defaults.add_host_sources(self.configuration, needs_content_root=not has_root)
        if self._args:
            self.configuration.add_command_line(self._args)
        direct = {
            ENVIRONMENT_KEY: settings.environment_name,
            APPLICATION_KEY: settings.application_name,
            CONTENT_ROOT_KEY: None if settings.content_root_path is None else os.fspath(settings.content_root_path),
        }
        if given := {key: value for key, value in direct.items() if value is not None}:
            self.configuration.add_in_memory_collection(given)

    def _add_late(self, sources: Sequence[ConfigurationSource]) -> None:
        """Put *sources* above the others of the host, and look at the environment again."""
        present = list(self.configuration.sources)
        first = next((at for at, source in enumerate(present) if _is_in(source, self._application)), None)
        last_of_host = max((at for at, source in enumerate(present) if _is_in(source, self._host)), default=-1)
        at = last_of_host + 1 if first is None else first
        before = (self.environment.environment_name, self.environment.application_name)
        self._host += sources
        self._late += sources

        def insert() -> None:
            self.configuration.sources[:] = [*present[:at], *sources, *present[at:]]
            self._find_environment(self._late)  # now, as what was set in the configuration is the application's

        self._keeping_what_was_set(insert)
        self._use_base_path()
        if before != (self.environment.environment_name, self.environment.application_name):
            self._renew_application_sources()

    def _renew_application_sources(self) -> None:
        """Exchange, one for one, the defaults that are still there for those of the present environment."""
        renewed = self._application_sources()
        fresh = {id(old): new for old, new in zip(self._application, renewed, strict=True)}
        self._rearrange([fresh.get(id(source), source) for source in self.configuration.sources])
        self._application = renewed

    def _application_sources(self) -> list[ConfigurationSource]:
        if self._defaults is None:
            return []
        sources: list[ConfigurationSource] = self._defaults.application_sources(
            self.configuration, self.environment, self._args
        )
        return sources

    def _find_environment(self, deciding: Sequence[ConfigurationSource]) -> None:
        """Take what *deciding* says of the environment; the rest stays as it is."""
        pairs = zip(self.configuration.sources, self.configuration.providers, strict=True)
        host = ConfigurationRoot([provider for source, provider in pairs if _is_in(source, deciding)])
        name, root = host[ENVIRONMENT_KEY], host[CONTENT_ROOT_KEY]
        if name is not None:
            self.environment.environment_name = name
        self.environment.application_name = host[APPLICATION_KEY] or self.environment.application_name
        if root is not None:
            self.environment.content_root_path = content_root(root)

    def _use_base_path(self) -> None:
        path = self.environment.content_root_path
        if self.configuration.properties.get("base_path") != path:
            self._keeping_what_was_set(lambda: self.configuration.set_base_path(path))

    def _rearrange(self, sources: list[ConfigurationSource]) -> None:
        def rearrange() -> None:
            self.configuration.sources[:] = sources

        self._keeping_what_was_set(rearrange)

    def _keeping_what_was_set(self, change: Callable[[], object]) -> None:
        """Make a change after which the configuration builds its sources again, and set again what had been set."""
        providers = self.configuration.providers
        values = dict(providers[0].data) if providers else {}
        written = {key.casefold(): key for key, _ in self.configuration.as_enumerable()}
        change()
        if self.configuration.providers:
            kept = self.configuration.providers[0].data
            for key, value in values.items():
                if kept.get(key) != value:
                    self.configuration[written.get(key.casefold(), key)] = value


def _is_in(source: ConfigurationSource, sources: Sequence[ConfigurationSource]) -> bool:
    return any(each is source for each in sources)
