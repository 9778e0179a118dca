"""When a recurring job runs, in Spanish: made from the English words that cron expressions are explained in. Pure.

What is not known stays English as a whole; half a sentence of each would help nobody.
"""

import re
from collections.abc import Callable, Mapping
from typing import Final

_DAYS: Final[Mapping[str, str]] = {
    "Monday": "lunes", "Tuesday": "martes", "Wednesday": "miércoles", "Thursday": "jueves", "Friday": "viernes",
    "Saturday": "sábado", "Sunday": "domingo",
}  # fmt: skip
_PLURALS: Final[Mapping[str, str]] = {**_DAYS, "Saturday": "sábados", "Sunday": "domingos"}
_MONTHS: Final[Mapping[str, str]] = {
    "January": "enero", "February": "febrero", "March": "marzo", "April": "abril", "May": "mayo", "June": "junio",
    "July": "julio", "August": "agosto", "September": "septiembre", "October": "octubre", "November": "noviembre",
    "December": "diciembre",
}  # fmt: skip
_ORDINALS: Final[Mapping[str, int]] = {
    "first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5, "sixth": 6, "seventh": 7, "eighth": 8, "ninth": 9,
}  # fmt: skip
_UNITS: Final[Mapping[str, str]] = {
    "second": "segundos", "minute": "minutos", "hour": "horas", "day": "días", "day of month": "días", "month": "meses",
}  # fmt: skip
_NTH: Final = r"(first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|\d+th)"
_DAY: Final = f"({'|'.join(_DAYS)})"
_MONTH: Final = f"({'|'.join(_MONTHS)})"
_UNIT: Final = "(second|minute|hour|day of month|day|month)"
_LEFT: Final = re.compile(
    r"\b(at|on|in|the|of|every|from|through|past|and|if|it|day|week|weekday|month|last|start)\b", re.I
)


def _number(ordinal: str) -> str:
    return str(_ORDINALS.get(ordinal, ordinal.removesuffix("th")))


_RULES: Final[tuple[tuple[str, str | Callable[[re.Match[str]], str]], ...]] = (
    (r", and ", " y "),
    (r" and the ", " y el "),
    (r" and ", " y "),
    (r"at the start of every hour", "al comienzo de cada hora"),
    (rf"on (?=every {_NTH} day of month)", ""),
    (rf"every {_NTH} {_UNIT}\b", lambda m: f"cada {_number(m[1])} {_UNITS[m[2]]}"),
    (rf"every ([\d.]+) {_UNIT}s", lambda m: f"cada {m[1]} {_UNITS[m[2]]}"),
    (r"every day", "todos los días"),
    (r"every month", "cada mes"),
    (r"every (second|minute|hour)", lambda m: f"cada {({'second': 'segundo', 'minute': 'minuto', 'hour': 'hora'})[m[1]]}"),
    (rf"on {_DAY} through {_DAY}", lambda m: f"de {_DAYS[m[1]]} a {_DAYS[m[2]]}"),
    (rf"on {_MONTH} (\d+)", lambda m: f"el {m[2]} de {_MONTHS[m[1]]}"),
    (rf"on the last {_DAY} of the month", lambda m: f"el último {_DAYS[m[1]]} del mes"),
    (rf"on the {_NTH} {_DAY} of the month", lambda m: f"el {_number(m[1])}.º {_DAYS[m[2]]} del mes"),
    (r"on the last (day|weekday) of (the month|cada mes)",
     lambda m: f"el último día {'laborable ' if m[1] == 'weekday' else ''}{'del mes' if 'the' in m[2] else 'de cada mes'}"),
    (r"on the last (day|weekday) of", lambda m: f"el último día {'laborable ' if m[1] == 'weekday' else ''}de"),
    (rf"on the {_NTH} day of month", lambda m: f"el día {_number(m[1])} del mes"),
    (rf"on the {_NTH} day of", lambda m: f"el día {_number(m[1])} de"),
    (rf"on (the {_NTH}(?:(?:, the| y el) {_NTH})*) day of month",
     lambda m: "los días " + re.sub(rf"(?:the|el) {_NTH}", lambda n: _number(n[1]), m[1]) + " del mes"),
    (rf"(?:if it's|and) on (?={_DAY})", "y solo en "),
    (rf"on ({_DAY}(?:(?:, | y ){_DAY})*)", lambda m: f"los {re.sub(_DAY, lambda n: _PLURALS[n[1]], m[1])}"),
    (rf"from ({_DAY}|{_MONTH}|[\d:]+) through", lambda m: f"de {m[1]} a"),
    (r"past cada hora", "de cada hora"),
    (r"past (cada)", r"de \1"),
    (r"past hours", "de las horas"),
    (r"past hour", "de la hora"),
    (r"of cada", "de cada"),
    (r"at (minute|second)s ", lambda m: f"en los {m[1].replace('minute', 'minutos').replace('second', 'segundos')} "),
    (r"at (minute|second) ", lambda m: f"en el {m[1].replace('minute', 'minuto').replace('second', 'segundo')} "),
    (r"at (?=01:)", "a la "),
    (r"at (?=\d\d:)", "a las "),
    (rf"in (?={_MONTH})", "en "),
    (_DAY, lambda m: _DAYS[m[1]]),
    (_MONTH, lambda m: _MONTHS[m[1]]),
)  # fmt: skip


def in_spanish(words: str) -> str:
    """Return *words* in Spanish.

    Example:
        >>> in_spanish("At 09:00 on Monday through Friday"), in_spanish("Every 5 minutes")
        ('A las 09:00 de lunes a viernes', 'Cada 5 minutos')
        >>> in_spanish("At 00:00 on the 15th day of January and February")
        'A las 00:00 el día 15 de enero y febrero'
    """
    text = words[:1].lower() + words[1:]
    for pattern, change in _RULES:
        text = re.sub(pattern, change, text)
    if text == words[:1].lower() + words[1:]:
        return words
    return words if _LEFT.search(text.replace(" a ", " ").replace(" y ", " ")) else text[:1].upper() + text[1:]
