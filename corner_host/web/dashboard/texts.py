"""The pages' texts: English as they stand in the templates, Spanish by ``es.txt`` beside this file."""

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Final

LANGUAGES: Final = ("en", "es")
_ENGLISH: Final = {
    "missed: skip": "left out",
    "missed: once": "made up for once",
    "missed: all": "made up for, each",
    "policy stop_host": "the host stops",
    "policy ignore": "nothing",
    "policy restart": "it runs again",
}
"""What is not shown as it is written in a template."""

Translate = Callable[..., str]


@cache
def translator(language: str) -> Translate:
    """Return what translates a text; names in braces are filled in. What has no translation stays English.

    Example:
        >>> translator("es")("Queues"), translator("en")("{n} jobs", n=3)
        ('Colas', '3 jobs')
    """
    table = spanish() if language == "es" else _ENGLISH

    def t(text: str, **values: object) -> str:
        found = table.get(text, text)
        for name, value in values.items():
            found = found.replace(f"{{{name}}}", str(value))
        return found

    return t


@cache
def spanish() -> dict[str, str]:
    """Return the Spanish texts by their English."""
    lines = Path(__file__).with_name("es.txt").read_text(encoding="utf-8").splitlines()
    rows = (line.partition(" | ") for line in lines if line and not line.startswith("#"))
    return {english: found for english, _, found in rows}
