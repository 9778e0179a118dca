"""``operations.logs``: the last log records, and the levels of loggers."""

import logging
from collections.abc import Awaitable, Callable, Iterator
from datetime import UTC, datetime
from itertools import islice
from typing import Final, final

import anyio
import anyio.to_thread

from corner_host.logging import OFF, KeptRecord, LogLevels, parse_level
from corner_host.primitives import Duration, LoopHandle, seconds, without_passwords

from .contracts import ActionResult, Actor, LogEntry, LoggerLevel, LogPage, LogQuery
from .errors import InvalidRequestError, NotFoundError
from .workplace import Workplace

_DEFAULT: Final = "Default"
_NAMES: Final = (
    (OFF, "None"),
    (logging.CRITICAL, "Critical"),
    (logging.ERROR, "Error"),
    (logging.WARNING, "Warning"),
    (logging.INFO, "Information"),
    (logging.DEBUG, "Debug"),
)
_MOST: Final = 1000
_LONGEST_NAME: Final = 300


@final
class LogOperations:
    """Log records that are kept in memory."""

    def __init__(self, workplace: Workplace) -> None:
        self._workplace = workplace

    @property
    def _levels(self) -> LogLevels:
        return self._workplace.services.get_required_service(LogLevels)

    async def search(self, query: LogQuery | None = None) -> LogPage:
        """Return records, newest first.

        Raises:
            InvalidRequestError: The level, or the limit, is none.
        """
        wanted = query or LogQuery()
        if not 1 <= wanted.limit <= _MOST:
            raise InvalidRequestError(f"limit must be from 1 to {_MOST}, not {wanted.limit}.", field="limit")
        level = 0 if wanted.level is None else _parsed(wanted.level)
        return await anyio.to_thread.run_sync(self._search, wanted, level)

    def _search(self, wanted: LogQuery, level: int) -> LogPage:
        buffer = self._workplace.buffer
        records = buffer.records()
        found = _matching(records, wanted, level)
        chosen = list(islice(found, wanted.limit))
        if wanted.after is not None:
            chosen.reverse()
        return LogPage(
            items=tuple(as_entry(each) for each in chosen),
            last_id=records[-1].id if records else buffer.last_id,
            kept=len(records),
            capacity=buffer.capacity,
            lost=max(0, records[0].id - 1) if records else 0,
            minimum_level=level_name(self._levels.rules.for_provider("Buffer").rule_for("").level or 0),
        )

    async def follow(self, query: LogQuery, *, wait: Duration = 20.0) -> LogPage:
        """Return records after ``query.after``, waiting for one up to *wait* seconds."""
        came = anyio.Event()
        loop = LoopHandle.current()
        end = self._workplace.buffer.watch(lambda: loop.post(came.set))
        stopping = self._workplace.lifetime.application_stopping
        try:
            with anyio.move_on_after(seconds(wait, "wait")):
                while True:
                    page = await self.search(query)
                    if page.items or stopping.is_cancellation_requested:
                        return page
                    with stopping.cancel_scope():
                        await came.wait()
                    came = anyio.Event()
        finally:
            end()
        return await self.search(query)

    async def levels(self) -> tuple[LoggerLevel, ...]:
        """Return the level of each rule and of each logger that has written something, ``Default`` first."""
        seen = {each.logger for each in self._workplace.buffer.records()}
        rules = self._levels.rules
        named = {name for name in (*rules.categories, *self._levels.changes) if name}
        return (self._level(""), *(self._level(name) for name in sorted(named | seen)))

    def _level(self, name: str) -> LoggerLevel:
        levels = self._levels
        now = levels.rules.for_provider("Console").rule_for(name).level or 0
        configured = levels.rules.without_changes().for_provider("Console").rule_for(name).level or 0
        return LoggerLevel(
            logger=name or _DEFAULT,
            level=level_name(now),
            configured=level_name(configured),
            until=self._workplace.after(self._workplace.timers.left(_timer(name))),
            is_changed=name in levels.changes,
        )

    async def set_level(
        self, logger: str, level: str, *, by: Actor, reason: str = "", duration: Duration | None = 600.0
    ) -> ActionResult:
        """Change the level of a logger and those below it, for a time; None: until the host ends, or `reset_level`.

        Raises:
            InvalidRequestError: There is no such level, or the name cannot be one.
        """
        number = _parsed(level)
        name = _category(logger)

        async def change() -> ActionResult:
            before = self._level(name).level
            self._levels.change(name, number)
            span = None if duration is None else seconds(duration, "duration", above=0.0)
            until = self._workplace.after(span)
            if span is None:
                self._workplace.timers.cancel(_timer(name))
            else:
                self._workplace.timers.set(_timer(name), span, self._expire(name))
            text = f"{name or _DEFAULT}: {before} → {level_name(number)}"
            return ActionResult(
                action="logs.set_level",
                target=name or _DEFAULT,
                message=f"{text} until {until:%H:%M:%S}" if until else text,
                count=1,
                until=until,
            )

        return await self._workplace.actions.perform(
            "logs.set_level", f"{name or _DEFAULT}={level_name(number)}", change, by=by, reason=reason
        )

    async def reset_level(self, logger: str, *, by: Actor, reason: str = "") -> ActionResult:
        """Take a change back at once.

        Raises:
            NotFoundError: The level was not changed.
        """
        name = _category(logger)

        async def reset() -> ActionResult:
            if not self._levels.take_back(name):
                raise NotFoundError("changed level", logger, tuple(self._levels.changes))
            self._workplace.timers.cancel(_timer(name))
            text = f"{name or _DEFAULT}: {self._level(name).level}"
            return ActionResult(action="logs.reset_level", target=name or _DEFAULT, message=text, count=1)

        return await self._workplace.actions.perform("logs.reset_level", name or _DEFAULT, reset, by=by, reason=reason)

    def _expire(self, name: str) -> Callable[[], Awaitable[None]]:
        async def expire() -> None:
            self._levels.take_back(name)

        return expire


