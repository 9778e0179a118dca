"""What a builder is told before it reads anything."""

import os
from collections.abc import Iterable, Sequence
from copy import copy
from typing import cast, final

from corner_host.configuration import ConfigurationManager


@final
class HostBuilderSettings:
    """How `Host.create_builder` begins.

    Args:
        disable_defaults: No settings files, no logging providers, no validation; as `Host.create_empty_builder`.
        args: Command-line arguments; they become configuration in any case.
        configuration: Configuration to begin with; lowest in rank, and live.
        environment_name: Wins over what configuration says.
        application_name: Wins over what configuration says.
        content_root_path: Wins over what configuration says; relative to the application's folder.
    """

    __slots__ = (
        "application_name",
        "args",
        "configuration",
        "content_root_path",
        "disable_defaults",
        "environment_name",
    )

    def __init__(
        self,
        *,
        disable_defaults: bool = False,
        args: Sequence[str] | None = None,
        configuration: ConfigurationManager | None = None,
        environment_name: str | None = None,
        application_name: str | None = None,
        content_root_path: str | os.PathLike[str] | None = None,
    ) -> None:
        self.disable_defaults = disable_defaults
        self.args = args
        self.configuration = configuration
        self.environment_name = environment_name
        self.application_name = application_name
        self.content_root_path = content_root_path

    __hash__ = None  # type: ignore[assignment]  # they can be changed

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, HostBuilderSettings):
            return NotImplemented
        return all(getattr(self, name) == getattr(other, name) for name in self.__slots__)

    def __repr__(self) -> str:
        empty = HostBuilderSettings()
        given = {name: getattr(self, name) for name in self.__slots__}
        told = (f"{name}={value!r}" for name, value in given.items() if value != getattr(empty, name))
        return f"HostBuilderSettings({', '.join(told)})"


def own_copy(settings: HostBuilderSettings | None, **changes: object) -> HostBuilderSettings:
    """Return a copy of *settings*, new ones for None, with *changes*.

    Raises:
        TypeError: They are no settings, or their arguments are no list of texts.
    """
    chosen = HostBuilderSettings() if settings is None else copy(settings)
    if not isinstance(chosen, HostBuilderSettings):  # pyright: ignore[reportUnnecessaryIsInstance] - not everybody runs a checker
        raise TypeError(
            f"settings must be HostBuilderSettings, not {settings!r}.\n"
            "To fix: HostBuilderSettings(args=...) for arguments; create_builder(args) takes them alone."
        )
    for name, value in changes.items():
        setattr(chosen, name, value)
    args: object = () if chosen.args is None else chosen.args
    is_list = isinstance(args, Iterable) and not isinstance(args, str)  # pyright: ignore[reportUnnecessaryIsInstance] - as above
    texts = tuple(cast("Iterable[object]", args)) if is_list else (None,)
    if not all(isinstance(each, str) for each in texts):
        raise TypeError(f"args must be a list of texts, as sys.argv[1:] is, not {args!r}.")
    chosen.args = cast("tuple[str, ...]", texts)
    return chosen
