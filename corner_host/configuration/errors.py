"""What can go wrong with configuration.

    ConfigurationError                       root, also a ValueError
      ConfigurationFileError                 a file cannot be used: file, line, column
        ConfigurationFileNotFoundError       also a FileNotFoundError
      ConfigurationBindingError              values do not fit a type: every one of them, with key and source
      DuplicateKeyError                      one source has a key twice
      ConfigurationSectionNotFoundError      also a LookupError
      ConfigurationStateError                also a RuntimeError: closed, or nothing to write to
      ConfigurationDependencyError           also an ImportError: an extra is not installed

No message shows the value of a secret.
"""

from collections.abc import Sequence

import corner_host.configuration as door
from corner_host.primitives import CornerHostError


class ConfigurationError(CornerHostError, ValueError):
    """Configuration cannot be read, found or converted."""


class ConfigurationFileError(ConfigurationError):
    """A configuration file cannot be used.

    Attributes:
        file: Path of the file.
        line: Where in it, from 1; None when no single place is to blame.
        column: Column in *line*, from 1.
        reason: What is wrong, without the place.
    """

    def __init__(self, file: str, reason: str, *, line: int | None = None, column: int | None = None) -> None:
        place = "" if line is None else f", line {line}" + ("" if column is None else f", column {column}")
        super().__init__(f"Configuration file {file}{place}: {reason}")
        self.file = file
        self.line = line
        self.column = column
        self.reason = reason


class ConfigurationFileNotFoundError(ConfigurationFileError, FileNotFoundError):
    """A configuration file that is not optional does not exist."""


class DuplicateKeyError(ConfigurationError):
    """One source has a key twice, or in two spellings.

    Attributes:
        first: The key as it is written first.
        second: The key as it is written the second time.
        source: Name of the source.
    """

    def __init__(self, first: str, second: str, source: str) -> None:
        spelling = "twice" if first == second else f"and also {second}"
        super().__init__(f"The key {first} is there {spelling} in {source}. To fix: keep one of them.")
        self.first = first
        self.second = second
        self.source = source


class ConfigurationSectionNotFoundError(ConfigurationError, LookupError):
    """A required section has neither a value nor children.

    Attributes:
        key: Path of the section.
    """

    def __init__(self, key: str) -> None:
        super().__init__(f"There is no configuration section {key}. Add it to a source, or use get_section() instead.")
        self.key = key


class ConfigurationStateError(ConfigurationError, RuntimeError):
    """The configuration is in no state for this call: it is closed, or there is nothing to write to."""


class ConfigurationDependencyError(ConfigurationError, ImportError):
    """A feature needs a package that is not installed.

    Attributes:
        extra: The extra of this distribution that brings it.
    """

    def __init__(self, feature: str, package: str, extra: str) -> None:
        super().__init__(f"{feature} needs the package {package}. To fix: install corner-host[{extra}].")
        self.extra = extra


class ConfigurationBindingError(ConfigurationError):
    """Values of a section do not fit the type they are bound to; all of them are listed.

    Attributes:
        target: Name of the type.
        errors: One `BindingFailure` for each value.
    """

    def __init__(self, target: str, errors: "Sequence[door.BindingFailure]") -> None:
        self.target = target
        self.errors = tuple(errors)
        count = "1 value does" if len(self.errors) == 1 else f"{len(self.errors)} values do"
        lines = "".join(f"\n  {error}" for error in self.errors)
        super().__init__(f"{count} not fit {target}:{lines}")
