"""The console: which format on which output, and the queue before it.

The format is, in this order: ``Logging:Console:FormatterName``, what `LoggingBuilder.add_console` was given, or what fits
the output: ``rich`` for a terminal, ``systemd`` for the journal, ``json`` for everything else.
"""

import logging
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TextIO, final

from .errors import LoggingConfigurationError
from .formatters import BUILT_IN, FormatterFactory, FormatterOptions, load_formatter
from .output import Output
from .queued import QueuedHandler
from .settings import LoggingSettings
from .writer import ConsoleWriter


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class ConsolePlan:
    """A console as it was asked for in code.

    Args:
        formatter: A format's name, a formatter, or None to choose by the output.
        stream: Where to write; None for stdout and stderr as they are when the host is built.
        formatters: Further formats, by lower-case name.
        fields: Members that every json line has.
    """

    formatter: str | logging.Formatter | None
    stream: TextIO | None
    formatters: Mapping[str, FormatterFactory]
    fields: Mapping[str, Any]


@final
class Console:
    """The console in force; `configure` may be called again when the settings have changed."""

    def __init__(self, plan: ConsolePlan) -> None:
        self._plan = plan
        self._out = Output(plan.stream or sys.stdout)
        self._writer = ConsoleWriter(self._out, Output(plan.stream or sys.stderr))
        self.handler = QueuedHandler(self._writer)

    @property
    def is_terminal(self) -> bool:
        """Whether a person reads it."""
        return self._out.is_terminal

    def configure(self, settings: LoggingSettings) -> str | None:
        """Take over *settings*.

        Returns:
            A complaint about a format's name that nobody knows, in which case the next best one is used; else None.

        Raises:
            LoggingConfigurationError: The format that was asked for in code does not exist.
        """
        complaint = None
        formatter = None
        options = self._options(settings)
        if settings.formatter_name is not None:
            formatter = self._named(settings.formatter_name, options)
            if formatter is None:
                complaint = f"There is no console format {settings.formatter_name!r}; known are {self._known}."
        self._writer.formatter = formatter or self._planned(options)
        self._writer.threshold = settings.error_threshold
        return complaint

    def _planned(self, options: FormatterOptions) -> logging.Formatter:
        wanted = self._plan.formatter
        if isinstance(wanted, logging.Formatter):
            return wanted
        if wanted is None:
            wanted = "rich" if self._out.is_terminal else "systemd" if self._out.is_journal else "json"
        formatter = self._named(wanted, options)
        if formatter is None:
            fix = f"use one of {self._known}, or add_console_formatter({wanted!r}, ...)"
            raise LoggingConfigurationError("add_console(formatter=...)", wanted, "there is no such format", fix=fix)
        return formatter

    def _named(self, name: str, options: FormatterOptions) -> logging.Formatter | None:
        factory = load_formatter(name, self._plan.formatters)
        return None if factory is None else factory(options)

    @property
    def _known(self) -> str:
        return ", ".join(sorted({*BUILT_IN, *self._plan.formatters}))

    def _options(self, settings: LoggingSettings) -> FormatterOptions:
        return FormatterOptions(
            single_line=settings.single_line,
            timestamp_format=settings.timestamp_format,
            use_utc_timestamp=settings.use_utc_timestamp,
            include_scopes=settings.include_scopes,
            color=_wants_color(settings.color_behavior, self._out),
            width=self._out.width,
            fields=self._plan.fields,
        )


def _wants_color(behavior: str, output: Output) -> bool:
    """Judge by the setting, then by the terminal and https://no-color.org."""
    if behavior == "default":
        return output.is_terminal and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
    return behavior == "enabled"
