"""What was said on the command line besides the command itself."""

import os
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TextIO, final

import typer


@final
@dataclass(slots=True)
class Invocation:
    """The options that every command knows, and how the program was called.

    Attributes:
        program: What the program is called in messages, such as ``corner-host``.
        create_builder: The application that called us; None when it has to be found.
        target: Where the application is, as ``module:builder``.
        environment: The environment to run in.
        content_root: The folder of the settings files.
        settings: Values that win over all others, as ``Key:Path=value``.
        json: Whether to write JSON.
        no_color: Whether to leave out colours.
        traceback: Whether to show tracebacks.
        quiet: Whether to leave out what is not the answer.
        verbose: How much more the application logs: 1 for Debug, 2 for Trace.
    """

    program: str = "corner-host"
    create_builder: Callable[..., Any] | None = None
    target: str | None = None
    environment: str | None = None
    content_root: str | None = None
    settings: list[str] = field(default_factory=list[str])
    json: bool = False
    no_color: bool = False
    traceback: bool = False
    quiet: bool = False
    verbose: int = 0

    def has_color(self, stream: TextIO) -> bool:
        """Tell whether colours may be written to *stream*: it is a terminal, and nobody asked for none."""
        plain = self.no_color or bool(os.environ.get("NO_COLOR")) or os.environ.get("TERM") == "dumb"
        return not plain and stream.isatty()

    def note(self, text: str) -> None:
        """Write *text* beside the answer, unless it shall be quiet."""
        if not self.quiet:
            print(text, file=sys.stderr)  # noqa: T201 - a command line prints


def invocation_of(context: typer.Context) -> Invocation:
    """Return what was said besides the command that *context* is for."""
    found = context.find_root().obj
    if not isinstance(found, Invocation):
        raise TypeError("the commands are called by corner_host.cli alone")
    return found
