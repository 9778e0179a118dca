"""From a log call to the providers: which of them write the record, and what they are shown."""

import logging
import sys
from collections.abc import Iterable
from typing import Any, NamedTuple, final

from corner_host.primitives import name_of

from . import structlog_events
from .levels import OFF
from .records import as_mapping, extra_names, shown
from .rules import ProviderRules, RuleSet
from .scopes import current_scopes
from .settings import CONSOLE_NAMES


class Provider(NamedTuple):
    """A handler and the rules for it."""

    handler: logging.Handler
    rules: ProviderRules


@final
class Pipeline(logging.Handler):
    """The handler that stands at Python's root logger while a host lives.

    It takes no lock and never raises: an error in one provider is told as Python's ``logging`` tells it
    (``logging.raiseExceptions``), and the others still get the record. Providers see a copy that carries the open
    scopes and the trace, and whose secrets are masked; other handlers at the root see the record as it was.

    Args:
        handlers: The application's.
        console: The console's, if there is one.
        wants_warnings: Whether Python's warnings are to be logged.
    """

    def __init__(
        self, handlers: Iterable[logging.Handler], console: logging.Handler | None, *, wants_warnings: bool
    ) -> None:
        super().__init__()
        self._named = [(handler, _names_of(handler)) for handler in handlers]
        self._console = console
        self._owns_console = True
        self._rules = RuleSet(minimum=OFF)
        self._captures_scopes = True
        self._providers: tuple[Provider, ...] = ()
        self.wants_warnings = wants_warnings

    @property
    def has_console(self) -> bool:
        """Whether there is a console to write to."""
        return self._console is not None

    @property
    def floor(self) -> int:
        """The lowest level that any rule lets through."""
        return self._rules.floor

    def console_shows(self, category: str, level: int, *, told_by: str = "") -> bool:
        """Tell whether records of this *category* and *level* are written to the console, which may be *told_by* another."""
        rules = self._rules.for_provider(*CONSOLE_NAMES)
        return self._console is not None and rules.allows(category, level, told_by=told_by)

    def configure(self, rules: RuleSet, *, captures_scopes: bool) -> None:
        """Follow other rules from now on."""
        self._rules = rules
        self._captures_scopes = captures_scopes
        self._arrange()

    def use_console(self, *, owned: bool) -> None:
        """Write to the console, or leave it to a younger host."""
        self._owns_console = owned
        self._arrange()

    def _arrange(self) -> None:
        providers = [Provider(handler, self._rules.for_provider(*names)) for handler, names in self._named]
        if self._console is not None and self._owns_console:
            providers.append(Provider(self._console, self._rules.for_provider(*CONSOLE_NAMES)))
        self._providers = tuple(providers)

    def handle(self, record: logging.LogRecord) -> bool:
        """Give the record to every provider whose rules let it pass."""
        prepared: logging.LogRecord | None = None
        for provider in self._providers:
            try:
                told_by = record.__dict__.get("console_category", "")
                allows = provider.rules.allows
                if record.levelno >= provider.handler.level and allows(record.name, record.levelno, told_by=told_by):
                    prepared = prepared or self._prepare(record)
                    provider.handler.handle(prepared)
            except Exception:  # noqa: BLE001 - a log call never raises, and the next provider has its turn
                self.handleError(record)
        return prepared is not None

    def _prepare(self, record: logging.LogRecord) -> logging.LogRecord:
        copy = logging.LogRecord.__new__(type(record))
        fields = copy.__dict__
        fields.update(record.__dict__)
        if structlog_events.WRAPPED in fields:
            structlog_events.unwrap(fields)
        for name in extra_names(copy):
            fields[name] = shown(name, fields[name])
        fields.pop("message", None)  # left by another handler's formatter, unmasked
        if (named := as_mapping(record.args)) is not None:
            copy.args = {name: shown(str(name), value) for name, value in named.items()}
        fields["log_scopes"] = current_scopes() if self._captures_scopes else ()
        _add_trace(fields)
        return copy


def _names_of(handler: logging.Handler) -> tuple[str, ...]:
    """Return what a rule may call *handler*: its own name, its class, its class with the module."""
    kind = type(handler)
    names = (handler.get_name(), kind.__name__, name_of(kind))
    return tuple(name for name in names if name)


def _add_trace(fields: dict[str, Any]) -> None:
    """Note OpenTelemetry's current span, if the application uses OpenTelemetry at all."""
    trace = sys.modules.get("opentelemetry.trace")
    if trace is None:
        return
    span = trace.get_current_span().get_span_context()
    if span.is_valid:
        fields["trace_id"] = f"{span.trace_id:032x}"
        fields["span_id"] = f"{span.span_id:016x}"
