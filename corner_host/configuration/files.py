"""What all sources that read a file have in common; how a format is read is in ``sources/``.

A file is read as a whole, as UTF-8 with or without a byte order mark. Only what is a regular file is read, so that a pipe
or a device cannot hang the start. ``optional`` forgives absence and nothing else. Once a file has been loaded, a later
version that is broken, or its deletion if it is not optional, leaves the last good values in place and writes one error
record.
"""

import logging
import os
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Final

from .contracts import BASE_PATH, LOAD_EXCEPTION_HANDLER, Arrays, BuilderContext, Registration
from .errors import ConfigurationError, ConfigurationFileError, ConfigurationFileNotFoundError, DuplicateKeyError
from .keys import DELIMITER, fold
from .origin import Origin
from .provider import KeyValueProvider
from .text import FormatError, Place, decode, read_file

_LOGGER: Final = logging.getLogger("corner_host.configuration")


@dataclass(frozen=True, slots=True)
class Parsed:
    """What is in a file.

    Attributes:
        keys: The full keys as they are written.
        values: The value for each of them.
        places: Finds the place of every value, by folded key (the last one, if there are several); called when somebody
            asks for one.
        arrays: Folded paths of the arrays; None when the format has none, so that numbered children count as one.
    """

    keys: list[str]
    values: list[str | None]
    places: Callable[[], Mapping[str, Place]]
    arrays: frozenset[str] | None = None


@dataclass(slots=True)
class FileLoadExceptionContext:
    """What a handler of load errors gets.

    Attributes:
        provider: The provider that could not load.
        exception: Why.
        ignore: To be set by the handler: go on with the values there are.
    """

    provider: "WatchedProvider"
    exception: ConfigurationFileError
    ignore: bool = False


LoadExceptionHandler = Callable[[FileLoadExceptionContext], object]


@dataclass(frozen=True)
class FileSource(ABC):
    """A file with values; a subclass knows the format.

    Args:
        path: The file; a relative path starts at the builder's base path, else at the working directory.
        optional: Whether the file may be absent.
        reload_on_change: Whether the file is watched and loaded again when it changes (extra ``reload``).
        arrays: ``"merge"`` has arrays merge with lower sources index by index, as in .NET; ``"replace"`` hides what lower
            sources have below an array that this file defines.
        on_load_exception: Called when the file cannot be loaded, in place of the builder's handler.

    Raises:
        ConfigurationError: The path is empty or holds a NUL character.
    """

    kind: ClassVar[str]
    max_bytes: ClassVar[int | None] = None  # for formats whose parser is slow: no start hangs on a huge file

    path: str | os.PathLike[str]
    optional: bool = False
    reload_on_change: bool = False
    arrays: Arrays = "merge"
    on_load_exception: LoadExceptionHandler | None = None

    def __post_init__(self) -> None:
        text = os.fspath(self.path)
        if not text or "\0" in text:
            raise ConfigurationError(f"{text!r} is no path of a {self.kind} file.")
        if self.arrays not in {"merge", "replace"}:
            raise ConfigurationError(f"arrays must be 'merge' or 'replace', not {self.arrays!r}.")

    @abstractmethod
    def parse(self, text: str) -> Parsed:
        """Return what is in *text*.

        Raises:
            FormatError: It cannot be understood.
        """

    def build(self, builder: BuilderContext, /) -> "FileProvider":
        """Return a provider for the file below the builder's base path."""
        handler = self.on_load_exception or builder.properties.get(LOAD_EXCEPTION_HANDLER)
        return FileProvider(self, full_path(builder, self.path), handler)


