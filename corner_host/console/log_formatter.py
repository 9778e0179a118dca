"""The log format for terminals: the line of ``simple``, with colours and readable exceptions."""

import asyncio
import logging
from io import StringIO
from pathlib import Path
from typing import Final, final

import anyio
from rich.console import Console
from rich.text import Text
from rich.traceback import Trace, Traceback

from corner_host.hosting.places import below_ours
from corner_host.logging import TRACE, FormatterOptions, SimpleFormatter, SimpleLine
from corner_host.logging.formatters.contracts import harmless

_STYLES: Final = {
    TRACE: "dim",
    logging.DEBUG: "dim",
    logging.INFO: "green",
    logging.WARNING: "yellow",
    logging.ERROR: "bold red",
    logging.CRITICAL: "bold white on red",
}
_NARROWEST: Final = 60
_MACHINERY: Final = (str(Path(__file__).parents[1]), anyio, asyncio)
"""Whose lines are named without their source: they are not what the reader has to mend."""


@final
class RichFormatter(SimpleFormatter):
    """`SimpleFormatter` in colours; exceptions stand below the line, with source and without local variables.

    Local variables are left out because they may hold secrets. Messages are shown as they are: no markup.
    """

    def __init__(self, options: FormatterOptions) -> None:
        super().__init__(options)
        self._width = max(_NARROWEST, options.width or 100)
        self._colored = options.color
        self._single_line = options.single_line

    def format(self, record: logging.LogRecord) -> str:
        """Return the record as text with the terminal's control codes, without a final line end."""
        pretty = not self._single_line and record.exc_info is not None and record.exc_info[2] is not None
        line = self.line_of(record, with_trace=not pretty)
        output = StringIO()
        console = Console(
            file=output,
            force_terminal=True,
            color_system="auto" if self._colored else None,  # without colours no bold nor underlined text, either
            width=self._width,
            highlight=False,
            emoji=False,
        )
        console.print(_styled(line), soft_wrap=True)
        if pretty and record.exc_info is not None:
            kind, error, trace = record.exc_info
            trace = below_ours(trace)
            if kind is not None and error is not None:
                found = _obeyed_by_none(Traceback.extract(kind, error, trace))
                console.print(Traceback(found, width=self._width, suppress=_MACHINERY))
            if record.stack_info:
                console.print(Text(record.stack_info))
        return output.getvalue().rstrip("\n")


def _obeyed_by_none(trace: Trace) -> Trace:
    """Take out of the messages and notes what a terminal would obey."""
    for stack in trace.stacks:
        stack.exc_value, stack.notes = harmless(stack.exc_value), [*map(harmless, stack.notes)]
        for within in stack.exceptions:
            _obeyed_by_none(within)
    return trace


def _styled(line: SimpleLine) -> Text:
    style = _STYLES[line.step]
    loud = style if line.step >= logging.ERROR else ""
    parts = [(line.time, "dim"), (line.word, style), (f" {line.category}  ", "cyan"), (line.message, loud)]
    if line.fields:
        parts.append((line.fields, "dim"))
    if line.more:
        parts.append((line.more, loud))
    if line.trace:
        parts.append((line.trace, ""))
    return Text.assemble(*parts)
