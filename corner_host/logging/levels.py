"""Levels, by Python's names and numbers and by .NET's names. Pure.

Python has no *trace* and no *none*: `TRACE` is 5, and `OFF` lies above everything that is ever logged.
"""

import logging
from types import MappingProxyType
from typing import Final

TRACE: Final = 5
OFF: Final = logging.CRITICAL + 10

logging.addLevelName(TRACE, "TRACE")

LEVELS: Final = MappingProxyType(
    {
        "trace": TRACE,
        "debug": logging.DEBUG,
        "information": logging.INFO,
        "info": logging.INFO,
        "warning": logging.WARNING,
        "warn": logging.WARNING,
        "error": logging.ERROR,
        "critical": logging.CRITICAL,
        "fatal": logging.CRITICAL,
        "none": OFF,
        "off": OFF,
        "notset": logging.NOTSET,
    }
)
"""Every name a level may have, lower case; ``NOTSET`` lets everything through."""


def parse_level(level: int | str) -> int:
    """Return Python's number of a level.

    Args:
        level: Python's number or name, or .NET's name (``Trace``, ``Debug``, ``Information``, ``Warning``, ``Error``,
            ``Critical``, ``None``), in any case; a number may be text.

    Raises:
        ValueError: There is no such level.

    Example:
        >>> parse_level("Information"), parse_level("WARNING"), parse_level("15"), parse_level("None")
        (20, 30, 15, 60)
    """
    if isinstance(level, int):
        return level
    text = level.strip().lower()
    if text in LEVELS:
        return LEVELS[text]
    if text.isascii() and text.isdigit():
        return int(text)
    registered = logging.getLevelNamesMapping().get(level.strip().upper())
    if registered is not None:
        return registered
    raise ValueError(f"there is no log level {level!r}; known are {', '.join(name.capitalize() for name in LEVELS)}")


def level_step(level: int) -> int:
    """Return the named level at or below *level*: 25 is INFO, 3 is TRACE.

    Example:
        >>> level_step(25), level_step(55)
        (20, 50)
    """
    for step in (logging.CRITICAL, logging.ERROR, logging.WARNING, logging.INFO, logging.DEBUG):
        if level >= step:
            return step
    return TRACE
