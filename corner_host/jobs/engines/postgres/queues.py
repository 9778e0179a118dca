"""Pauses of queues in the database; workers hear of a change, and look each second besides."""

import json
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import final

from corner_host.jobs.info import QueueDepth, QueuePause

from .names import entrypoint
from .pool import Fetch, Pool
from .statements import Statements


@final
class PostgresQueues:
    """The paused queues of one database."""

    def __init__(self, pool: Pool, statements: Statements, changed: Callable[[], None]) -> None:
        self._pool = pool
        self._statements = statements
        self._table = f"{statements.schema}.queues"
        self._changed = changed

    async def pause(self, queue: str, *, until: datetime | None = None, reason: str = "") -> None:
        """Pause a queue, or change its pause."""
        async with self._pool.transaction() as fetch:
            await fetch(
                f"INSERT INTO {self._table} AS held VALUES ($1, now(), $2, $3) ON CONFLICT (queue) DO UPDATE SET"
                " until = excluded.until, reason = excluded.reason,"
                " since = CASE WHEN held.until <= now() THEN now() ELSE held.since END",
                queue,
                until,
                reason,
            )
            await self._tell(fetch)
        self._changed()

    async def resume(self, queue: str) -> bool:
        """End a pause."""
        async with self._pool.transaction() as fetch:
            statement = f"DELETE FROM {self._table} WHERE queue = $1 RETURNING until IS NULL OR until > now() AS held"
            ended = await fetch(statement, queue)
            await self._tell(fetch)
        self._changed()
        return any(row["held"] for row in ended)

    async def paused(self) -> Sequence[QueuePause]:
        """Return the pauses that hold now."""
        rows = await self._pool.fetch(
            f"SELECT queue, since, until, reason FROM {self._table} WHERE until IS NULL OR until > now() ORDER BY queue"
        )
        return [
            QueuePause(
                queue=row["queue"],
                since=row["since"].astimezone(UTC),
                until=None if row["until"] is None else row["until"].astimezone(UTC),
                reason=row["reason"],
            )
            for row in rows
        ]

    async def depth(self, queue: str) -> QueueDepth:
        """Return how many wait and run."""
        (row,) = await self._pool.fetch(
            "SELECT count(*) FILTER (WHERE status = 'queued') AS waiting, count(*) FILTER (WHERE status = 'picked') AS running"
            f" FROM {self._statements.queue} WHERE starts_with(entrypoint, $1)"
            " AND (status = 'picked' OR status = 'queued' AND execute_after <= now())",
            entrypoint(queue, ""),
        )
        return QueueDepth(queue=queue, waiting=row["waiting"], running=row["running"])

    async def _tell(self, fetch: Fetch) -> None:
        """Have all workers look; in the words of pgqueuer's own notifications."""
        event = {
            "channel": self._statements.channel,
            "type": "table_changed_event",
            "operation": "update",
            "table": "queues",
            "sent_at": datetime.now(UTC).isoformat(),
        }
        await fetch("SELECT pg_notify($1, $2)", self._statements.channel, json.dumps(event))
