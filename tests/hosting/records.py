"""The host's log records, by id."""

import logging

import pytest

HOST = "Microsoft.Extensions.Hosting.Internal.Host"
APPLICATION = "Microsoft.Extensions.Hosting.Internal.ApplicationLifetime"
LIFETIME = "Microsoft.Hosting.Lifetime"


class Records:
    """The log records that the host wrote, oldest first."""

    def __init__(self, caplog: pytest.LogCaptureFixture) -> None:
        self._caplog = caplog

    def all(self) -> list[logging.LogRecord]:
        return list(self._caplog.records)

    def of(self, category: str) -> list[logging.LogRecord]:
        return [record for record in self._caplog.records if record.name == category]

    def ids(self, category: str = HOST) -> list[int]:
        """The ids of the category's records that .NET has too (below 100), in order."""
        return [number for record in self.of(category) if (number := vars(record).get("event_id", 100)) < 100]

    def with_id(self, event_id: int) -> list[logging.LogRecord]:
        return [record for record in self._caplog.records if vars(record).get("event_id") == event_id]

    def one(self, event_id: int) -> logging.LogRecord:
        """The only record with this id."""
        found = self.with_id(event_id)
        assert len(found) == 1, [record.getMessage() for record in found]
        return found[0]

    def at(self, level: int) -> list[logging.LogRecord]:
        """The records at *level* or above."""
        return [record for record in self._caplog.records if record.levelno >= level]

    def messages(self, category: str = LIFETIME) -> list[str]:
        return [record.getMessage() for record in self.of(category)]

    def error_of(self, event_id: int) -> BaseException | None:
        """The exception that the only record with this id carries."""
        info = self.one(event_id).exc_info
        return info[1] if info else None
