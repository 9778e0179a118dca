"""Settings, where they come from, and what nobody reads."""

from dataclasses import dataclass
from typing import final


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class SettingLayer:
    """What one source has for a key; *value* is masked as the setting is. *origin* is for people."""

    value: str | None
    source: str
    origin: str
    file: str = ""
    line: int = 0
    name: str = ""
    wins: bool = False


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """A key with a value.

    Args:
        key: Full, as the winning source writes it.
        value: Masked, unless it may be shown.
        is_masked: Whether it is.
        is_secret: Whether its name or type promises a secret.
        layers: Every source that has it, the winner first.
        type: What an option makes of it: ``int``, ``float | None``; empty if no option reads it.
        default: The option's own, as text; None if it has none.
        default_of: Class and field that have the default; only where one setting is explained.
        read_by: The options class.
        is_known: Whether an option, or the framework, reads it.
        did_you_mean: The key that was probably meant.
    """

    key: str
    value: str | None
    is_masked: bool = False
    is_secret: bool = False
    layers: tuple[SettingLayer, ...] = ()
    type: str = ""
    default: str | None = None
    default_of: str = ""
    read_by: str = ""
    is_known: bool = True
    did_you_mean: str = ""


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class ConfigurationReport:
    """All settings that come from a file, an argument or the program, and those of the environment that are read.

    Args:
        settings: By key.
        unknown: Those that no option reads and that are probably mistakes.
        masks_all: Whether every value is masked, as in Production.
        can_reveal: Whether `reveal` is allowed.
        sources: Names of the sources, lowest first.
    """

    settings: tuple[Setting, ...] = ()
    unknown: tuple[Setting, ...] = ()
    masks_all: bool = False
    can_reveal: bool = False
    sources: tuple[str, ...] = ()


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class SettingDifference:
    """A key whose value differs from another environment's file; None: not there."""

    key: str
    here: str | None
    there: str | None
