"""Times, lengths and amounts in words, in the reader's language. Pure.

80 s -> 1 min 20 s          two hours ago -> 2 h ago (es: hace 2 h)          1204 -> 1,204 (es: 1.204)
"""

import math
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

_DAYS: Final = {
    "en": ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"),
    "es": ("lun", "mar", "mié", "jue", "vie", "sáb", "dom"),
}
_UNITS: Final = ((86_400, "d"), (3_600, "h"), (60, "min"), (1, "s"))
NOTHING: Final = "—"


def span(seconds: float | None, *, parts: int = 2) -> str:
    """Return a length of time in at most *parts* units.

    Example:
        >>> [span(s) for s in (0.0004, 0.0123, 2.5, 80, 3600, 533460, None)]
        ['0.4 ms', '12 ms', '2.5 s', '1 min 20 s', '1 h', '6 d 4 h', '—']
    """
    if seconds is None or not math.isfinite(seconds):
        return NOTHING
    if seconds < 0.001:
        return f"{max(0.0, seconds) * 1000:.1f} ms".replace("0.0 ms", "0 ms")
    if seconds < 1:
        return f"{seconds * 1000:.0f} ms"
    if seconds < 60:
        return f"{seconds:.1f} s" if seconds < 10 and round(seconds, 1) % 1 else f"{seconds:.0f} s"
    rest, said = round(seconds), list[str]()
    for size, unit in _UNITS:
        amount, rest = divmod(rest, size)
        if amount:
            said.append(f"{amount} {unit}")
        elif said:
            break
        if len(said) == parts:
            break
    return " ".join(said)


def ago(at: datetime | None, now: datetime, language: str) -> str:
    """Return how long ago, or in how long, *at* is.

    Example:
        >>> from datetime import UTC, timedelta
        >>> now = datetime(2026, 1, 2, tzinfo=UTC)
        >>> [ago(now + timedelta(minutes=m), now, "en") for m in (-90, 0, 5)]
        ['1 h 30 min ago', 'now', 'in 5 min']
        >>> ago(now - timedelta(days=3), now, "es")
        'hace 3 d'
    """
    if at is None:
        return NOTHING
    seconds = (now - at).total_seconds()
    if abs(seconds) < 1:
        return "ahora" if language == "es" else "now"
    whole = float(int(abs(seconds)))
    length = span(whole, parts=2 if whole < 600 or 3600 <= whole < 36_000 else 1)
    if seconds > 0:
        return f"hace {length}" if language == "es" else f"{length} ago"
    return f"en {length}" if language == "es" else f"in {length}"


def in_zone(at: datetime, zone: str, language: str) -> str:
    """Return a time as the clocks of *zone* show it, with the day and the zone's name.

    Example:
        >>> from datetime import UTC
        >>> [in_zone(datetime(2026, 11, 27, 8, tzinfo=UTC), "Europe/Madrid", each) for each in ("en", "es")]
        ['Fri 2026-11-27 09:00 CET', 'vie 2026-11-27 09:00 CET']
    """
    local = at.astimezone(ZoneInfo(zone))
    day = _DAYS[language][local.weekday()]
    return f"{day} {local:%Y-%m-%d %H:%M %Z}"


def soon(at: datetime, zone: str, now: datetime, language: str) -> str:
    """Return a time to come as `in_zone`, without what is clear anyway: today, or a day of this week.

    Example:
        >>> from datetime import UTC, timedelta
        >>> now = datetime(2026, 11, 27, 8, tzinfo=UTC)
        >>> [soon(now + timedelta(days=days), "Europe/Madrid", now, "en") for days in (0, 3, 7)]
        ['09:00 CET', 'Mon 09:00 CET', 'Fri 2026-12-04 09:00 CET']
    """
    there = ZoneInfo(zone)
    local, days = at.astimezone(there), (at.astimezone(there).date() - now.astimezone(there).date()).days
    if days > 6:
        return in_zone(at, zone, language)
    return f"{local:%H:%M %Z}" if days == 0 else f"{_DAYS[language][local.weekday()]} {local:%H:%M %Z}"


def number(value: float | None, language: str, *, digits: int | None = None) -> str:
    """Return an amount with separators; *digits* after the point, by default as many as tell something.

    Example:
        >>> [number(n, "en") for n in (1204, 41.26, 3.94, 0.0, None)], number(1204.5, "es", digits=1)
        (['1,204', '41', '3.9', '0', '—'], '1.204,5')
    """
    if value is None or not math.isfinite(value):
        return NOTHING
    places = digits if digits is not None else 0 if value == int(value) or abs(value) >= 10 else 1
    text = f"{value:,.{places}f}"
    return text.translate(str.maketrans(",.", ".,")) if language == "es" else text


def percent(share: float | None, language: str) -> str:
    """Return a share as per cent.

    Example:
        >>> [percent(s, "en") for s in (0.12, 0.003, 1.0, None)]
        ['12 %', '0.3 %', '100 %', '—']
    """
    if share is None:
        return NOTHING
    hundred = share * 100
    return f"{number(hundred, language, digits=1 if 0 < hundred < 9.95 and round(hundred, 1) % 1 else 0)} %"


def size(octets: float | None, language: str) -> str:
    """Return an amount of memory.

    Example:
        >>> [size(n, "en") for n in (512, 212 * 2**20, 3 * 2**30)]
        ['512 B', '212 MB', '3.0 GB']
    """
    if octets is None:
        return NOTHING
    for unit, power in (("GB", 30), ("MB", 20), ("kB", 10)):
        if octets >= 2**power:
            return f"{number(octets / 2**power, language, digits=1 if octets < 10 * 2**power else 0)} {unit}"
    return f"{number(octets, language, digits=0)} B"


def short(message: str, kind: str) -> str:
    """Return an error's message without the kind of error that stands before it.

    Example:
        >>> short("KeyError: 'sku'", "KeyError"), short("no money", "ValueError")
        ("'sku'", 'no money')
    """
    return message.removeprefix(f"{kind}: ") if kind else message


def brief(name: str) -> str:
    """Return the last part of a dotted name, brackets left whole.

    Example:
        >>> brief("shop.mail.MailService"), brief("Options[shop.Feed]"), brief("worker")
        ('MailService', 'Options[shop.Feed]', 'worker')
    """
    head, bracket, rest = name.partition("[")
    return head.rpartition(".")[2] + bracket + rest
