"""Putting sources together."""

import os
from collections.abc import Callable, Mapping, MutableMapping, MutableSequence, Sequence
from typing import IO, Any, Self

import corner_host.configuration as door

from . import sources
from .configuration import Configuration
from .contracts import BASE_PATH, LOAD_EXCEPTION_HANDLER, Arrays, ConfigurationProvider, ConfigurationSource
from .root import ConfigurationRoot


class ConfigurationBuilder:
    """Collects sources; the one added last wins, key by key.

    Every ``add_*`` method returns the builder. Paths are resolved at `build`: relative ones start at `set_base_path`, else
    at the working directory.

    Example:
        >>> builder = ConfigurationBuilder()
        >>> configuration = builder.add_in_memory_collection({"Port": "80"}).add_command_line(["--port", "81"]).build()
        >>> configuration["Port"]
        '81'
    """

    def __init__(self) -> None:
        self._sources: MutableSequence[ConfigurationSource] = []
        self._properties: MutableMapping[str, Any] = {}

    @property
    def sources(self) -> MutableSequence[ConfigurationSource]:
        """The sources, in order of rising priority."""
        return self._sources

    @property
    def properties(self) -> MutableMapping[str, Any]:
        """Free data that sources share."""
        return self._properties

    def add(self, source: ConfigurationSource) -> Self:
        """Add any source."""
        self.sources.append(source)
        return self

    def set_base_path(self, path: str | os.PathLike[str]) -> Self:
        """Have relative paths of all sources start at *path*, also of those added before."""
        self.properties[BASE_PATH] = os.fspath(path)
        return self

    def set_file_load_exception_handler(self, handler: "Callable[[door.FileLoadExceptionContext], object]") -> Self:
        """Have *handler* called when a file cannot be loaded; it may set ``ignore`` on what it is given.

        A file that is ignored is empty the first time, and keeps its last good values later.
        """
        self.properties[LOAD_EXCEPTION_HANDLER] = handler
        return self

    def add_in_memory_collection(self, mapping: Mapping[str, Any] | None = None) -> Self:
        """Add values of the program: full keys such as ``Payment:Url``, with text or None.

        Other values become the text that JSON would show, mappings paths, lists numbered children.
        """
        return self.add(sources.MemorySource(mapping or {}))

    def add_json_file(
        self,
        path: str | os.PathLike[str],
        *,
        optional: bool = False,
        reload_on_change: bool = False,
        arrays: Arrays = "merge",
    ) -> Self:
        """Add a JSON file, which may have comments and trailing commas; see `FileSource` for the arguments."""
        return self.add(sources.JsonFileSource(path, optional, reload_on_change, arrays))

    def add_json_stream(self, stream: str | bytes | IO[str] | IO[bytes]) -> Self:
        """Add JSON as text or bytes, or an open file to read it from; it cannot be reloaded."""
        return self.add(sources.JsonStreamSource(stream))

    def add_toml_file(
        self,
        path: str | os.PathLike[str],
        *,
        optional: bool = False,
        reload_on_change: bool = False,
        arrays: Arrays = "merge",
    ) -> Self:
        """Add a TOML file; see `FileSource` for the arguments."""
        return self.add(sources.TomlFileSource(path, optional, reload_on_change, arrays))

    def add_yaml_file(
        self,
        path: str | os.PathLike[str],
        *,
        optional: bool = False,
        reload_on_change: bool = False,
        arrays: Arrays = "merge",
    ) -> Self:
        """Add a YAML file (extra ``yaml``); see `FileSource` for the arguments."""
        return self.add(sources.YamlFileSource(path, optional, reload_on_change, arrays))

    def add_ini_file(
        self,
        path: str | os.PathLike[str],
        *,
        optional: bool = False,
        reload_on_change: bool = False,
        arrays: Arrays = "merge",
    ) -> Self:
        """Add an INI file; see `FileSource` for the arguments."""
        return self.add(sources.IniFileSource(path, optional, reload_on_change, arrays))

    def add_dotenv_file(
        self,
        path: str | os.PathLike[str],
        *,
        optional: bool = False,
        reload_on_change: bool = False,
        arrays: Arrays = "merge",
    ) -> Self:
        """Add a file of environment variables; see `FileSource` for the arguments."""
        return self.add(sources.DotenvFileSource(path, optional, reload_on_change, arrays))

    def add_key_per_file(
        self, directory: str | os.PathLike[str], *, optional: bool = False, reload_on_change: bool = False
    ) -> Self:
        """Add a directory in which every file is one value, such as ``/run/secrets``; `KeyPerFileSource` can do more."""
        return self.add(sources.KeyPerFileSource(directory, optional, reload_on_change))

    def add_user_secrets(self, user_secrets_id: str, *, reload_on_change: bool = False) -> Self:
        """Add the secrets that a developer keeps outside the project; an absent file is no error.

        Raises:
            ConfigurationError: The id is empty or no file name.
        """
        return self.add(sources.UserSecretsSource(sources.user_secrets_path(user_secrets_id), True, reload_on_change))  # noqa: FBT003

    def add_environment_variables(self, prefix: str = "", *, transform: Callable[[str], str] | None = None) -> Self:
        """Add the environment variables that begin with *prefix*, which is cut off; ``__`` stands for ``:``.

        Args:
            prefix: The prefix; its case does not count.
            transform: Makes a key of a name in another way, such as ``sources.environment.colon_and_dot``.
        """
        return self.add(sources.EnvironmentSource(prefix, transform=transform))

    def add_command_line(
        self,
        args: Sequence[str] | None,
        switch_mappings: Mapping[str, str] | None = None,
        *,
        slash: bool = True,
        bare_switch_value: str | None = None,
    ) -> Self:
        """Add command-line arguments such as ``--Payment:Url=…``; see `CommandLineSource` for forms and arguments."""
        return self.add(sources.CommandLineSource(args, switch_mappings, slash, bare_switch_value))

    def add_configuration(self, other: Configuration, *, close: bool = False) -> Self:
        """Add another configuration, or a section of one, and follow it.

        Args:
            other: The other one.
            close: Whether closing what is built closes it too.
        """
        return self.add(sources.ChainedSource(other, close))

    def build(self) -> ConfigurationRoot:
        """Build and load a provider for each source, in order.

        Raises:
            ConfigurationError: A source cannot be loaded; those built before it are closed.
        """
        providers: list[ConfigurationProvider] = []
        try:
            for source in self.sources:
                provider = source.build(self)
                providers.append(provider)
                provider.load()
        except BaseException:
            for provider in providers:
                provider.close()
            raise
        return ConfigurationRoot(providers)
