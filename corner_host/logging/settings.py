"""What the section ``Logging`` says."""

from collections.abc import Iterator
from typing import Final, NamedTuple

import corner_host.logging as door
from corner_host.configuration import Configuration, ConfigurationSection

from .errors import LoggingConfigurationError
from .levels import OFF, parse_level

CONSOLE_NAMES: Final = ("Console", "corner_host.logging.ConsoleHandler")
"""The console's name in rules and settings, and its full name; the first wins where both are set."""

_FLAGS: Final = {"true": True, "false": False}
_COLOR_BEHAVIORS: Final = ("default", "enabled", "disabled")


class LoggingSettings(NamedTuple):
    """The section ``Logging``, read and checked."""

    rules: "tuple[door.LogRule, ...]"
    capture_scopes: bool
    formatter_name: str | None
    single_line: bool
    timestamp_format: str | None
    use_utc_timestamp: bool
    include_scopes: bool | None
    color_behavior: str
    error_threshold: int

    @classmethod
    def read(cls, configuration: Configuration) -> "LoggingSettings":
        """Read the section ``Logging`` of *configuration*.

        Raises:
            LoggingConfigurationError: A level, a flag or a category cannot be used.
        """
        logging = configuration.get_section("Logging")
        threshold = _console(logging, "LogToStandardErrorThreshold")
        return cls(
            rules=tuple(_rules(logging)),
            capture_scopes=_flag(logging.get_section("CaptureScopes")) is not False,
            formatter_name=_console(logging, "FormatterName").value or None,
            single_line=_flag(_format(logging, "SingleLine")) or False,
            timestamp_format=_format(logging, "TimestampFormat").value,
            use_utc_timestamp=_flag(_format(logging, "UseUtcTimestamp")) or False,
            include_scopes=_flag(_format(logging, "IncludeScopes")),
            color_behavior=_color(_format(logging, "ColorBehavior")),
            error_threshold=_level(threshold) if threshold.value else OFF,
        )


def _console(logging: ConfigurationSection, key: str) -> ConfigurationSection:
    """Return the console's setting *key*, under the alias or under the full name."""
    alias, full = (logging.get_section(name).get_section(key) for name in CONSOLE_NAMES)
    return full if alias.value is None and full.value is not None else alias


def _format(logging: ConfigurationSection, key: str) -> ConfigurationSection:
    return _console(logging, f"FormatterOptions:{key}")


def _rules(logging: ConfigurationSection) -> "Iterator[door.LogRule]":
    for child in logging.get_children():
        if child.key.lower() == "loglevel":
            yield from _levels(child, provider=None)
        else:
            yield from _levels(child.get_section("LogLevel"), provider=child.key)


def _levels(section: ConfigurationSection, *, provider: str | None, category: str = "") -> "Iterator[door.LogRule]":
    """Yield a rule for each level; a nested key is a further part of the category.

    So ``Logging__LogLevel__uvicorn__access`` names ``uvicorn.access``, for shells that take no dots in a name.
    """
    for child in section.get_children():
        name = f"{category}.{child.key}" if category else child.key
        if child.value:
            yield _rule(child, provider, None if name.lower() == "default" else name)
        yield from _levels(child, provider=provider, category=name)


def _rule(section: ConfigurationSection, provider: str | None, category: str | None) -> "door.LogRule":
    level = _level(section)
    try:
        return door.LogRule(provider=provider, category=category, level=level)
    except ValueError as error:
        fix = "use one '*' at most, for example 'acme.*.Worker'"
        raise LoggingConfigurationError(section.path, section.value, str(error), fix=fix) from None


def _level(section: ConfigurationSection) -> int:
    try:
        return parse_level(section.value or "")
    except ValueError as error:
        fix = "write a level's name, such as Information, Warning or None"
        raise LoggingConfigurationError(section.path, section.value, str(error), fix=fix) from None


def _flag(section: ConfigurationSection) -> bool | None:
    if not section.value:
        return None
    flag = _FLAGS.get(section.value.strip().lower())
    if flag is None:
        raise LoggingConfigurationError(
            section.path, section.value, "it is neither true nor false", fix="write true or false"
        )
    return flag


def _color(section: ConfigurationSection) -> str:
    behavior = (section.value or "default").strip().lower()
    if behavior not in _COLOR_BEHAVIORS:
        fix = "write Default, Enabled or Disabled"
        raise LoggingConfigurationError(section.path, section.value, "it is not a colour behaviour", fix=fix)
    return behavior
