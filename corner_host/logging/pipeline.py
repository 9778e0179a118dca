"""From a log call to the providers: which of them write the record, and what they are shown."""

import logging
import sys
from dataclasses import dataclass
from typing import Any, final

from .records import as_mapping, extra_names, shown
from .rules import ProviderRules
from .scopes import current_scopes


@final
@dataclass(frozen=True, slots=True)
class Provider:
    """A handler and the rules for it."""

    handler: logging.Handler
    rules: ProviderRules


@final
class Pipeline(logging.Handler):
    """The handler that stands at Python's root logger while a host lives.

    It takes no lock and never raises: an error in one provider is told as Python's ``logging`` tells it
    (``logging.raiseExceptions``), and the others still get the record. Providers see a copy that carries the open
    scopes and the trace, and whose secrets are masked; other handlers at the root see the record as it was.
    """

    def __init__(self) -> None:
        super().__init__()
        self.providers: tuple[Provider, ...] = ()
        self.captures_scopes = True

    def handle(self, record: logging.LogRecord) -> bool:
        """Give the record to every provider whose rules let it pass."""
        prepared: logging.LogRecord | None = None
        for provider in self.providers:
            try:
                if record.levelno >= provider.handler.level and provider.rules.allows(record.name, record.levelno):
                    prepared = prepared or self._prepare(record)
                    provider.handler.handle(prepared)
            except Exception:  # noqa: BLE001 - a log call never raises, and the next provider has its turn
                self.handleError(record)
        return prepared is not None

    def _prepare(self, record: logging.LogRecord) -> logging.LogRecord:
        copy = logging.LogRecord.__new__(type(record))
        fields = copy.__dict__
        fields.update(record.__dict__)
        for name in extra_names(record):
            fields[name] = shown(name, fields[name])
        fields.pop("message", None)  # left by another handler's formatter, unmasked
        if (named := as_mapping(record.args)) is not None:
            copy.args = {name: shown(str(name), value) for name, value in named.items()}
        fields["log_scopes"] = current_scopes() if self.captures_scopes else ()
        _add_trace(fields)
        return copy


def _add_trace(fields: dict[str, Any]) -> None:
    """Note OpenTelemetry's current span, if the application uses OpenTelemetry at all."""
    trace = sys.modules.get("opentelemetry.trace")
    if trace is None:
        return
    span = trace.get_current_span().get_span_context()
    if span.is_valid:
        fields["trace_id"] = f"{span.trace_id:032x}"
        fields["span_id"] = f"{span.span_id:016x}"
