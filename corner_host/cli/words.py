"""Numbers, times and tables as people read and type them. Pure."""

import re
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from .errors import CommandError

_UNITS: Final = {"ms": 0.001, "s": 1.0, "m": 60.0, "min": 60.0, "h": 3600.0, "d": 86400.0, "w": 604800.0}
_BLOCKS: Final = " ▏▎▍▌▋▊▉█"
_OBEYED: Final = re.compile(r"(\x1b\[(?:[0-2]|3[1-3])m)|[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def seconds_of(text: str) -> float:
    """Return the seconds that a duration such as ``10m`` is.

    Raises:
        CommandError: It is none.

    Example:
        >>> seconds_of("90"), seconds_of("15m"), seconds_of("1h30m")
        (90.0, 900.0, 5400.0)
    """
    if re.fullmatch(r"\d+(\.\d+)?", text):
        return float(text)
    parts = re.findall(r"(\d+(?:\.\d+)?)\s*(ms|min|[smhdw])", text)
    if not parts or re.sub(r"(\d+(?:\.\d+)?)\s*(ms|min|[smhdw])\s*", "", text):
        raise CommandError(f"{text!r} is no duration; one is 10m, or 1h30m.")
    return sum(float(number) * _UNITS[unit] for number, unit in parts)


def moment_of(text: str, now: datetime) -> str:
    """Return the moment that is meant by ``03:00``, ``2026-11-25T03:00``, or ``10m`` (ago), in RFC 3339.

    Args:
        text: What was typed; a time without a day is the last one that there was, in the zone of *now*.
        now: Aware.

    Raises:
        CommandError: It is no time.

    Example:
        >>> noon = datetime(2026, 11, 25, 12, tzinfo=UTC)
        >>> moment_of("03:00", noon), moment_of("13:00", noon), moment_of("10m", noon)
        ('2026-11-25T03:00:00+00:00', '2026-11-24T13:00:00+00:00', '2026-11-25T11:50:00+00:00')
    """
    clock = re.fullmatch(r"(\d{1,2}):(\d\d)(?::(\d\d))?", text)
    try:
        if clock is not None:
            hour, minute, second = (int(part or 0) for part in clock.groups())
            moment = now.replace(hour=hour, minute=minute, second=second, microsecond=0)
            return (moment - timedelta(days=1) if moment > now else moment).isoformat()
        if re.match(r"\d{4}-", text):
            moment = datetime.fromisoformat(text)
            return (moment if moment.tzinfo else moment.replace(tzinfo=now.tzinfo)).isoformat()
        return (now - timedelta(seconds=seconds_of(text))).isoformat()
    except (CommandError, ValueError, OverflowError):
        raise CommandError(
            f"{text!r} is no time; one is 03:00, 2026-11-25T03:00, or 10m for ten minutes ago."
        ) from None


def rate_of(text: str) -> float:
    """Return how many a second ``20/s``, ``300/m`` or ``20`` are.

    Raises:
        CommandError: It is no rate.

    Example:
        >>> rate_of("20/s"), rate_of("300/m"), rate_of("5")
        (20.0, 5.0, 5.0)
    """
    found = re.fullmatch(r"(\d+(?:\.\d+)?)(?:/(s|m|h))?", text)
    if found is None or float(found[1]) <= 0:
        raise CommandError(f"{text!r} is no rate; one is 20/s.")
    return float(found[1]) / _UNITS[found[2] or "s"]


def duration(seconds: float | None) -> str:
    """Write a duration in the two units that matter.

    Example:
        >>> [duration(each) for each in (0.003, 0.1, 0.42, 8.9, 80, 5400, 533460)]
        ['3 ms', '0.1 s', '0.42 s', '8.9 s', '1 min 20 s', '1 h 30 min', '6 d 04:11']
    """
    if seconds is None:
        return "-"
    if seconds < 0.1:
        return f"{seconds * 1000:.0f} ms"
    if seconds < 60:
        digits = f"{seconds:.2f}" if seconds < 1 else f"{seconds:.1f}"
        return f"{digits.rstrip('0').rstrip('.')} s"
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 60:
        return f"{minutes} min {rest} s" if rest else f"{minutes} min"
    hours, minutes = divmod(minutes, 60)
    if hours < 24:
        return f"{hours} h {minutes} min" if minutes else f"{hours} h"
    days, hours = divmod(hours, 24)
    return f"{days} d {hours:02}:{minutes:02}"


def roughly(seconds: float | None) -> str:
    """Write a long duration in its largest unit: ``6 d``, ``3 h``, ``8 s``."""
    if seconds is None:
        return "-"
    for unit, size in (("d", 86400.0), ("h", 3600.0), ("min", 60.0)):
        if seconds >= size:
            return f"{seconds / size:.0f} {unit}"
    return f"{seconds:.0f} s"


def rate(per_second: float) -> str:
    """Write a rate: ``41/s``, ``3.9/s``."""
    return f"{per_second:.0f}/s" if per_second >= 10 or per_second == 0 else f"{per_second:.1f}/s"


def megabytes(number: int | None) -> str:
    """Write a size of memory."""
    return "-" if number is None else f"{number / 1_000_000:.0f} MB"


def moment(text: str | None) -> datetime | None:
    """Return a time of the API in the zone of this machine."""
    return None if not text else datetime.fromisoformat(text).astimezone()


def clock(text: str | None) -> str:
    """Write a time of the API as people here read it; with the day if that is not today."""
    found = moment(text)
    if found is None:
        return "-"
    is_today = found.date() == datetime.now(UTC).astimezone().date()
    return f"{found:%H:%M:%S}" if is_today else f"{found:%Y-%m-%d %H:%M:%S}"


def clock_in(zone: str, at: datetime, now: datetime) -> str:
    """Write a time to come as the clocks of *zone* will show it, and name the zone; with the day if that is not today there.

    Example:
        >>> noon = datetime(2026, 11, 25, 12, tzinfo=UTC)
        >>> [clock_in("Europe/Madrid", noon + timedelta(hours=hours), noon) for hours in (2, 12)]
        ['15:00:00 CET', 'Thu 2026-11-26 01:00:00 CET']
    """
    try:
        there: tzinfo = ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):  # this machine knows fewer zones than the host's
        there = UTC
    local = at.astimezone(there)
    return f"{local:%H:%M:%S %Z}" if local.date() == now.astimezone(there).date() else dated(local)


