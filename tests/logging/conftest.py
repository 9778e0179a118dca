"""Helpers for logging."""

import io
import logging
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import pytest

from corner_host.configuration import ConfigurationManager
from corner_host.di import ServiceCollection
from corner_host.logging import FormatterOptions, LoggingBuilder, LoggingSession

Apply = Callable[..., LoggingSession]
"""Puts a builder in force until the end of the test."""


class Captured(logging.Handler):
    """A handler that keeps what it is given."""

    def __init__(self, name: str = "Captured") -> None:
        super().__init__()
        self.set_name(name)
        self.records: list[logging.LogRecord] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.records.append(record)

    @property
    def lines(self) -> list[str]:
        """Logger and message of each record."""
        return [f"{record.name}: {record.getMessage()}" for record in self.records]


class Other(Captured):
    """Another one, that rules can tell from the first."""


@pytest.fixture
def configuration() -> ConfigurationManager:
    return ConfigurationManager()


@pytest.fixture
def builder(configuration: ConfigurationManager) -> LoggingBuilder:
    return LoggingBuilder(ServiceCollection(), configuration)


@pytest.fixture
def captured(builder: LoggingBuilder) -> Captured:
    """A handler that the builder knows, called ``Captured`` in rules."""
    handler = Captured()
    builder.add_handler(handler)
    return handler


@pytest.fixture
def apply() -> Iterator[Callable[..., LoggingSession]]:
    """Put a builder in force until the end of the test."""
    with ExitStack() as stack:

        def put_in_force(builder: LoggingBuilder, **how: Any) -> LoggingSession:
            session = builder.apply(**how)
            stack.callback(session.close)
            return session

        yield put_in_force


@contextmanager
def console(builder: LoggingBuilder, formatter: Any = None, **how: Any) -> Iterator[io.StringIO]:
    """Put *builder* in force with a console in memory; its text is complete after the block."""
    stream = io.StringIO()
    session = builder.add_console(formatter, stream=stream).apply(**how)
    try:
        yield stream
    finally:
        session.close()


def record(message: str = "hello", level: int = logging.INFO, **attributes: Any) -> logging.LogRecord:
    """Return a record of the logger ``test`` at a fixed time: 12:30:01.104 UTC on 23 November 2026."""
    made = logging.LogRecord("test", level, __file__, 1, message, None, None)
    made.created = 1795437001.1045
    made.__dict__.update(attributes)
    return made


def utc(**options: Any) -> FormatterOptions:
    """Return formatter options that do not depend on the machine's zone."""
    return FormatterOptions(use_utc_timestamp=True, **options)


def raised(message: str = "boom", cause: Exception | None = None) -> Any:
    """Return what ``sys.exc_info()`` says of an error."""
    try:
        raise ValueError(message) from cause
    except ValueError as error:
        return type(error), error, error.__traceback__
