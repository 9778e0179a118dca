"""Answers on standard output: lines for people, JSON for programs."""

import json
from collections.abc import Callable, Iterable
from typing import Any, Final

import typer

from .invocation import Invocation
from .words import harmless

_CODES: Final = {"red": "31", "green": "32", "yellow": "33", "dim": "2", "bold": "1"}


def answer(invocation: Invocation, data: Any, lines: Callable[[], Iterable[str]]) -> None:
    """Write *data* as JSON if that was asked for, else the lines that *lines* makes of it."""
    if invocation.json:
        typer.echo(json.dumps(data, indent=2, ensure_ascii=False))
    else:
        for line in lines():
            typer.echo(harmless(line))


def colored(text: str, color: str) -> str:
    """Paint for a terminal."""
    return f"\x1b[{_CODES[color]}m{text}\x1b[0m"
