"""A directory in which every file is one value, as container platforms mount secrets.

The name of the file is the key (``__`` stands for ``:``), its text the value, without one line end at the very end.
Directories are left out, and so are names that begin with ``..``, which Kubernetes keeps for itself.
"""

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import final

import corner_host.configuration as door
from corner_host.configuration.contracts import LOAD_EXCEPTION_HANDLER, BuilderContext
from corner_host.configuration.errors import (
    ConfigurationError,
    ConfigurationFileError,
    ConfigurationFileNotFoundError,
    DuplicateKeyError,
)
from corner_host.configuration.files import LoadExceptionHandler, WatchedProvider, full_path
from corner_host.configuration.keys import DELIMITER, fold
from corner_host.configuration.text import FormatError, decode, read_file


@final
@dataclass(frozen=True)
class KeyPerFileSource:
    """A directory of values.

    Args:
        directory: The directory; if it is not optional, an absolute path.
        optional: Whether the directory may be absent.
        reload_on_change: Whether it is watched and read again when something in it changes (extra ``reload``).
        ignore_prefix: Files whose name begins with it are left out; None leaves out none.
        ignore: Says of a name whether the file is left out, in place of *ignore_prefix*.
        delimiter: What stands for ``:`` in a name.

    Raises:
        ConfigurationError: The path is empty, or relative although the directory is not optional.
    """

    directory: str | os.PathLike[str]
    optional: bool = False
    reload_on_change: bool = False
    ignore_prefix: str | None = "ignore."
    ignore: Callable[[str], bool] | None = None
    delimiter: str = "__"

    def __post_init__(self) -> None:
        text = os.fspath(self.directory)
        if not text or "\0" in text:
            raise ConfigurationError(f"{text!r} is no path of a directory.")
        if not self.optional and not Path(text).is_absolute():
            raise ConfigurationError(f"The directory {text} must be given by an absolute path, unless it is optional.")

    def build(self, builder: BuilderContext, /) -> "KeyPerFileProvider":
        """Return a provider for the directory."""
        handler = builder.properties.get(LOAD_EXCEPTION_HANDLER)
        return KeyPerFileProvider(self, full_path(builder, self.directory), handler)

    def ignores(self, name: str) -> bool:
        """Whether the file *name* is left out."""
        if self.ignore is not None:
            return self.ignore(name)
        return self.ignore_prefix is not None and name.startswith(self.ignore_prefix)


@final
class KeyPerFileProvider(WatchedProvider):
    """The values of the files in one directory."""

    def __init__(self, source: KeyPerFileSource, path: Path, handler: LoadExceptionHandler | None = None) -> None:
        name = f"key per file {os.fspath(source.directory)} ({'optional' if source.optional else 'required'})"
        super().__init__(name, path if source.reload_on_change else None, handler)
        self.path = path
        self._source = source
        self._files: dict[str, str] = {}

    def read(self) -> None:
        """Read all files and replace the values."""
        found: dict[str, tuple[str, Path]] = {}
        for file in self._list():
            key = file.name.replace(self._source.delimiter, DELIMITER)
            if (other := found.get(fold(key))) is not None:
                error = DuplicateKeyError(other[0], key, f"the files {other[1].name} and {file.name}")
                raise ConfigurationFileError(str(self.path), str(error))
            found[fold(key)] = (key, file)
        values = {key: _read_value(file) for key, file in found.values()}
        self._files = {folded: str(file) for folded, (_, file) in found.items()}
        self.replace(values)

    def place(self, folded: str) -> "door.Origin":
        """Tell the file."""
        return door.Origin(self.name, self._files.get(folded, str(self.path)))

    def _list(self) -> list[Path]:
        try:
            files = [path for path in self.path.iterdir() if path.is_file()]
        except (FileNotFoundError, NotADirectoryError):
            if self._source.optional:
                return []
            reason = (
                "the directory does not exist and is not optional. To fix: create it, or add it with optional=True."
            )
            raise ConfigurationFileNotFoundError(str(self.path), reason) from None
        except OSError as error:
            raise ConfigurationFileError(str(self.path), f"it cannot be read: {error.strerror or error}.") from error
        return sorted(file for file in files if not file.name.startswith("..") and not self._source.ignores(file.name))


def _read_value(file: Path) -> str:
    try:
        text = decode(read_file(file))
    except FormatError as error:
        reason, place = error.reason, error.place
    except OSError as error:
        raise ConfigurationFileError(str(file), f"it cannot be read: {error.strerror or error}.") from error
    else:
        return text[:-2] if text.endswith("\r\n") else text.removesuffix("\n")
    raise ConfigurationFileError(str(file), reason, line=place.line, column=place.column)
