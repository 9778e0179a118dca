"""What a host's logging is made of."""

import logging
import sys
from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Any, Self, TextIO, final

import corner_host.logging as door
import corner_host.options
from corner_host.configuration import Configuration
from corner_host.di import ServiceCollection


@final
class LoggingBuilder:
    """Collects providers and rules; the host puts them in force when it is built (``builder.logging``).

    Every method returns the builder. Rules of the section ``Logging`` come after those given here, and so win where both
    are for the same provider and category.

    Args:
        services: Where `Logger` is registered.
        configuration: The configuration that has the section ``Logging``.

    Example:
        >>> import sys
        >>> from corner_host.configuration import ConfigurationManager
        >>> builder = LoggingBuilder(ServiceCollection(), ConfigurationManager())
        >>> _ = builder.add_console("systemd", stream=sys.stdout).add_filter("acme", "Warning")
        >>> session = builder.apply()
        >>> logging.getLogger("acme.Worker").info("not written")
        >>> logging.getLogger("acme.Worker").warning("written"), session.close()
        <4>acme.Worker[0] written
        (None, None)
    """

    def __init__(self, services: ServiceCollection, configuration: Configuration) -> None:
        self.services = services
        self.configuration = configuration
        self._rules: list[door.LogRule] = []
        self._minimum: int | None = None
        self._console: tuple[str | logging.Formatter | None, TextIO | None] | None = None
        self._formatters: dict[str, door.formatters.FormatterFactory] = {}
        self._handlers: list[logging.Handler] = []
        self._captures_warnings = False
        services.add_late("corner_host.logging", self._register)
        services.add_late("corner_host.options", _bind_section)

    def _register(self, services: ServiceCollection) -> None:
        services.add_singleton(door.LogLevels, instance=self._levels)
        opened: Any = door.Logger  # an open generic: it answers for every class
        services.try_add_singleton(opened, factory=door.logger.logger_of)

    @cached_property
    def _levels(self) -> "door.LogLevels":
        return door.LogLevels()

    def clear_providers(self) -> Self:
        """Forget the console and every handler. Without any, nothing is written anywhere."""
        self._console = None
        self._handlers.clear()
        return self

    def add_console(self, formatter: str | logging.Formatter | None = None, *, stream: TextIO | None = None) -> Self:
        """Write to the console; a second call replaces the first.

        A thread of its own writes, so that nobody waits for a slow reader.

        Args:
            formatter: ``simple``, ``simple-dotnet``, ``json``, ``systemd``, ``rich``, a name of `add_console_formatter`, or a
                formatter. None chooses ``rich`` on a terminal, ``systemd`` under the journal, else ``json``.
                ``Logging:Console:FormatterName`` goes before it.
            stream: Where to write; None for stdout, and stderr from ``Console:LogToStandardErrorThreshold`` on.
        """
        self._console = (formatter, stream)
        return self

    def add_console_formatter(self, name: str, factory: "door.formatters.FormatterFactory") -> Self:
        """Make a format known under *name* (in any case); *factory* gets the `FormatterOptions`."""
        self._formatters[name.lower()] = factory
        return self

    def add_handler(self, handler: logging.Handler) -> Self:
        """Give every record that its rules let pass to *handler*, in the thread that logs.

        The handler stays the caller's: it is flushed at the end, not closed. In rules its name is its own
        (``handler.set_name``) or its class's. Wrap a slow one in a `QueuedHandler`.
        """
        if handler not in self._handlers:
            self._handlers.append(handler)
        return self

    def add_filter(
        self,
        category: str | None,
        level: int | str | None,
        *,
        provider: str | None = None,
        predicate: Callable[[str, str, int], bool] | None = None,
    ) -> Self:
        """Add a rule; see `corner_host.logging` for which rule decides.

        Args:
            category: Text that a logger's name begins with, in any case, with at most one ``*``; None or ``Default`` for all.
            level: The lowest level that passes, by Python's or .NET's name or number; None for every level.
            provider: The provider that the rule is for, in any case; None for all.
            predicate: Called with provider, category and level once the level has passed; True lets the record pass.

        Raises:
            ValueError: There is no such level, or the category has two ``*``.
        """
        self._rules.append(
            door.LogRule(
                provider=provider,
                category=None if category is None or category.lower() in {"", "default"} else category,
                level=None if level is None else door.parse_level(level),
                predicate=predicate,
            )
        )
        return self

    def set_minimum_level(self, level: int | str) -> Self:
        """Set what decides where no rule applies; INFO without this call.

        Raises:
            ValueError: There is no such level.
        """
        self._minimum = door.parse_level(level)
        return self

    def capture_warnings(self) -> Self:
        """Log what Python's ``warnings`` would print, as ``py.warnings``, while the host lives."""
        self._captures_warnings = True
        return self

    @property
    def is_empty(self) -> bool:
        """Whether nothing was asked for, here or by the section ``Logging``: Python's logging is then left as it is."""
        told = self._console or self._handlers or self._rules or self._captures_warnings or self._minimum is not None
        return not (told or self._buffers() or self.configuration.get_section("Logging").exists())

    def apply(self, *, fields: Mapping[str, Any] | None = None) -> "door.LoggingSession":
        """Put all of it in force; the host calls this when it is built.

        Args:
            fields: Members that every json line has, such as ``service`` and ``environment``.

        Raises:
            LoggingConfigurationError: A setting cannot be used.
        """
        console = None
        if self._console is not None:
            formatter, stream = self._console
            console = door.console.ConsolePlan(
                formatter=formatter, stream=stream, formatters=dict(self._formatters), fields=dict(fields or {})
            )
        plan = door.session.LoggingPlan(
            rules=tuple(self._rules),
            minimum=logging.INFO if self._minimum is None else self._minimum,
            console=console,
            handlers=(*self._handlers, *self._buffers()),
            captures_warnings=self._captures_warnings,
            levels=self._levels,
        )
        return door.LoggingSession(plan, self.configuration)

    def _buffers(self) -> list[logging.Handler]:
        """Return the buffers that are registered; `clear_providers` is about what is written, not about these."""
        if "corner_host.logging.buffer" not in sys.modules:  # nobody can have registered one
            return []
        return [
            each.instance
            for each in self.services
            if isinstance(each.instance, logging.Handler) and isinstance(each.instance, door.LogBuffer)
        ]


def _bind_section(services: ServiceCollection) -> None:
    section = corner_host.options.BoundSection(object, "", "Logging")
    services.add_singleton(corner_host.options.BoundSection, instance=section)
