"""A screen that is drawn again and again, on a terminal: ``corner-host top``. Loads rich."""

import threading
from collections.abc import Callable, Sequence
from typing import TextIO

from rich.console import Console
from rich.live import Live
from rich.text import Text


def show_live(
    lines: Callable[[], Sequence[str]],
    stream: TextIO,
    *,
    seconds: float,
    ended: threading.Event,
    no_color: bool = False,
) -> None:
    """Show what *lines* gives, anew every so often, until *ended* is set or it raises.

    The screen is the terminal's other one, so that what was there before comes back afterwards; what does not fit is cut off.

    Args:
        lines: Gives the screen; it may hold the colours of ANSI.
        stream: A terminal.
        seconds: How long a picture stays.
        ended: Ends it.
        no_color: Whether colours are left out.
    """
    console = Console(file=stream, no_color=no_color, highlight=False)
    with Live(console=console, screen=True, auto_refresh=False, vertical_overflow="crop") as live:
        while True:
            picture = Text("\n").join(Text.from_ansi(line) for line in lines())
            picture.no_wrap, picture.overflow = True, "ellipsis"
            live.update(picture, refresh=True)
            if ended.wait(seconds):
                return
