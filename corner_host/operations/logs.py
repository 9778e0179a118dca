# ruff: noqa: ARG002 - this is the surface; what fills it follows
"""``operations.logs``: the last log records, and the levels of loggers."""

from typing import final

from corner_host.primitives import Duration

from .contracts import ActionResult, Actor, LoggerLevel, LogPage, LogQuery
from .workplace import Workplace


@final
class LogOperations:
    """Log records that are kept in memory."""

    def __init__(self, workplace: Workplace) -> None:
        self._workplace = workplace

    async def search(self, query: LogQuery | None = None) -> LogPage:
        """Return records, newest first."""
        return LogPage()

    async def follow(self, query: LogQuery, *, wait: Duration = 20.0) -> LogPage:
        """Return records after ``query.after``, waiting for one up to *wait* seconds."""
        return LogPage()

    async def levels(self) -> tuple[LoggerLevel, ...]:
        """Return the level of each rule and of each logger that has written something, ``Default`` first."""
        return ()

    async def set_level(
        self, logger: str, level: str, *, by: Actor, reason: str = "", duration: Duration | None = 600.0
    ) -> ActionResult:
        """Change the level of a logger and those below it, for a time; None: until the host ends, or `reset_level`."""
        return ActionResult(action="logs.set_level", target=logger)

    async def reset_level(self, logger: str, *, by: Actor, reason: str = "") -> ActionResult:
        """Take a change back at once."""
        return ActionResult(action="logs.reset_level", target=logger)