class WatchedProvider(KeyValueProvider, ABC):
    """Values that live in the file system; a subclass reads them in `read`.

    Args:
        name: Name of the provider.
        watched: The file or directory to watch; None when it is not to be watched.
        handler: Called when they cannot be loaded.
    """

    def __init__(self, name: str, watched: Path | None, handler: LoadExceptionHandler | None = None) -> None:
        super().__init__(name)
        self._watched = watched
        self._handler = handler
        self._watching: Registration | None = None
        self._loaded = False

    @abstractmethod
    def read(self) -> None:
        """Read and replace the values.

        Raises:
            ConfigurationFileError: That failed; the values are as they were.
        """

    def load(self) -> None:
        """Read the values, and begin to watch if that is asked for.

        Raises:
            ConfigurationFileError: The first load failed. Later ones keep the values and write an error record.
        """
        if self._watched is not None and self._watching is None:
            from .watch import watch  # noqa: PLC0415 - needs an extra

            # before reading, so that no change falls between the two
            self._watching = watch(self._watched, self)
        if self._loaded:
            self.refresh()
            return
        try:
            self.read()
        except ConfigurationFileError as error:
            if not self._is_ignored(error):
                self.close()
                raise
        except BaseException:
            self.close()
            raise
        self._loaded = True

    def refresh(self) -> bool:
        """Read the values again; when that fails, write an error record and keep them. Returns whether they are new."""
        try:
            self.read()
        except Exception as error:
            self.failures += 1
            if not isinstance(error, ConfigurationFileError):
                raise
            if not self._is_ignored(error):
                _LOGGER.error("The last good values stay in use. %s", error)
            return False
        return True

    def _is_ignored(self, error: ConfigurationFileError) -> bool:
        if self._handler is None:
            return False
        context = FileLoadExceptionContext(self, error)
        self._handler(context)
        return context.ignore

    def close(self) -> None:
        """Watch no longer."""
        watching, self._watching, self._watched = self._watching, None, None
        if watching is not None:
            watching.close()


class FileProvider(WatchedProvider):
    """The values of one file."""

    def __init__(self, source: FileSource, path: Path, handler: LoadExceptionHandler | None = None) -> None:
        given = os.fspath(source.path)
        name = f"{source.kind} file {given} ({'optional' if source.optional else 'required'})"
        super().__init__(name, path if source.reload_on_change else None, handler)
        self.source = source
        self.path = path
        self._parsed: Parsed | None = None
        self._places: Mapping[str, Place] | None = None
        self._arrays: frozenset[str] = frozenset()

    def read(self) -> None:
        """Read the file and replace the values."""
        content = self._content()
        try:
            self._use(Parsed([], [], dict) if content is None else self.source.parse(decode(content)))
        except FormatError as error:
            reason, place = error.reason, error.place
        except RecursionError:
            reason, place = "it is nested too deeply.", Place()
        else:
            return
        # raised out here, so that it carries neither the text nor the parser's error with it
        raise ConfigurationFileError(str(self.path), reason, line=place.line, column=place.column)

    @property
    def replaced_arrays(self) -> frozenset[str]:
        """Folded paths of arrays that hide what lower providers have below them."""
        return self._arrays

    def place(self, folded: str) -> Origin:
        """Tell the line and column of the value at *folded*."""
        places = self._places
        if places is None and self._parsed is not None:
            places = self._places = self._parsed.places()
            self._parsed = None  # it may hold the text
        line, column = (places or {}).get(folded, Place())
        return Origin(self.name, str(self.path), line, column)

    def _content(self) -> bytes | None:
        """Return what is in the file, None when there is none and none is needed."""
        try:
            return read_file(self.path, self.source.max_bytes)
        except (FileNotFoundError, NotADirectoryError):
            if self.source.optional:
                return None
            reason = (
                f"the file {os.fspath(self.source.path)} does not exist and is not optional; it was expected at "
                f"{self.path}. To fix: create it, or add it with optional=True."
            )
            raise ConfigurationFileNotFoundError(str(self.path), reason) from None
        except OSError as error:
            raise ConfigurationFileError(str(self.path), f"it cannot be read: {error.strerror or error}.") from error

    def _use(self, parsed: Parsed) -> None:
        try:
            self.replace_pairs(parsed.keys, parsed.values)
        except DuplicateKeyError as error:
            raise FormatError(str(error), parsed.places().get(fold(error.first), Place())) from None
        self._parsed, self._places = parsed, None
        if self.source.arrays == "replace":
            self._arrays = parsed.arrays if parsed.arrays is not None else numbered_nodes(parsed.keys)


def full_path(builder: BuilderContext, path: str | os.PathLike[str]) -> Path:
    """Return *path* below the builder's base path, or below the working directory."""
    return Path.cwd().joinpath(builder.properties.get(BASE_PATH) or "", path)


def numbered_nodes(keys: list[str]) -> frozenset[str]:
    """Return the folded paths all of whose children are numbers, for formats that cannot write an array."""
    children: dict[str, set[str]] = {}
    for key in keys:
        path = fold(key)
        while DELIMITER in path:
            path, _, segment = path.rpartition(DELIMITER)
            children.setdefault(path, set()).add(segment)
    return frozenset(path for path, names in children.items() if all(name.isdecimal() for name in names))
