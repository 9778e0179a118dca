"""Times of a recurring job, for people. Pure."""

import re
from datetime import UTC, datetime
from typing import Final

_CRON: Final = re.compile(r"cron (.+) \((.+)\)")
_EVERY: Final = re.compile(r"every ([0-9.e+]+) s")
_UNITS: Final = ((86_400.0, "day"), (3600.0, "hour"), (60.0, "minute"), (1.0, "second"))


def in_words(times: str) -> str:
    """Return times as they are stored in words; as they are, where there are none.

    Example:
        >>> in_words("every 90 s"), in_words("every 3600 s")
        ('Every 90 seconds', 'Every hour')
        >>> in_words("cron 0 9 * * MON-FRI (UTC)")
        'At 09:00 on Monday through Friday'
    """
    if found := _EVERY.fullmatch(times):
        period = float(found[1])
        for length, unit in _UNITS:
            count = period / length
            if count >= 1 and count.is_integer():
                return f"Every {unit}" if count == 1 else f"Every {count:g} {unit}s"
        return f"Every {period:g} seconds"
    if found := _CRON.fullmatch(times):
        return _explained(found[1])
    return times


def _explained(expression: str) -> str:

    try:
        from cronsim import CronSim, CronSimError  # noqa: PLC0415 - an extra
    except ImportError:
        return expression
    try:
        words: str = CronSim(expression, datetime.now(UTC)).explain()
    except CronSimError:
        return expression
    return words