def dated(local: datetime) -> str:
    """Write a time with its day and its zone: ``Thu 2026-11-26 01:00:00 CET``."""
    return f"{local:%a %Y-%m-%d %H:%M:%S %Z}"


def short_names(names: Iterable[str]) -> dict[str, str]:
    """Return each name without its modules, as long as no two become one.

    Example:
        >>> short_names(["orders.worker.Worker", "a.Sweep", "b.Sweep"])
        {'orders.worker.Worker': 'Worker', 'a.Sweep': 'a.Sweep', 'b.Sweep': 'b.Sweep'}
    """
    full = list(dict.fromkeys(names))
    short = [name.rpartition(".")[2] for name in full]
    return {name: each if short.count(each) == 1 else name for name, each in zip(full, short, strict=True)}


def bar(share: float, width: int = 10) -> str:
    """Draw how full something is.

    Example:
        >>> bar(1.0), bar(0.012), bar(0.0), bar(0.5, 4)
        ('██████████', '▏', '', '██')
    """
    eighths = round(min(1.0, max(0.0, share)) * width * 8)
    if eighths == 0 and share > 0:
        eighths = 1
    return ("█" * (eighths // 8) + _BLOCKS[eighths % 8]).rstrip()


def harmless(text: str) -> str:
    r"""Return *text* without what a terminal would obey but for our own colours: names and messages may come from anywhere.

    Example:
        >>> harmless("a\tb\n\x1b[31mred\x1b[0m \x1b]0;title\x07\x1b[2J")
        'a\tb\n\x1b[31mred\x1b[0m �]0;title��[2J'
    """
    return _OBEYED.sub(lambda found: found[1] or "\N{REPLACEMENT CHARACTER}", text)


def table(rows: Iterable[Sequence[str]], *, head: Sequence[str] | None = None, gap: str = "  ") -> list[str]:
    """Lay out *rows* in columns as wide as they have to be; the last one as it is. Each row is one line, whatever is in it.

    Example:
        >>> table([("a", "12", "x"), ("bcd", "3", "y")], head=("id", "n", "what"))
        ['id   n   what', 'a    12  x', 'bcd  3   y']
    """
    lines = [
        tuple(" ".join(cell.splitlines()) for cell in row) for row in (*([head] if head is not None else []), *rows)
    ]
    if not lines:
        return []
    widths = [max(len(line[column]) for line in lines) for column in range(len(lines[0]))]
    widths[-1] = 0
    return [gap.join(f"{cell:{width}}" for cell, width in zip(line, widths, strict=True)).rstrip() for line in lines]
