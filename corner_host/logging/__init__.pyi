from . import console as console
from . import formatters as formatters
from . import logger as logger
from . import session as session
from .buffer import KeptRecord, LogBuffer
from .builder import LoggingBuilder
from .changes import LogLevels
from .errors import LoggingConfigurationError
from .formatters import (
    FormatterOptions,
    JsonFormatter,
    SimpleDotnetFormatter,
    SimpleFormatter,
    SimpleLine,
    SystemdFormatter,
)
from .levels import OFF, TRACE, parse_level
from .logger import Logger
from .queued import QueuedHandler
from .rule import LogRule
from .rules import RuleSet
from .scopes import current_scopes, live_log_scope, log_scope
from .session import LoggingSession

__all__ = [
    "OFF",
    "TRACE",
    "FormatterOptions",
    "JsonFormatter",
    "KeptRecord",
    "LogBuffer",
    "LogLevels",
    "LogRule",
    "Logger",
    "LoggingBuilder",
    "LoggingConfigurationError",
    "LoggingSession",
    "QueuedHandler",
    "RuleSet",
    "SimpleDotnetFormatter",
    "SimpleFormatter",
    "SimpleLine",
    "SystemdFormatter",
    "current_scopes",
    "live_log_scope",
    "log_scope",
    "parse_level",
]