def as_entry(record: KeptRecord) -> LogEntry:
    """Return a kept record as it is shown."""
    named = dict(record.fields)
    return LogEntry(
        id=record.id,
        at=datetime.fromtimestamp(record.created, UTC),
        level=level_name(record.level),
        logger=record.logger,
        message=without_passwords(record.message),
        fields=tuple((name, without_passwords(it) if isinstance(it, str) else it) for name, it in record.fields),
        exception=without_passwords(record.exception),
        traceback=without_passwords(record.traceback),
        job_id=str(named.get("job_id", "")),
        trace_id=record.trace_id,
    )


def level_name(level: int) -> str:
    """Return .NET's name of the level at or below *level*."""
    return next((name for number, name in _NAMES if level >= number), "Trace")


def _matching(records: tuple[KeptRecord, ...], query: LogQuery, level: int) -> Iterator[KeptRecord]:
    """Yield what matches: newest first, but with ``after`` oldest first."""
    text = query.text.casefold() if query.text else None
    since = None if query.since is None else query.since.timestamp()
    until = None if query.until is None else query.until.timestamp()
    for each in records if query.after is not None else reversed(records):
        if (
            each.level >= level
            and (query.after is None or each.id > query.after)
            and (query.before is None or each.id < query.before)
            and (query.logger is None or each.logger == query.logger or each.logger.startswith(query.logger + "."))
            and (since is None or each.created >= since)
            and (until is None or each.created < until)
            and (query.trace_id is None or each.trace_id == query.trace_id)
            and (query.job_id is None or ("job_id", query.job_id) in each.fields)
            and (text is None or text in each.message.casefold() or text in each.exception.casefold())
        ):
            yield each


def _parsed(level: str) -> int:
    try:
        return parse_level(level)
    except ValueError as error:
        raise InvalidRequestError(f"{str(error).capitalize()}.", field="level") from None


def _category(logger: str) -> str:
    name = logger.strip()
    if not name or len(name) > _LONGEST_NAME or name.count("*") > 1 or not name.isprintable():
        raise InvalidRequestError("logger must be the name of a logger, or Default.", field="logger")
    return "" if name.lower() == _DEFAULT.lower() else name


def _timer(name: str) -> str:
    return f"level of {name or _DEFAULT}"
