"""The section ``Operations``.

    "Operations": {
      "Enabled": true, "ReadOnly": false, "StateDirectory": "/var/lib/orders", "LogLines": 2000,
      "ShowValues": ["Logging:*"], "AllowReveal": false, "AllowEditedJobs": false,
      "Socket": {"Enabled": true, "Path": "/run/orders.sock"}
    }

Read by hand, since what binds models takes longer to load than everything else that this area does at the start of a host.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, TypeVar, final

from corner_host.configuration import Configuration, ConfigurationError
from corner_host.primitives import is_secret_key, mask

SECTION: Final = "Operations"
_DAY: Final = 86_400.0
_MOST_LINES: Final = 1_000_000
_WORDS: Final = {"true": True, "false": False}
T = TypeVar("T")


class OperationsSettingsError(ConfigurationError, ValueError):
    """A setting of the section ``Operations`` cannot be: *key* names it, *value* is what it has."""

    def __init__(self, key: str, value: str, wanted: str) -> None:
        self.key = key
        self.value = mask(value) if is_secret_key(key) else value
        super().__init__(f"{key} must be {wanted}, not {self.value!r}.\nTo fix: correct it where it is set.")


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class SocketSettings:
    """``Operations:Socket``.

    Args:
        enabled: Whether the host can be asked through a Unix socket.
        path: Where; by default a file of the application and process in the user's run-time directory.
    """

    enabled: bool = True
    path: str | None = None


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class OperationsSettings:
    """``Operations``.

    Args:
        version: Of the application, where it is not an installed distribution.
        enabled: Whether the default builder adds the operator's view by itself.
        read_only: Whether every action is refused.
        state_directory: Where runs and audit are kept; by default one of the user and application.
        log_lines: How many log records are kept in memory, up to a million.
        sample_seconds: How often the numbers of the graphs are taken; above 0, up to a day.
        history_seconds: How far the graphs go back, likewise.
        health_seconds: How often the health checks are asked, for their history, likewise.
        show_values: Keys, or prefixes that end in ``*``, whose values are shown in Production too.
        allow_reveal: Whether a masked value can be revealed, by an action that is audited.
        allow_edited_jobs: Whether a job can be run again with other arguments outside Development, too.
        socket: The Unix socket.
    """

    version: str | None = None
    enabled: bool = False
    read_only: bool = False
    state_directory: str | None = None
    log_lines: int = 2000
    sample_seconds: float = 10.0
    history_seconds: float = 3600.0
    health_seconds: float = 15.0
    show_values: tuple[str, ...] = ()
    allow_reveal: bool = False
    allow_edited_jobs: bool = False
    socket: SocketSettings = SocketSettings()

    @classmethod
    def read(cls, configuration: Configuration) -> "OperationsSettings":
        """Read the section of *configuration*.

        Raises:
            OperationsSettingsError: A value cannot be.

        Example:
            >>> from corner_host.configuration import ConfigurationManager
            >>> configuration = ConfigurationManager()
            >>> configuration["Operations:LogLines"] = "500"
            >>> OperationsSettings.read(configuration).log_lines
            500
        """
        shown = configuration.get_section(f"{SECTION}:ShowValues").get_children()
        return cls(
            version=_text(configuration, "Version"),
            enabled=_flag_at(configuration, "Enabled", default=False),
            read_only=_flag_at(configuration, "ReadOnly", default=False),
            state_directory=_text(configuration, "StateDirectory"),
            log_lines=_value(configuration, "LogLines", _lines, f"a whole number from 0 to {_MOST_LINES}", 2000),
            sample_seconds=_seconds_at(configuration, "SampleSeconds", 10.0),
            history_seconds=_seconds_at(configuration, "HistorySeconds", 3600.0),
            health_seconds=_seconds_at(configuration, "HealthSeconds", 15.0),
            show_values=tuple(each.value for each in shown if each.value),
            allow_reveal=_flag_at(configuration, "AllowReveal", default=False),
            allow_edited_jobs=_flag_at(configuration, "AllowEditedJobs", default=False),
            socket=SocketSettings(
                enabled=_flag_at(configuration, "Socket:Enabled", default=True),
                path=_text(configuration, "Socket:Path"),
            ),
        )


def _text(configuration: Configuration, name: str) -> str | None:
    return configuration[f"{SECTION}:{name}"] or None


def _flag_at(configuration: Configuration, name: str, *, default: bool) -> bool:
    return _value(configuration, name, _flag, "true or false", default)


def _seconds_at(configuration: Configuration, name: str, default: float) -> float:
    return _value(configuration, name, _seconds, f"a number of seconds above 0 and at most {_DAY:g}", default)


def _value(configuration: Configuration, name: str, read: Callable[[str], T], wanted: str, default: T) -> T:
    text = _text(configuration, name)
    if text is None:
        return default
    try:
        return read(text)
    except (ValueError, KeyError):
        raise OperationsSettingsError(f"{SECTION}:{name}", text, wanted) from None


def _flag(text: str) -> bool:
    return _WORDS[text.strip().casefold()]


def _lines(text: str) -> int:
    number = int(text)
    if not 0 <= number <= _MOST_LINES:
        raise ValueError(text)
    return number


def _seconds(text: str) -> float:
    number = float(text)
    if not 0 < number <= _DAY:
        raise ValueError(text)
    return number
