"""What is done to stored jobs from outside, many at a time: cancelled, requeued, deleted."""

import json
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import final

from .pool import Pool, Row
from .putting import free_children
from .statements import Statements


@final
class Changes:
    """Changes the jobs of one database; *changed* is called when workers of this process have something to see."""

    def __init__(self, pool: Pool, statements: Statements, changed: Callable[[], None]) -> None:
        self._pool = pool
        self._statements = statements
        self._changed = changed

    async def cancel(self, ids: Sequence[str]) -> int:
        """Cancel what waits, mark what runs; returns how many that were."""
        queue = self._statements.queue
        waiting = f"""
WITH gone AS (
    DELETE FROM {queue} WHERE headers->>'id' = ANY($1::text[]) AND status = 'queued' RETURNING *
), {self._statements.cancelled("gone", "'before it ran'")}
SELECT headers->>'id' AS id FROM gone"""
        running = f"""
UPDATE {queue} SET headers = headers || '{{"cancel": true}}'
WHERE headers->>'id' = ANY($1::text[]) AND status = 'picked' RETURNING id"""
        async with self._pool.transaction() as fetch:
            cancelled = await fetch(waiting, ids)
            asked = await fetch(running, ids)
            await free_children(fetch, self._statements, [row["id"] for row in cancelled])
            if asked:
                await fetch("SELECT pg_notify($1, $2)", self._statements.channel, self._cancellation(asked))
        return len(cancelled) + len(asked)

    async def requeue(self, ids: Sequence[str], delays: Sequence[timedelta]) -> int:
        """Let dead or cancelled jobs run again from their first attempt, each after its delay.

        Returns how many; what is neither, or has a key that another job has taken, stays as it is.
        """
        statements = self._statements
        entrypoint = "replace(replace(chosen.queue, '%', '%25'), ':', '%3A') || ':' || chosen.name"
        error = """chosen.headers || jsonb_build_object('error', jsonb_build_object('kind', chosen.error_type,
        'message', chosen.error, 'place', chosen.error_place, 'traceback', chosen.traceback))"""
        again = f"""
WITH chosen AS (
    SELECT ended.*, wanted.delay FROM {statements.ended} ended
    JOIN unnest($1::text[], $2::interval[]) AS wanted(id, delay) ON wanted.id = ended.id
    WHERE state IN ('DEAD', 'CANCELLED') FOR UPDATE OF ended
), back AS (
    INSERT INTO {statements.queue} (id, priority, entrypoint, payload, dedupe_key, headers, status, created, execute_after)
    SELECT chosen.number, chosen.priority, {entrypoint}, chosen.payload,
        length(chosen.name) || ':' || chosen.name || ':' || chosen.key,
        (CASE WHEN chosen.error_type IS NULL THEN chosen.headers - 'error' ELSE {error} END)
            - 'cancel' - 'waits' - 'progress' - 'note',
        'queued', chosen.enqueued_at, now() + chosen.delay
    FROM chosen ON CONFLICT DO NOTHING RETURNING *
), gone AS (
    DELETE FROM {statements.ended} WHERE id IN (SELECT headers->>'id' FROM back)
), noted AS ({statements.noted("back", "REQUEUED", "''")})
INSERT INTO {statements.log} (job_id, status, entrypoint, priority)
SELECT id, 'queued', entrypoint, priority FROM back RETURNING 1"""
        requeued = await self._pool.fetch(again, ids, delays)
        self._changed()
        return len(requeued)

    async def delete(self, ids: Sequence[str]) -> int:
        """Forget jobs that do not run, with their history; who waits for them is cancelled. Returns how many."""
        statements = self._statements
        forget = f"""
WITH waiting AS (
    DELETE FROM {statements.queue} WHERE headers->>'id' = ANY($1::text[]) AND status = 'queued'
    RETURNING headers->>'id' AS id, id AS number
), past AS (
    DELETE FROM {statements.ended} WHERE id = ANY($1::text[]) RETURNING id, number
), gone AS (SELECT * FROM waiting UNION ALL SELECT * FROM past), lines AS (
    DELETE FROM {statements.history} WHERE job IN (SELECT id FROM gone)
), logged AS (
    DELETE FROM {statements.log} WHERE job_id IN (SELECT number FROM gone)
)
SELECT id FROM gone"""
        orphan = f"""
WITH gone AS (
    DELETE FROM {statements.queue} WHERE headers ? 'waits' AND headers->>'waits' = ANY($1::text[]) AND status = 'queued'
    RETURNING *
), {statements.cancelled("gone", "'its parent ' || (headers->>'parent') || ' was deleted'")}
SELECT headers->>'id' AS id FROM gone"""
        async with self._pool.transaction() as fetch:
            deleted = [row["id"] for row in await fetch(forget, ids)]
            orphans = await fetch(orphan, deleted)
            await free_children(fetch, statements, [row["id"] for row in orphans])
        return len(deleted)

    def _cancellation(self, rows: Sequence[Row]) -> str:
        """Return pgqueuer's notification that these jobs shall end."""
        return json.dumps(
            {
                "channel": self._statements.channel,
                "type": "cancellation_event",
                "sent_at": datetime.now(UTC).isoformat(),
                "ids": [row["id"] for row in rows],
            }
        )
