"""Log records that are kept in memory."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, final


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class LogEntry:
    """A log record.

    Args:
        id: Counts up in this process.
        at: When.
        level: ``Trace``, ``Debug``, ``Information``, ``Warning``, ``Error``, ``Critical``.
        logger: Its name.
        message: The text.
        fields: Scopes and extras; secret ones masked.
        exception: Type and message, one line.
        traceback: Of the exception.
        job_id: If it was logged by a job.
        trace_id: If there is a trace.
    """

    id: int
    at: datetime
    level: str
    logger: str
    message: str
    fields: tuple[tuple[str, Any], ...] = ()
    exception: str = ""
    traceback: str = ""
    job_id: str = ""
    trace_id: str = ""


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class LogQuery:
    """Which records; None and empty mean any.

    Args:
        level: This level or above.
        logger: This logger and those below it.
        job_id: Of this job.
        trace_id: Of this trace.
        text: Part of message or exception, in any case.
        since: At this time or later.
        until: Before this time.
        before: Records with smaller ids (older), for paging back.
        after: Records with larger ids (newer), for following.
        limit: At most so many, 1 to 1,000: the newest, unless *after* is given, then the oldest after it.
    """

    level: str | None = None
    logger: str | None = None
    job_id: str | None = None
    trace_id: str | None = None
    text: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    before: int | None = None
    after: int | None = None
    limit: int = 200


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class LogPage:
    """Records, newest first.

    Args:
        items: The records.
        last_id: The newest record there is; follow from here.
        kept: How many are kept at all.
        capacity: How many are kept at most.
        lost: How many are gone already, since the start.
        minimum_level: What the rules let through by default; nothing below it is ever here.
    """

    items: tuple[LogEntry, ...] = ()
    last_id: int = 0
    kept: int = 0
    capacity: int = 0
    lost: int = 0
    minimum_level: str = "Information"


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class LoggerLevel:
    """A logger, or a category of a rule, and its level.

    Args:
        logger: The name; ``Default`` for all others.
        level: What counts now.
        configured: What counts without the change.
        until: When the change ends by itself.
        is_changed: Whether it was changed at run time.
    """

    logger: str
    level: str
    configured: str
    until: datetime | None = None
    is_changed: bool = False
