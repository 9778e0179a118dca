"""What is done to a text before pydantic converts it, so that what .NET accepts is accepted. Pure.

pydantic decides in the end, and takes more than .NET does (``yes`` for a bool, ``1_000`` for an int). A function here returns
the text as it is when it has nothing to add, and never raises.
"""

import re
from collections.abc import Callable, Iterable
from datetime import timedelta
from enum import Enum, Flag
from typing import Any, Final

from corner_host.configuration.keys import fold, squeeze

_HEXADECIMAL: Final = re.compile(r"([+-]?)(?:0[xX]|&[hH]|#)([0-9a-fA-F]+)")
_DAYS: Final = re.compile(r"(-?)(\d{1,8})\.(\d{1,2}):(\d{2})(?::(\d{2})(?:\.(\d{1,7}))?)?")
_INTEGER: Final = re.compile(r"[+-]?[0-9]{1,18}")
_FLOAT: Final = re.compile(r"[+-]?[0-9]{1,18}(?:\.[0-9]{1,18})?(?:[eE][+-]?[0-9]{1,3})?")
_BOOLEANS: Final = {
    "TRUE": True,
    "FALSE": False,
    "1": True,
    "0": False,
    "YES": True,
    "NO": False,
    "ON": True,
    "OFF": False,
}


def strip(text: str) -> str:
    """Take blanks off both ends, which .NET allows around numbers and booleans."""
    return text.strip()


def integer(text: str) -> str:
    """Read hexadecimal forms: ``0x1F``, ``&h1F``, ``#1F``.

    Example:
        >>> integer(" 0x1F ")
        '31'
    """
    text = text.strip()
    match = _HEXADECIMAL.fullmatch(text)
    return text if match is None else f"{match[1]}{int(match[2], 16)}"


def duration(text: str) -> Any:
    """Read days before the time: ``1.02:03:04.5``.

    Example:
        >>> duration("1.02:03:04.5")
        datetime.timedelta(days=1, seconds=7384, microseconds=500000)
    """
    text = text.strip()
    match = _DAYS.fullmatch(text)
    if match is None:
        return text
    sign, days, hours, minutes, seconds, fraction = match.groups()
    if int(hours) > 23 or int(minutes) > 59 or int(seconds or 0) > 59:
        return text
    micros = int((fraction or "0").ljust(7, "0")) // 10
    value = timedelta(int(days), int(seconds or 0), micros, 0, int(minutes), int(hours))
    return -value if sign else value


def member_of(enum: type[Enum]) -> Callable[[str], Any]:
    """Return a function that finds a member by name, without case or underscores, else by value; flags with commas."""
    by_name = {squeeze(name): member for name, member in enum.__members__.items()}
    by_name |= {fold(name): member for name, member in enum.__members__.items()}
    by_value = {fold(str(member.value)): member for member in enum}

    def one(text: str) -> Any:
        text = text.strip()
        for names, name in ((by_name, fold(text)), (by_name, squeeze(text)), (by_value, fold(text))):
            if name in names:
                return names[name]
        return text

    def flags(text: str) -> Any:
        members = [one(part) for part in text.split(",")]
        if not all(isinstance(member, Flag) for member in members):
            return int(text) if _INTEGER.fullmatch(text.strip()) else text
        value = members[0]
        for member in members[1:]:
            value |= member
        return value

    return flags if issubclass(enum, Flag) else one


def choice_of(choices: Iterable[Any]) -> Callable[[str], Any]:
    """Return a function that finds a literal by its text, exactly first, else without case."""
    exact = {str(choice): choice for choice in choices}
    folded = {fold(text): choice for text, choice in exact.items()}

    def choose(text: str) -> Any:
        return exact.get(text, folded.get(fold(text.strip()), text))

    return choose


def quick(text: str, target: Any) -> Any:
    """Convert plain values to the commonest types without pydantic; None when that takes a closer look."""
    if target is str:
        return text
    if target is int:
        return int(text) if _INTEGER.fullmatch(text) else None
    if target is bool:
        return _BOOLEANS.get(text.strip().upper())
    if target is float:
        return float(text) if _FLOAT.fullmatch(text) else None
    return None
