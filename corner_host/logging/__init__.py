"""Logging as .NET configures it, on Python's own ``logging``.

Applications and libraries log as they always do, with ``logging.getLogger(...)``. While a host lives, one handler stands at
the root logger and gives each record to the *providers*: the console, and the handlers that were added. Which provider
writes which record is decided by rules, and the section ``Logging`` of the configuration holds them::

    "Logging": {
      "LogLevel": {"Default": "Information", "acme.orders": "Debug", "uvicorn.access": "None"},
      "Console": {
        "LogLevel": {"Default": "Warning"},
        "FormatterName": "json",
        "FormatterOptions": {"IncludeScopes": true, "TimestampFormat": "%H:%M:%S ", "UseUtcTimestamp": true}
      }
    }

**Which rule decides.** For a provider (``Console``, or a handler's name or class) and a *category* (a logger's name): the
provider's own rules if any applies, else the rules for all; of these the longest category *text* that the name begins
with, so ``acme`` also covers ``acmex``, and one ``*`` stands for any text; of these the last one. ``Default`` is the rule
for every category, ``None`` writes nothing, and without any rule the minimum level (INFO) decides. Python's levels in the
tree of loggers play no part, except that a logger with a level of its own keeps it. A reload is followed at once.

**The console** never makes the program wait: a bounded queue and a thread stand before it. What does not fit is
counted and told. The format is chosen by the output (``rich`` on a terminal, ``systemd`` under the journal, ``json``
otherwise) unless code or configuration names one; ``simple`` is one line for people, ``simple-dotnet`` .NET's two lines.

**Whose words.** The host's own records are .NET's, for whoever looks for them: handlers of yours, rules, ``simple-dotnet``.
All other formats, and the `LogBuffer`, speak ours: a record with ``extra={"console_category": ..., "console_message": ...}``
stands there under that category and with that text. One with an empty text is told to no person (on a console with ``simple``
or ``rich``), because he has read of it; all others get it with its own message. A rule may name either category.

**Scopes** (`log_scope`) give every record inside them named values, and follow ``await`` and tasks on asyncio and trio.

**Looking in.** A `LogBuffer` that is registered keeps the last records in memory; `LogLevels` changes levels while the
program runs, and takes the changes back.

**structlog.** Its events are read as records with fields, whether its last processor is ``render_to_log_kwargs`` or
``ProcessorFormatter.wrap_for_formatter``; set it up as you like, with ``structlog.stdlib.LoggerFactory()``.

**Secrets.** Values of scopes and ``extra=`` under names such as ``password`` or ``api_key``, and pydantic's secret types, are
masked before any provider sees them.

Not kept of .NET: event ids are an ``extra={"event_id": 1}``; message templates are Python's ``%`` arguments; a log call
never raises, ``logging.raiseExceptions`` decides whether trouble is told on stderr. Provider names have no case.
"""

from corner_host.primitives.door import door

__getattr__, __dir__ = door(
    __name__,
    {
        "buffer": ("KeptRecord", "LogBuffer"),
        "builder": ("LoggingBuilder",),
        "changes": ("LogLevels",),
        "errors": ("LoggingConfigurationError",),
        "formatters": (
            "FormatterOptions",
            "JsonFormatter",
            "SimpleDotnetFormatter",
            "SimpleFormatter",
            "SimpleLine",
            "SystemdFormatter",
        ),
        "levels": (
            "OFF",
            "TRACE",
            "parse_level",
        ),
        "logger": ("Logger",),
        "queued": ("QueuedHandler",),
        "rule": ("LogRule",),
        "rules": ("RuleSet",),
        "scopes": (
            "current_scopes",
            "live_log_scope",
            "log_scope",
        ),
        "session": ("LoggingSession",),
    },
    seldom=("console", "formatters", "logger", "session"),
)
