"""Secrets of development, kept outside the project in the file that .NET's ``dotnet user-secrets`` uses too.

They are not encrypted; they are only where no commit can pick them up, and readable by nobody else.
"""

import json
import os
import tempfile
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Final, final

from corner_host.configuration.errors import ConfigurationError, ConfigurationFileError
from corner_host.configuration.files import FileSource, Parsed
from corner_host.configuration.keys import fold, path_sort_key
from corner_host.configuration.text import FormatError, decode, read_file

from .json import parse_json

FALLBACK_VARIABLE: Final = "DOTNET_USER_SECRETS_FALLBACK_DIR"

_FORBIDDEN: Final = frozenset('<>:"/\\|?*') | {chr(code) for code in range(32)}


@final
@dataclass(frozen=True)
class UserSecretsSource(FileSource):
    """The secrets file of an application; `user_secrets_path` tells where it is."""

    kind: ClassVar[str] = "user secrets"

    def parse(self, text: str) -> Parsed:
        """Return what is in *text*."""
        return parse_json(text)


def user_secrets_path(user_secrets_id: str, environment: Mapping[str, str] | None = None) -> Path:
    r"""Return where the secrets of an application are.

    That is ``%APPDATA%\Microsoft\UserSecrets\<id>\secrets.json`` where APPDATA is set, else
    ``~/.microsoft/usersecrets/<id>/secrets.json``.

    Args:
        user_secrets_id: Names the application; any file name.
        environment: Variables to use in place of those of the process.

    Raises:
        ConfigurationError: The id is empty or no file name, or no directory for it is known.
    """
    if not user_secrets_id:
        raise ConfigurationError("The id of the user secrets is empty.")
    for index, character in enumerate(user_secrets_id):
        if character in _FORBIDDEN:
            raise ConfigurationError(
                f"The id of the user secrets has {character!r} at index {index}; it must be a file name."
            )
    if user_secrets_id in {".", ".."}:
        raise ConfigurationError(f"The id of the user secrets must be a file name, not {user_secrets_id!r}.")
    variables = os.environ if environment is None else environment
    if variables.get("APPDATA"):
        return Path(variables["APPDATA"], "Microsoft", "UserSecrets", user_secrets_id, "secrets.json")
    home = variables.get("HOME") or variables.get("USERPROFILE") or variables.get(FALLBACK_VARIABLE)
    if not home:
        raise ConfigurationError(
            f"There is no directory for user secrets, as neither APPDATA nor HOME is set. To fix: set {FALLBACK_VARIABLE}."
        )
    return Path(home, ".microsoft", "usersecrets", user_secrets_id, "secrets.json")


def find_user_secrets_id(directory: str | os.PathLike[str]) -> str | None:
    """Return ``user-secrets-id`` of ``[tool.corner-host]`` in the ``pyproject.toml`` of a directory, None if it has none.

    Raises:
        ConfigurationFileError: The file is no TOML.
    """
    path = Path(directory, "pyproject.toml")
    try:
        project = tomllib.loads(decode(read_file(path)))
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (FormatError, ValueError) as error:
        raise ConfigurationFileError(str(path), f"{error}.") from None
    found = project.get("tool", {}).get("corner-host", {}).get("user-secrets-id")
    return None if found is None else str(found)


def user_secrets_id(directory: str | os.PathLike[str], application: str) -> str:
    """Return the name under which an application's secrets are kept.

    That of the nearest ``pyproject.toml`` from *directory* upwards, if it has one and can be read; else *application*.
    """
    root = Path(directory)
    for folder in (root, *root.parents):
        if (folder / "pyproject.toml").is_file():
            try:
                return find_user_secrets_id(folder) or application
            except (OSError, ConfigurationFileError):
                return application
    return application


@final
class UserSecrets:
    """Reads and writes the secrets of an application, as the command line does.

    The file has flat keys, mode 0600, and is replaced as a whole.

    Args:
        user_secrets_id: Names the application.
        environment: Variables to use in place of those of the process.
    """

    def __init__(self, user_secrets_id: str, environment: Mapping[str, str] | None = None) -> None:
        self.path = user_secrets_path(user_secrets_id, environment)

    def read(self) -> dict[str, str | None]:
        """Return all secrets, in order of their keys.

        Raises:
            ConfigurationFileError: The file is broken.
        """
        try:
            parsed = parse_json(decode(read_file(self.path)))
        except FileNotFoundError:
            return {}
        except FormatError as error:
            reason, place = error.reason, error.place
        else:
            pairs = zip(parsed.keys, parsed.values, strict=True)
            return dict(sorted(pairs, key=lambda pair: path_sort_key(pair[0])))
        raise ConfigurationFileError(str(self.path), reason, line=place.line, column=place.column)

    def set(self, key: str, value: str) -> None:
        """Set one secret."""
        self._write({**self._without(key), key: value})

    def remove(self, key: str) -> bool:
        """Remove one secret. Returns whether there was one."""
        before, after = self.read(), self._without(key)
        if len(before) != len(after):
            self._write(after)
        return len(before) != len(after)

    def clear(self) -> None:
        """Remove all secrets."""
        self._write({})

    def _without(self, key: str) -> dict[str, str | None]:
        return {name: value for name, value in self.read().items() if fold(name) != fold(key)}

    def _write(self, secrets: Mapping[str, str | None]) -> None:
        self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        # mkstemp makes the file with mode 0600
        descriptor, name = tempfile.mkstemp(dir=self.path.parent, prefix=".secrets-")
        temporary = Path(name)
        try:
            with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                json.dump(dict(secrets), file, indent=2, ensure_ascii=False)
                file.write("\n")
            temporary.replace(self.path)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise
