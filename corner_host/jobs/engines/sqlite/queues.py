"""Pauses of queues in the store: claiming looks at the table, so all workers keep to them."""

import sqlite3
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Final, final

from corner_host.jobs.info import QueueDepth, QueuePause

from .writer import Writer

_COUNTS: Final = tuple(f"SELECT count(*) FROM corner_jobs WHERE state = {state} AND queue = ?" for state in (0, 2))  # noqa: S608


@final
class SqliteQueues:
    """The paused queues of one file."""

    def __init__(self, writer: Writer, reader: Writer, changed: Callable[[], None]) -> None:
        self._writer = writer
        self._reader = reader
        self._changed = changed

    async def pause(self, queue: str, *, until: datetime | None = None, reason: str = "") -> None:
        """Pause a queue, or change its pause."""
        end = None if until is None else until.timestamp()
        await self._writer.execute(
            lambda connection: connection.execute(
                "INSERT INTO corner_job_queues VALUES (?, ?, ?, ?) ON CONFLICT (queue) DO UPDATE"
                " SET until = excluded.until, reason = excluded.reason",
                (queue, time.time(), end, reason),
            )
        )

    async def resume(self, queue: str) -> bool:
        """End a pause."""
        ended = await self._writer.execute(
            lambda connection: connection.execute("DELETE FROM corner_job_queues WHERE queue = ?", (queue,)).rowcount
        )
        self._changed()
        return bool(ended)

    async def paused(self) -> Sequence[QueuePause]:
        """Return the pauses that hold now."""
        rows = await self._writer.execute(
            lambda connection: connection.execute(
                "SELECT queue, since, until, reason FROM corner_job_queues WHERE until IS NULL OR until > ? ORDER BY queue",
                (time.time(),),
            ).fetchall()
        )
        return [
            QueuePause(
                queue=queue,
                since=datetime.fromtimestamp(since, UTC),
                until=None if until is None else datetime.fromtimestamp(until, UTC),
                reason=reason,
            )
            for queue, since, until, reason in rows
        ]

    async def depth(self, queue: str) -> QueueDepth:
        """Return how many wait and run."""
        waiting, running = await self._reader.execute(
            lambda connection: [connection.execute(statement, (queue,)).fetchone()[0] for statement in _COUNTS]
        )
        return QueueDepth(queue=queue, waiting=waiting, running=running)


def end_pauses(connection: sqlite3.Connection, now: float) -> None:
    """End the pauses whose time has come."""
    connection.execute("DELETE FROM corner_job_queues WHERE until <= ?", (now,))
